// XML of an output, by its shape. Lists are `<Name><member>…</member></Name>`, maps `<Name><entry><key/><value/></entry></Name>`.
import { isRecord } from '../record.ts'
import type { Shape } from '../shape.ts'

/** Writes a value's content, without an element around it. */
export type XmlWriter = (value: unknown) => string

const compiled = new WeakMap<Shape, XmlWriter>()

export function xmlWriter(shape: Shape): XmlWriter {
  const found = compiled.get(shape)
  if (found) return found
  const write = compile(shape)
  compiled.set(shape, write)
  return write
}

function compile(shape: Shape): XmlWriter {
  switch (shape.kind) {
    case 'structure': {
      const members = shape.members.map(({ name, shape: member }) => ({ name, write: xmlWriter(member) }))
      return value => {
        if (!isRecord(value)) return ''
        let text = ''
        for (const { name, write } of members) {
          const member = value[name]
          if (member !== undefined) text += `<${name}>${write(member)}</${name}>`
        }
        return text
      }
    }
    case 'list': {
      const write = xmlWriter(shape.of)
      return value => (Array.isArray(value) ? value.map(member => `<member>${write(member)}</member>`).join('') : '')
    }
    case 'map': {
      const write = xmlWriter(shape.of)
      const entry = (key: string, value: unknown): string => `<entry><key>${escapeXml(key)}</key><value>${write(value)}</value></entry>`
      return value =>
        isRecord(value)
          ? Object.entries(value)
              .map(([key, member]) => entry(key, member))
              .join('')
          : ''
    }
    case 'timestamp':
      return value => new Date(Number(value) * 1000).toISOString()
    default:
      return value => escapeXml(String(value))
  }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#xD;' }

/** What XML 1.0 cannot hold, even escaped, becomes U+FFFD. */
export function escapeXml(text: string): string {
  // oxlint-disable-next-line no-control-regex
  if (!/[&<>"\u0000-\u0008\u000b-\u001f\ufffe\uffff\ud800-\udfff]/.test(text)) return text
  return (
    text
      .toWellFormed()
      .replaceAll(/[&<>"\r]/g, character => entities[character] ?? character)
      // oxlint-disable-next-line no-control-regex
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
  )
}
