import { describe, expect, test } from 'bun:test'
import { Type, type TSchema } from '@sinclair/typebox'
import * as fc from 'fast-check'
import { XMLParser } from 'fast-xml-parser'
import { shapeOf } from '../shape.ts'
import { parseForm } from './query-form.ts'
import { readForm } from './query-read.ts'
import { escapeXml, xmlWriter } from './query-xml.ts'

const read = (schema: TSchema, form: string): unknown => readForm(shapeOf(schema), parseForm(form))

const schema = Type.Object({
  Name: Type.Optional(Type.String()),
  Names: Type.Optional(Type.Array(Type.String())),
  Port: Type.Optional(Type.Integer()),
  Size: Type.Optional(Type.Integer({ format: 'long' })),
  Weight: Type.Optional(Type.Number()),
  Enabled: Type.Optional(Type.Boolean()),
  Since: Type.Optional(Type.Number({ format: 'timestamp' })),
  Labels: Type.Optional(Type.Record(Type.String(), Type.String())),
  Actions: Type.Optional(Type.Array(Type.Object({ Type: Type.String(), Targets: Type.Optional(Type.Array(Type.String())) }))),
})

describe('forms', () => {
  const cases: [string, unknown][] = [
    ['', {}],
    ['Name=', { Name: '' }],
    ['Name', { Name: '' }],
    ['&&Name=a%20b+c%2B%3D%26&', { Name: 'a b c+=&' }],
    ['Names=', { Names: [] }],
    ['Names.member.1=', { Names: [''] }],
    ['Names.member.2=b&Names.member.1=a&Names.member.10=c', { Names: ['a', 'b', 'c'] }],
    ['Port=80&Size=1099511627776&Weight=0.5&Enabled=true', { Port: 80, Size: 2 ** 40, Weight: 0.5, Enabled: true }],
    ['Since=2026-01-02T03:04:05.678Z', { Since: 1767323045.678 }],
    [
      'Labels.entry.1.key=a&Labels.entry.1.value=b&Labels.entry.2.key=__proto__&Labels.entry.2.value=c',
      { Labels: { a: 'b', ['__proto__']: 'c' } },
    ],
    [
      'Actions.member.1.Type=forward&Actions.member.1.Targets.member.1=x&Actions.member.2.Type=redirect&Actions.member.2.Targets=',
      {
        Actions: [
          { Type: 'forward', Targets: ['x'] },
          { Type: 'redirect', Targets: [] },
        ],
      },
    ],
    ['Unknown.member.1=a&Action=B&Version=C', {}],
  ]
  for (const [form, value] of cases) test(form || 'an empty form', () => expect(read(schema, form)).toEqual(value))

  test('what is not of its type is refused', () => {
    for (const form of [
      'Port=',
      'Port=x',
      'Port=1.5',
      'Port=2147483648',
      'Port=0x10',
      'Size=1e3',
      'Weight=',
      'Weight=Infinity',
      'Enabled=yes',
      'Since=x',
      'Names.member.0=a',
    ])
      expect(() => read(schema, form)).toThrow(expect.objectContaining({ code: 'MalformedInput' }))
  })
})

describe('XML', () => {
  test('structures, lists, maps, timestamps', () => {
    const value = {
      Name: 'a',
      Names: ['x', 'y'],
      Port: 0,
      Enabled: false,
      Since: 1767323045.678,
      Labels: { k: 'v' },
      Actions: [],
      Weight: undefined,
    }
    expect(xmlWriter(shapeOf(schema))(value)).toBe(
      '<Name>a</Name><Names><member>x</member><member>y</member></Names><Port>0</Port><Enabled>false</Enabled>' +
        '<Since>2026-01-02T03:04:05.678Z</Since><Labels><entry><key>k</key><value>v</value></entry></Labels><Actions></Actions>',
    )
  })

  test('any text that XML can hold comes back from a parser', () => {
    const parser = new XMLParser({ parseTagValue: false, trimValues: false, htmlEntities: true })
    // oxlint-disable-next-line no-control-regex
    const holds = (text: string): boolean => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) && text.isWellFormed()
    const alphabet = fc.oneof(
      fc.constantFrom('&', '<', '>', '"', "'", '\r', '\n', '\t', ']]>', '&amp;', '<!--'),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(
        fc
          .array(alphabet, { minLength: 1 })
          .map(parts => parts.join(''))
          .filter(text => holds(text) && text.length > 0),
        text => {
          expect(parser.parse(`<a>${escapeXml(text)}</a>`)).toEqual({ a: text })
        },
      ),
    )
  })

  test('what XML cannot hold is replaced', () => expect(escapeXml('a\u0000b\ud800c')).toBe('a\ufffdb\ufffdc'))
})
