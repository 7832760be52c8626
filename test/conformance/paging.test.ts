// Every operation of the four services that answers in pages: sizes, tokens that go on after a restart and that are refused
// where they were altered or are another listing's, and that no item is lost or doubled while others come and go.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { model as autoscaling } from '../../server/aws/generated/application-autoscaling.ts'
import { model as ecs } from '../../server/aws/generated/ecs.ts'
import { model as elbv2 } from '../../server/aws/generated/elbv2.ts'
import { model as discovery } from '../../server/aws/generated/servicediscovery.ts'
import { shapeOf } from '../../server/aws/shape.ts'
import type { ServiceModel } from '../../server/aws/service.ts'
import { RestartedInstance } from '../support/restarted-instance.ts'
import { until } from '../support/until.ts'
import { textIn } from '../support/wire.ts'
import { ecsListings } from './paging/ecs-listings.ts'
import { elbListings } from './paging/elbv2-listings.ts'
import { type Listing, type Listings, callsOf, nothingListed, operationOf } from './paging/listings.ts'
import { otherListings } from './paging/other-listings.ts'

interface Page {
  readonly items: readonly string[]
  readonly token: string | undefined
}

let instance: RestartedInstance
let listings: Listings
/** What was made of each listing, as its `remove` wants to know it. */
const made = new Map<string, string[]>()

beforeAll(async () => {
  instance = await RestartedInstance.start()
  const calls = callsOf((model, operation, input) => instance.done(model, operation, input))
  listings = { ...(await ecsListings(calls)), ...(await elbListings(calls)), ...(await otherListings(calls)) }
  for (const [name, { count }] of Object.entries(listings)) await add(name, count)
}, 300_000)
afterAll(() => instance.close())

/** As many calls at once. */
const together = 25
async function add(name: string, count: number): Promise<void> {
  const { make } = listing(name)
  if (make === undefined) return
  const before = made.get(name) ?? []
  const names = Array.from({ length: count }, (_, index) => `${name}-${before.length + index}`)
  for (let at = 0; at < names.length; at += together) {
    before.push(...(await Promise.all(names.slice(at, at + together).map(async each => (await make(each)) ?? each))))
  }
  made.set(name, before)
}

function listing(name: string): Listing {
  const found = listings[name]
  if (found === undefined) throw new Error(`no listing ${name}`)
  return found
}

/** The members that say how much, and from where. */
function membersOf(model: ServiceModel): { readonly size: string; readonly token: string; readonly next: string } {
  if (model === ecs) return { size: 'maxResults', token: 'nextToken', next: 'nextToken' }
  if (model === elbv2) return { size: 'PageSize', token: 'Marker', next: 'NextMarker' }
  return { size: 'MaxResults', token: 'NextToken', next: 'NextToken' }
}

const ask = (name: string, more: object, accessKey?: string) => {
  const { model, input } = listing(name)
  return instance.ask(model, operationOf(name), { ...input, ...more }, accessKey)
}

async function page(name: string, size: number | undefined, token?: string): Promise<Page> {
  const { model, items } = listing(name)
  const members = membersOf(model)
  const { code, text } = await ask(name, { [members.size]: size, [members.token]: token })
  if (code !== undefined) throw new Error(`${name}: ${text}`)
  const next = model.protocol === 'aws-query' ? textIn(text, members.next) : JSON.parse(text)[members.next]
  return { items: [...new Set(text.match(items))], token: typeof next === 'string' && next !== '' ? next : undefined }
}

/** Everything from a token on, a few at a time, doubled where it came twice. */
async function rest(name: string, from: string | undefined, size: number): Promise<string[]> {
  const all: string[] = []
  for (let token = from; token !== undefined;) {
    const next = await page(name, size, token)
    all.push(...next.items)
    token = next.token
  }
  return all
}

test('every operation that pages is here', () => {
  const paging = [ecs, elbv2, discovery, autoscaling].flatMap(model => {
    const { token, next } = membersOf(model)
    const has = (schema: Parameters<typeof shapeOf>[0], member: string): boolean => {
      const shape = shapeOf(schema)
      return shape.kind === 'structure' && shape.members.some(({ name }) => name === member)
    }
    return Object.entries(model.operations).flatMap(([operation, { input, output }]) =>
      has(input, token) && has(output, next) ? [`${model.signingName} ${operation}`] : [],
    )
  })
  const here = Object.entries(listings).map(([name, { model }]) => `${model.signingName} ${operationOf(name)}`)
  const without = paging.filter(operation => nothingListed[operation.split(' ')[1] ?? ''] === undefined)
  expect([...without].sort()).toEqual([...here].sort())
  expect(paging.length).toBe(without.length + Object.keys(nothingListed).filter(name => paging.some(of => of.endsWith(` ${name}`))).length)
})

test('pages have as many items as AWS puts there, and at most as many as are asked for', async () => {
  const wrong: unknown[] = []
  for (const [name, { standard, most, count }] of Object.entries(listings)) {
    const all = new Set([...(await page(name, undefined)).items, ...(await rest(name, (await page(name, undefined)).token, most))])
    if (all.size < Math.max(count, 2)) wrong.push([name, 'there are', all.size])
    for (const [size, expected] of [
      [undefined, standard],
      [most, most],
      [1, 1],
    ] as const) {
      const { items, token } = await page(name, size)
      const isRight = items.length === Math.min(expected, all.size) && (token !== undefined) === items.length < all.size
      if (!isRight) wrong.push([name, size, items.length, all.size, token])
    }
  }
  expect(wrong).toEqual([])
}, 300_000)

test('sizes that AWS does not take are refused', async () => {
  const wrong: unknown[] = []
  for (const [name, { model, most }] of Object.entries(listings)) {
    for (const size of [0, -1, most + 1]) {
      const { code, message = '' } = await ask(name, { [membersOf(model).size]: size })
      // Application Auto Scaling gives a whole page where more is asked for.
      const expected = model === autoscaling && size > 0 ? undefined : refusalOf(model, most, size)
      if (code !== expected?.code || (expected !== undefined && message !== expected.message)) wrong.push([name, size, code, message])
    }
  }
  expect(wrong).toEqual([])
}, 300_000)

function refusalOf(model: ServiceModel, most: number, size: number): { readonly code: string; readonly message: string } {
  const [member, code] = model === elbv2 ? ['pageSize', 'ValidationError'] : ['maxResults', 'InvalidInput']
  if (model === ecs) return { code: 'InvalidParameterException', message: `maxResults must be between 1 and ${most}.` }
  if (model === autoscaling) return { code: 'ValidationException', message: `MaxResults must be between 1 and ${most}` }
  const bound = size < 1 ? 'greater than or equal to 1' : `less than or equal to ${most}`
  return {
    code,
    message: `1 validation error detected: Value '${size}' at '${member}' failed to satisfy constraint: Member must have value ${bound}`,
  }
}

/** What every account has alike: a token of one is a token of the other. */
const sameEverywhere = new Set(['DescribeAccountLimits', 'DescribeSSLPolicies'])

test('tokens that are altered, of another listing or of another account are refused', async () => {
  const tokens = new Map<string, string>()
  for (const name of Object.keys(listings)) {
    const { token } = await page(name, 1)
    if (token === undefined) throw new Error(`${name} has no second page`)
    tokens.set(name, token)
  }
  const codes = new Map<ServiceModel, string>([
    [ecs, 'InvalidParameterException'],
    [elbv2, 'ValidationError'],
    [discovery, 'InvalidInput'],
    [autoscaling, 'InvalidNextTokenException'],
  ])
  const taken: unknown[] = []
  for (const [name, { model }] of Object.entries(listings)) {
    const token = tokens.get(name) ?? ''
    const last = token.at(-1) === 'A' ? 'B' : 'A'
    const middle = Math.floor(token.length / 2)
    const flipped = token.slice(0, middle) + (token[middle] === 'A' ? 'B' : 'A') + token.slice(middle + 1)
    const others = [...tokens].filter(([other]) => other !== name).map(([, other]) => other)
    for (const bad of [token.slice(0, -1) + last, token.slice(1), flipped, `${token}A`, 'x', ...others]) {
      const { code } = await ask(name, { [membersOf(model).token]: bad })
      if (code !== codes.get(model)) taken.push([name, bad, code])
    }
    const { code } = await ask(name, { [membersOf(model).token]: token }, '111111111111')
    if (code === undefined && !sameEverywhere.has(name)) taken.push([name, 'another account'])
  }
  expect(taken).toEqual([])
}, 300_000)

describe('over a restart, while items come and go', () => {
  const seen = new Map<string, Page>()
  const all = new Map<string, readonly string[]>()

  test('no item that stays is lost, and none comes twice', async () => {
    for (const [name, { most }] of Object.entries(listings)) {
      const first = await page(name, undefined)
      all.set(name, [...first.items, ...(await rest(name, first.token, most))])
      seen.set(name, await page(name, 2))
    }
    await instance.restart()
    const wrong: unknown[] = []
    for (const [name, { remove, count, most }] of Object.entries(listings)) {
      const before = seen.get(name)
      const there = new Set(all.get(name))
      // One of the first page, and one of those that come later.
      for (const gone of remove === undefined ? [] : [0, count - 1]) await remove?.(made.get(name)?.[gone] ?? '')
      if (count > 0) await add(name, 1)
      const after = await rest(name, before?.token, Math.min(most, 40))
      const got = [...(before?.items ?? []), ...after]
      const twice = got.filter((item, index) => got.indexOf(item) !== index)
      // What goes may be listed on its way for a moment.
      const now = await until(`${name} lists fewer`, async () => {
        const first = await page(name, undefined)
        const listed = new Set([...first.items, ...(await rest(name, first.token, most))])
        return remove === undefined || listed.size < there.size ? listed : undefined
      })
      const lost = [...there].filter(item => now.has(item) && !got.includes(item))
      if (twice.length > 0 || lost.length > 0) wrong.push([name, { twice, lost }])
      if (before?.token === undefined || after.length === 0) wrong.push([name, 'nothing after the restart'])
    }
    expect(wrong).toEqual([])
  }, 300_000)
})
