// Any input at all: made from the schemas of every operation, it gets an answer that the model allows or an error that it
// has, and leaves a state that holds together. KECS_PROPERTY_INPUTS says how many (100000 takes some minutes).
import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { ControlWorld } from '../../test/support/control-world.ts'
import { inconsistencies } from '../../test/support/invariants.ts'
import { Answered, formOf, resolveInput, spoilt, valueOf } from '../../test/support/model-inputs.ts'
import { plausible, prelude } from '../../test/support/plausible-inputs.ts'
import type { BoundService, ServiceModel } from '../aws/service.ts'
import { shapeOf } from '../aws/shape.ts'

const inputs = Number(process.env['KECS_PROPERTY_INPUTS'] ?? 2_000)
const mostSteps = 80
/** Of each operation, how many calls succeeded and how many there were. */
const tally = new Map<string, [succeeded: number, all: number]>()

/** What any service may say of a call that its model's validator or its protocol refuses. */
const common = new Set([
  'ValidationError',
  'ValidationException',
  'SerializationException',
  'MalformedInput',
  'MalformedQueryString',
  'AccessDeniedException',
])

/** Every operation, those that make something more often: the others need something to be there. */
const world = new ControlWorld()
const operations = world.services.flatMap((service, index) =>
  Object.keys(service.model.operations).flatMap(name =>
    Array.from({ length: /^(Create|Register|Run|Put)/.test(name) ? 4 : 1 }, () => ({ index, name })),
  ),
)

/** Mostly what would succeed, with one member of chance at most; else all by chance. */
const inputOf = (service: ServiceModel, name: string): fc.Arbitrary<unknown> => {
  const operation = service.operations[name]
  if (operation === undefined) throw new Error(`no operation ${name}`)
  const any = valueOf(shapeOf(operation.input), '')
  const good = plausible.filter(([of, is]) => of === service.signingName && is === name).map(([, , input]) => input)
  if (good.length === 0) return any
  const nearly = fc.tuple(fc.constantFrom(...good), any, fc.nat(20)).map(([input, chance, which]) => {
    const member = Object.entries(Object(chance))[which]
    return member === undefined ? input : { ...input, [member[0]]: member[1] }
  })
  return fc.oneof({ weight: 3, arbitrary: nearly }, { weight: 1, arbitrary: any })
}
const inputsOf = new Map(
  world.services.map(({ model }, index) => [index, new Map(Object.keys(model.operations).map(name => [name, inputOf(model, name)]))]),
)

const step = fc.constantFrom(...operations).chain(({ index, name }) =>
  fc.record({
    index: fc.constant(index),
    name: fc.constant(name),
    input: inputsOf.get(index)?.get(name) ?? fc.constant({}),
    spoil: spoilt,
    thenMs: fc.constantFrom(0, 0, 0, 1, 5),
  }),
)

const bodyOf = ({ model }: BoundService, name: string, input: unknown): string => {
  const operation = model.operations[name]
  if (operation === undefined) throw new Error(`no operation ${name}`)
  return model.protocol === 'aws-query' ? formOf(name, model.apiVersion, shapeOf(operation.input), input) : JSON.stringify(input)
}

/** What is wrong with an answer; undefined where nothing is. An answer that the model does not allow is a failure: `strict`. */
const offence = (model: ServiceModel, name: string, status: number, text: string): string | undefined => {
  if (status >= 500) return `${status}: ${text}`
  if (status < 400) {
    if (model.protocol !== 'aws-query') return undefined
    return text.includes(`<${name}Result>`) || text.includes(`<${name}Result/>`) ? undefined : `no result: ${text}`
  }
  const code = model.protocol === 'aws-query' ? /<Code>(.*?)<\/Code>/.exec(text)?.[1] : String(JSON.parse(text).__type)
  const modelled = Object.values(model.errors).map(error => error.code)
  return code !== undefined && (common.has(code) || modelled.includes(code)) ? undefined : `answers ${code}, which no model has`
}

test('whatever it is asked, it answers as its models say, and its state holds together', async () => {
  await world.stop()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: mostSteps, size: 'max' }), async steps => {
      await play(steps)
    }),
    { numRuns: Math.ceil((inputs * 2) / mostSteps) },
  )
  const [succeeded, all] = [...tally.values()].reduce(([good, every], [ok, each]) => [good + ok, every + each], [0, 0])
  // Else it would only show that everything is refused.
  expect(succeeded / all).toBeGreaterThan(0.4)
}, 3_600_000)

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

const play = async (steps: readonly Step[]): Promise<void> => {
  const control = new ControlWorld()
  const answered = new Answered()
  const call = async (index: number, name: string, input: unknown, spoil?: Step['spoil']): Promise<void> => {
    const service = control.services[index]
    if (service === undefined) throw new Error(`no service ${index}`)
    const body = bodyOf(
      service,
      name,
      resolveInput(input, spoil, (member, which) => answered.refer(member, which)),
    )
    const { status, text } = await control.call(service, name, body)
    const wrong = offence(service.model, name, status, text)
    expect(`${name} ${body.slice(0, 2_000)}: ${wrong === undefined ? 'fine' : [wrong, ...control.complaints].join('\n')}`).toEndWith(
      ': fine',
    )
    if (status < 400) answered.take(service.model.protocol === 'aws-query' ? textsOf(text) : JSON.parse(text || '{}'))
    tally.set(name, [(tally.get(name)?.[0] ?? 0) + (status < 400 ? 1 : 0), (tally.get(name)?.[1] ?? 0) + 1])
  }
  try {
    for (const [service, name, input] of prelude) {
      await call(
        control.services.findIndex(({ model }) => model.signingName === service),
        name,
        input,
      )
    }
    for (const { index, name, input, spoil, thenMs } of steps) {
      await call(index, name, input, spoil)
      if (thenMs > 0) await control.clock.advance(thenMs)
    }
    await control.clock.advance(5)
    expect([...control.complaints, ...inconsistencies(control.store)]).toEqual([])
  } finally {
    await control.stop()
  }
}

/** Members of an XML answer that hold a text. */
const textsOf = (xml: string): readonly object[] =>
  Array.from(xml.matchAll(/<(\w+)>([^<]+)<\/\1>/g), ([, name = '', text = '']) => ({ [name]: text }))
