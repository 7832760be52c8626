// Every error that the models list is provoked, operation by operation, by the tables in test/provocations, or it is said
// there why it cannot arise; every operation is driven by the AWS SDK.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Message, messageOf, messages, says } from './provocations/messages.ts'
import { accountOf, fixture, services } from './provocations/index.ts'
import { ecsEnding } from './provocations/ecs-fixture.ts'
import { elsewhere, reasons } from './provocations/reasons.ts'
import { ProvocationWorld } from './provocations/world.ts'

const root = join(import.meta.dir, '..')
const conformance = [...new Bun.Glob('test/conformance/**/*.ts').scanSync({ cwd: root })].map(file =>
  readFileSync(join(root, file), 'utf8'),
)

let world: ProvocationWorld
beforeAll(async () => {
  world = new ProvocationWorld()
  await world.clock.advance(5)
  for (const made of fixture(world.of)) {
    await world.make(...made())
    await world.clock.advance(10)
  }
  // Services and deployments come to their ends.
  await world.clock.advance(60_000)
  await world.clock.until(() => world.canExecute(world.of('task')))
  for (const step of ecsEnding(world.of)) await world.make('', '', step)
  await world.unready(world.of('unready store'))
}, 60_000)
afterAll(() => world.stop())

test('every waiter of the AWS SDK is waited with', async () => {
  const packages = [
    await import('@aws-sdk/client-ecs'),
    await import('@aws-sdk/client-elastic-load-balancing-v2'),
    await import('@aws-sdk/client-servicediscovery'),
    await import('@aws-sdk/client-application-auto-scaling'),
  ]
  const waiters = packages.map(sdk => Object.keys(sdk).filter(name => name.startsWith('waitUntil')))
  // Cloud Map and Application Auto Scaling have none.
  expect(waiters.map(({ length }) => length)).toEqual([9, 5, 0, 0])
  expect(waiters.flat().filter(name => !conformance.some(text => text.includes(`${name}(`)))).toEqual([])
})

describe.each(services)('$folder', ({ folder, model, provocations, texts }) => {
  const account = accountOf({ folder, model, provocations })

  test('every operation is driven by the AWS SDK', () => {
    expect(Object.keys(model.operations).filter(name => !conformance.some(text => text.includes(`${name}Command`)))).toEqual([])
  })

  test('each input of the table is refused with its error, in its words', async () => {
    const wrong: string[] = []
    for (const [operation, errors] of Object.entries(provocations(world.of))) {
      for (const [error, input] of Object.entries(errors)) {
        const { code, message = '', text } = await world.ask(model.signingName, operation, input)
        const expected = messageOf(folder, operation, error)
        if (code !== (model.errors[error]?.code ?? error)) wrong.push(`${operation} for ${error}: ${text}`)
        else if (expected === undefined || !says(message, expected)) wrong.push(`${operation} for ${error}: ${message}, not ${expected}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('no message is expected of what the table does not provoke', () => {
    const tabled = Object.entries(provocations(() => '')).flatMap(([operation, errors]) =>
      Object.keys(errors).map(error => [operation, error] as const),
    )
    const isUsed = ([error, text, only]: Message): boolean => {
      const by = tabled.filter(([operation, each]) => each === error && messageOf(folder, operation, error) === text)
      return by.length > 0 && (only ?? []).every(operation => by.some(([each]) => each === operation))
    }
    expect(messages[folder]?.filter(message => !isUsed(message))).toEqual([])
  })

  test('what AWS was recorded to say is said', async () => {
    const wrong: string[] = []
    for (const [operation, error, expected, input] of texts?.(world.of) ?? []) {
      const { code, message = '', text } = await world.ask(model.signingName, operation, input)
      const isSaid = code === (model.errors[error]?.code ?? error) && says(message, expected)
      if (!isSaid) wrong.push(`${operation} for ${error}, ${expected}: ${text}`)
    }
    expect(wrong).toEqual([])
  })

  test('every error of every operation is in the table, or cannot arise', () => {
    expect(
      account.filter(({ provoked, why }) => !provoked && why === undefined).map(({ operation, error }) => `${operation} ${error}`),
    ).toEqual([])
  })

  test('no table has more than the model, and no reason is given for what is provoked, nor for nothing', () => {
    const modelled = new Set(account.map(({ operation, error }) => `${operation} ${error}`))
    const tabled = Object.entries(provocations(() => '')).flatMap(([operation, errors]) =>
      Object.keys(errors).map(error => `${operation} ${error}`),
    )
    expect(tabled.filter(pair => !modelled.has(pair))).toEqual([])
    for (const [error, why, only] of reasons[folder] ?? []) {
      for (const operation of only ?? []) {
        expect({ operation, error, provoked: account.find(of => of.operation === operation && of.error === error)?.provoked }).toEqual({
          operation,
          error,
          provoked: false,
        })
      }
      expect(account.some(of => of.error === error && of.why === why)).toBe(true)
    }
  })

  test('what cannot arise in any operation is nowhere thrown', () => {
    const provoked = new Set(account.filter(of => of.provoked).map(({ error }) => error))
    const never = [...new Set(account.map(({ error }) => error))].filter(error => !provoked.has(error))
    const code = [`server/services/${folder}/**/*.ts`, 'server/domain/**/*.ts']
      .flatMap(glob => [...new Bun.Glob(glob).scanSync({ cwd: root })])
      .filter(file => !file.endsWith('.test.ts'))
      .map(file => readFileSync(join(root, file), 'utf8'))
    expect(never.filter(error => code.some(text => text.includes(`'${error}'`)))).toEqual([])
  })

  test('what is provoked elsewhere is', () => {
    for (const [operation, errors] of Object.entries(elsewhere[folder] ?? {})) {
      for (const [error, file] of Object.entries(errors)) {
        const text = readFileSync(join(root, file), 'utf8')
        expect(text).toContain(operation)
        expect(text).toContain(model.errors[error]?.code ?? error)
      }
    }
  })
})
