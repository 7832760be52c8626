import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { createBackend } from './client.ts'
import { createOwners } from './owners.ts'
import type { MissingRole } from './roles.ts'

const place = { account: '000000000000', region: 'us-east-1' }
const arnOf = (path: string, account = place.account): string => `arn:aws:iam::${account}:role/${path}`

/** An IAM with these roles, by account and name; `asked` has what it was asked for, as ACCOUNT NAME. */
const world = ({ roles = {}, isAway = false }: { roles?: Record<string, string>; isAway?: boolean } = {}) => {
  const clock = new FakeClock()
  const asked: string[] = []
  const missing: MissingRole[] = []
  const state = { roles, isAway }
  const answer = async (request: Request): Promise<Response> => {
    const key = /Credential=([^/]+)\//.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''
    const account = key === 'test' ? place.account : key
    const name = new URLSearchParams(await request.text()).get('RoleName') ?? ''
    asked.push(`${account} ${name}`)
    if (state.isAway) return new Response('starting', { status: 503 })
    const arn = state.roles[`${account} ${name}`]
    return arn === undefined
      ? new Response('<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>none</Message></Error></ErrorResponse>', { status: 404 })
      : new Response(`<GetRoleResponse><GetRoleResult><Role><Arn>${arn}</Arn></Role></GetRoleResult></GetRoleResponse>`)
  }
  const backend = createBackend({ url: 'http://backend', fetch: answer })
  const owners = createOwners({ backend, clock, onMissingRole: role => missing.push(role) })
  return { clock, asked, missing, state, owners, backend }
}

test('a role is found by its ARN and its name, in the account of its ARN', async () => {
  const roles = { '000000000000 web': arnOf('team/web'), '111111111111 web': arnOf('web', '111111111111') }
  const { owners, asked } = world({ roles })
  expect(await owners.hasRole(arnOf('team/web'), place)).toBe(true)
  expect(await owners.hasRole('web', place)).toBe(true)
  expect(await owners.hasRole(arnOf('web', '111111111111'), place)).toBe(true)
  expect(asked).toEqual(['000000000000 web', '000000000000 web', '111111111111 web'])
})

test('a role of another path is another role, and none is told of', async () => {
  const { owners, missing } = world({ roles: { '000000000000 web': arnOf('team/web') } })
  expect(await owners.hasRole(arnOf('web'), place)).toBe(false)
  expect(await owners.hasRole(arnOf('other/api'), place)).toBe(false)
  expect(missing).toEqual([
    { account: place.account, path: '', name: 'web' },
    { account: place.account, path: 'other/', name: 'api' },
  ])
})

test('one that was found is asked for again after five seconds, one that was not every time', async () => {
  const { owners, asked, state, clock } = world({ roles: { '000000000000 web': arnOf('web') } })
  const both = await Promise.all([owners.hasRole(arnOf('web'), place), owners.hasRole(arnOf('web'), place)])
  expect(both).toEqual([true, true])
  state.roles = {}
  await clock.advance(4_999)
  expect(await owners.hasRole(arnOf('web'), place)).toBe(true)
  expect(asked).toHaveLength(1)
  await clock.advance(1)
  expect(await owners.hasRole(arnOf('web'), place)).toBe(false)
  state.roles = { '000000000000 web': arnOf('web') }
  expect(await owners.hasRole(arnOf('web'), place)).toBe(true)
  expect(asked).toHaveLength(3)
})

test('a backend that does not answer is no answer, and is asked again', async () => {
  const { owners, asked, state, missing } = world({ isAway: true })
  expect(await owners.hasRole(arnOf('web'), place).catch((error: Error) => error.name)).toBe('BackendUnreachable')
  state.isAway = false
  expect(await owners.hasRole(arnOf('web'), place)).toBe(false)
  expect(asked).toHaveLength(2)
  expect(missing).toHaveLength(1)
})

test('service-linked roles are always there', async () => {
  const { owners, asked } = world()
  expect(await owners.hasRole(arnOf('aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'), place)).toBe(true)
  expect(asked).toEqual([])
})

test('nobody is asked where unknown roles are accepted, or where there is no backend or no IAM', async () => {
  const { backend, asked, clock } = world()
  expect(await createOwners({ backend, clock, unknownRoles: 'accept' }).hasRole(arnOf('web'), place)).toBeUndefined()
  expect(await createOwners({ backend: undefined, clock }).hasRole(arnOf('web'), place)).toBeUndefined()
  expect(asked).toEqual([])
  const without = createBackend({ url: 'http://backend', fetch: async () => new Response('{}', { status: 501 }) })
  expect(await createOwners({ backend: without, clock }).hasRole(arnOf('web'), place)).toBeUndefined()
})
