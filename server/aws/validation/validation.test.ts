import { describe, expect, test } from 'bun:test'
import { Type, type TSchema } from '@sinclair/typebox'
import * as fc from 'fast-check'
import { CreateServiceRequest, RegisterTaskDefinitionRequest, RunTaskRequest, TagResourceRequest } from '../generated/ecs.ts'
import { CreateRuleInput } from '../generated/elbv2.ts'
import { RegisterInstanceRequest } from '../generated/servicediscovery.ts'
import { shapeOf } from '../shape.ts'
import { checkOf, type Violation } from './check.ts'
import { checkOutput } from './check-output.ts'
import { jsonReader } from './read-json.ts'
import { violationError } from './violations.ts'

const read = (schema: TSchema, value: unknown): unknown => jsonReader(shapeOf(schema))(value)

function messageOf(service: string, operation: string, schema: TSchema, value: unknown): string | undefined {
  const violations: Violation[] = []
  checkOf(shapeOf(schema))?.(read(schema, value), undefined, violations)
  if (violations.length === 0) return undefined
  const { code, message } = violationError(service, operation, violations)
  return `${code}: ${message}`
}

describe('JSON types, in AWS’s words', () => {
  const schema = Type.Object({
    text: Type.Optional(Type.String()),
    whole: Type.Optional(Type.Integer()),
    long: Type.Optional(Type.Integer({ format: 'long' })),
    double: Type.Optional(Type.Number()),
    flag: Type.Optional(Type.Boolean()),
    list: Type.Optional(Type.Array(Type.String())),
    map: Type.Optional(Type.Record(Type.String(), Type.Integer())),
    inner: Type.Optional(Type.Object({ text: Type.Optional(Type.String()) })),
  })
  const cases: [unknown, string][] = [
    [{ text: 1 }, 'NUMBER_VALUE cannot be converted to String'],
    [{ text: 1.5 }, 'DECIMAL_VALUE cannot be converted to String'],
    [{ text: true }, 'TRUE_VALUE cannot be converted to String'],
    [{ text: ['a'] }, 'Unrecognized collection type class java.lang.String'],
    [{ text: {} }, 'Start of structure or map found where not expected'],
    [{ whole: '1' }, 'STRING_VALUE cannot be converted to Integer'],
    [{ whole: 1.5 }, 'DECIMAL_VALUE cannot be converted to Integer'],
    [{ whole: 2 ** 31 }, 'NUMBER_VALUE cannot be converted to Integer'],
    [{ whole: false }, 'FALSE_VALUE cannot be converted to Integer'],
    [{ long: '1' }, 'STRING_VALUE cannot be converted to Long'],
    [{ double: '1' }, 'STRING_VALUE cannot be converted to Double'],
    [{ flag: 'true' }, 'Unexpected token received from parser'],
    [{ flag: 0 }, 'NUMBER_VALUE cannot be converted to Boolean'],
    [{ list: 'a' }, 'Unexpected field type'],
    [{ list: {} }, 'Start of structure or map found where not expected'],
    [{ list: [1] }, 'NUMBER_VALUE cannot be converted to String'],
    [{ map: 1 }, 'Unexpected field type'],
    [{ map: { a: 'b' } }, 'STRING_VALUE cannot be converted to Integer'],
    [{ inner: 'a' }, 'Unexpected field type'],
    [{ inner: { text: 1 } }, 'NUMBER_VALUE cannot be converted to String'],
    [[], 'Start of list found where not expected'],
    ['text', 'Unexpected field type'],
  ]
  for (const [value, message] of cases) test(JSON.stringify(value), () => expect(() => read(schema, value)).toThrow(message))

  test('what fits is taken as it is, without nulls and without what is unknown', () => {
    const value = { text: 'a', whole: -1, long: 2 ** 40, double: 1.5, flag: false, list: [], map: { a: 1 }, inner: {} }
    expect(read(schema, { ...value, unknown: 1 })).toEqual(value)
    expect(read(schema, { text: null, map: { a: null }, inner: { text: null } })).toEqual({ map: {}, inner: {} })
  })

  test('no JSON makes it fail otherwise, and what it reads it reads again', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), text => {
        let first: unknown
        try {
          first = read(schema, JSON.parse(text))
        } catch (error) {
          expect((error as Error).name).toBe('SerializationException')
          return
        }
        expect(read(schema, first)).toEqual(first)
      }),
    )
  })
})

describe('limits and required members', () => {
  test('the path counts from one and names list members', () => {
    const tags = [{ key: 'fine' }, { key: 'a#b', value: 'x'.repeat(257) }]
    expect(messageOf('ecs', 'TagResource', TagResourceRequest, { resourceArn: 'arn', tags })).toBe(
      `InvalidParameterException: 2 validation errors detected: Value 'a#b' at 'tags.2.member.key' failed to satisfy constraint: ` +
        String.raw`Member must satisfy regular expression pattern: ([\p{L}\p{Z}\p{N}_.:/=+\-@]*); ` +
        `Value '${'x'.repeat(257)}' at 'tags.2.member.value' failed to satisfy constraint: Member must have length less than or equal to 256`,
    )
    expect(
      messageOf('ecs', 'TagResource', TagResourceRequest, { resourceArn: 'arn', tags: [{ key: 'größe ☂'.slice(0, 5) }] }),
    ).toBeUndefined()
  })
  test('a list’s length is its own', () => {
    const tags = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}` }))
    expect(messageOf('ecs', 'TagResource', TagResourceRequest, { resourceArn: 'arn', tags })).toEndWith(
      "at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50",
    )
  })
  test('a null in a list is not a member', () => {
    expect(messageOf('ecs', 'TagResource', TagResourceRequest, { resourceArn: 'arn', tags: [null] })).toBe(
      "InvalidParameterException: 1 validation error detected: Value null at 'tags.1.member' failed to satisfy constraint: Member must not be null",
    )
  })
  test('ECS asks for one missing member at a time, in its own words', () => {
    expect(messageOf('ecs', 'RunTask', RunTaskRequest, {})).toBe('InvalidParameterException: TaskDefinition can not be blank.')
    expect(messageOf('ecs', 'CreateService', CreateServiceRequest, {})).toBe('InvalidParameterException: ServiceName can not be blank.')
    expect(messageOf('ecs', 'TagResource', TagResourceRequest, { resourceArn: 'arn' })).toBe(
      'InvalidParameterException: Tags cannot be empty.',
    )
  })
  test('ECS names the log drivers there are', () => {
    const containerDefinitions = [{ logConfiguration: { logDriver: 'awsvpc' } }]
    expect(messageOf('ecs', 'RegisterTaskDefinition', RegisterTaskDefinitionRequest, { family: 'f', containerDefinitions })).toStartWith(
      'ClientException: awsvpc is not a valid log driver. Must be one of [awsfirelens, awslogs, ',
    )
  })
  test('query members are named with a small first letter', () => {
    expect(
      messageOf('elasticloadbalancing', 'CreateRule', CreateRuleInput, {
        ListenerArn: 'a',
        Conditions: [],
        Priority: 50001,
        Actions: [{}],
      }),
    ).toBe(
      "ValidationError: 2 validation errors detected: Value '50001' at 'priority' failed to satisfy constraint: Member must have value less than or equal to 50000; " +
        "Value null at 'actions.1.member.type' failed to satisfy constraint: Member must not be null",
    )
  })
  test('a text that is far too long is not matched, for that could take seconds', () => {
    const schema = Type.Object({ name: Type.Optional(Type.String({ maxLength: 256, pattern: '(?!(.*[ ]+$)).+' })) })
    const message = (name: string) => messageOf('application-autoscaling', 'PutScheduledAction', schema, { name })
    const tooLong = 'Member must have length less than or equal to 256'
    expect(message(`${' '.repeat(1_000_000)}!`)).toEndWith(tooLong)
    expect(message(`${'x'.repeat(300)} `)).toContain(`${tooLong}; `)
    expect(message('x ')).toContain('Member must satisfy regular expression pattern')
  })
  test('the keys of a map keep their case', () => {
    const value = { ServiceId: 's', InstanceId: 'i', Attributes: { 'Bad Key': 'v' } }
    expect(messageOf('servicediscovery', 'RegisterInstance', RegisterInstanceRequest, value)).toBe(
      "InvalidInput: 1 validation error detected: Value 'Bad Key' at 'attributes.Bad Key.key' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9!-~]+$",
    )
  })
})

describe('outputs', () => {
  const shape = shapeOf(Type.Object({ name: Type.Optional(Type.String()), counts: Type.Optional(Type.Array(Type.Integer())) }))
  test('undefined members are no members', () =>
    expect(() => checkOutput(shape, { name: undefined, other: undefined }, 'Out')).not.toThrow())
  test('an unknown member is told by its path', () => expect(() => checkOutput(shape, { other: 1 }, 'Out')).toThrow('Out.other'))
  test('so is a member that is demanded and not there', () => {
    const demanding = shapeOf(Type.Object({ parts: Type.Array(Type.Object({ name: Type.String() })) }))
    expect(() => checkOutput(demanding, { parts: [{ name: 'a' }, {}] }, 'Out')).toThrow('lacks Out.parts[1].name')
    expect(() => checkOutput(demanding, {}, 'Out')).toThrow('lacks Out.parts')
    expect(() => checkOutput(demanding, { parts: [] }, 'Out')).not.toThrow()
  })
  test('so are a wrong type and a null', () => {
    expect(() => checkOutput(shape, { counts: [1, '2'] }, 'Out')).toThrow('Out.counts[1]')
    expect(() => checkOutput(shape, { name: null }, 'Out')).toThrow('null at Out.name')
  })
})
