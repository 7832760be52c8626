import { afterEach, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { bytesIn, containerToCreate, nriRuntime, numberIn, textIn } from '../../../test/support/nri-runtime.ts'
import { until } from '../../../test/support/until.ts'
import { createLog } from '../../log.ts'
import type { Adjusting } from '../protocol.ts'
import type { ContainerChange, ContainerRequest } from './messages.ts'
import { followNri } from './plugin.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})
const log = createLog({ logLevel: 'error' }, { write: () => undefined })

const nothing: ContainerChange = { limits: [], mounts: [], withoutMounts: [], devices: [], deviceRules: [], cgroup: new Map() }

const world = async (change: (request: ContainerRequest) => Promise<ContainerChange | undefined> = async () => undefined) => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-nri-'))
  const socket = join(folder, 'nri.sock')
  const told: Adjusting[] = []
  const clock = new FakeClock()
  const abort = new AbortController()
  const runtime = async (version?: string) => {
    const made = await nriRuntime(socket, version)
    stops.push(() => made.close())
    return made
  }
  stops.push(() => rm(folder, { recursive: true, force: true }))
  const begin = (): void => {
    const following = followNri({ socket, change, became: adjusting => void told.push(adjusting), clock, log }, abort.signal)
    stops.push(async () => {
      abort.abort()
      await following
    })
  }
  return { runtime, begin, told, clock, folder, socket }
}

test('a runtime takes the plugin, and asks it before containers are created and at no other time', async () => {
  const asked: ContainerRequest[] = []
  const { runtime, begin, told } = await world(async request => {
    asked.push(request)
    return undefined
  })
  const made = await runtime()
  begin()
  const plugin = await made.next()
  expect([plugin.name, plugin.index]).toEqual(['kecs', '80'])
  // CREATE_CONTAINER is event 4: bit 3.
  expect(await plugin.begin()).toBe(8)
  await until('it is told', () => told.length > 0)
  expect(told).toEqual([{ is: 'able', runtime: 'containerd v2.1.4' }])
  const answer = await plugin.call(
    'CreateContainer',
    containerToCreate({ namespace: 'ns', name: 'pod' }, { 'kecs.dev/adjusted': 'default' }, 'app'),
  )
  expect([answer.code, answer.payload.length]).toEqual([0, 0])
  expect(asked).toEqual([
    { pod: { namespace: 'ns', name: 'pod', annotations: new Map([['kecs.dev/adjusted', 'default']]) }, container: 'app' },
  ])
})

test('what is to be different is in the answer, where NRI has it', async () => {
  const { runtime, begin } = await world(async () => ({
    limits: [{ type: 'RLIMIT_MEMLOCK', soft: 5n, hard: 2n ** 64n - 1n }],
    mounts: [{ destination: '/run', type: 'tmpfs', source: 'tmpfs', options: ['noexec', 'size=8m'] }],
    withoutMounts: ['/gone'],
    devices: [{ path: '/dev/fuse', type: 'c', major: 10, minor: 229, mode: 0o600, uid: 0, gid: 7 }],
    deviceRules: [{ type: 'c', major: 10, minor: 229, isAllowed: true, access: 'rw' }],
    cgroup: new Map([['memory.swap.max', '0']]),
  }))
  const made = await runtime()
  begin()
  const plugin = await made.next()
  await plugin.begin()
  const { payload } = await plugin.call('CreateContainer', containerToCreate({ namespace: 'ns', name: 'pod' }, {}, 'app'))
  const [adjust = new Uint8Array()] = bytesIn(payload, 1)
  const [removed = new Uint8Array(), mount = new Uint8Array()] = bytesIn(adjust, 3)
  expect(textIn(removed, 1)).toBe('-/gone')
  expect([1, 2, 3].map(field => textIn(mount, field))).toEqual(['/run', 'tmpfs', 'tmpfs'])
  expect(bytesIn(mount, 4).map(option => new TextDecoder().decode(option))).toEqual(['noexec', 'size=8m'])
  const [limit = new Uint8Array()] = bytesIn(adjust, 7)
  expect([textIn(limit, 1), numberIn(limit, 2), numberIn(limit, 3)]).toEqual(['RLIMIT_MEMLOCK', 2n ** 64n - 1n, 5n])
  const [linux = new Uint8Array()] = bytesIn(adjust, 6)
  const [device = new Uint8Array()] = bytesIn(linux, 1)
  expect([textIn(device, 1), textIn(device, 2), numberIn(device, 3), numberIn(device, 4)]).toEqual(['/dev/fuse', 'c', 10n, 229n])
  expect([5, 6, 7].map(field => numberIn(bytesIn(device, field)[0] ?? new Uint8Array(), 1))).toEqual([0o600n, 0n, 7n])
  const [resources = new Uint8Array()] = bytesIn(linux, 2)
  const [file = new Uint8Array()] = bytesIn(resources, 6)
  expect([textIn(file, 1), textIn(file, 2)]).toEqual(['memory.swap.max', '0'])
  const [rule = new Uint8Array()] = bytesIn(resources, 7)
  expect([numberIn(rule, 1), textIn(rule, 2), textIn(rule, 5)]).toEqual([1n, 'c', 'rw'])
  expect([3, 4].map(field => numberIn(bytesIn(rule, field)[0] ?? new Uint8Array(), 1))).toEqual([10n, 229n])
})

test('what it throws keeps the container from being created', async () => {
  const { runtime, begin } = await world(async () => {
    throw new Error('no such device')
  })
  const made = await runtime()
  begin()
  const plugin = await made.next()
  await plugin.begin()
  const answer = await plugin.call('CreateContainer', containerToCreate({ namespace: 'ns', name: 'pod' }, {}, 'app'))
  // Of gRPC: UNKNOWN.
  expect([answer.code, answer.message]).toEqual([2, 'no such device'])
})

test('a method that is not known is told to be none, and what is no message ends nothing', async () => {
  const { runtime, begin } = await world(async () => nothing)
  const made = await runtime()
  begin()
  const plugin = await made.next()
  await plugin.begin()
  // Of gRPC: UNIMPLEMENTED.
  expect((await plugin.call('StopContainer', new Uint8Array())).code).toBe(12)
  expect((await plugin.call('CreateContainer', new Uint8Array([0x0a, 0x7f]))).code).toBe(2)
  expect((await plugin.call('StateChange', new Uint8Array())).code).toBe(0)
})

test('without a socket it says so and looks again; a runtime that goes is away until it comes back', async () => {
  const { runtime, begin, told, clock } = await world()
  begin()
  await until('it is told', () => told.length === 1)
  expect(told[0]).toEqual({ is: 'unable', why: 'the container runtime of the node has no NRI' })
  const made = await runtime()
  await clock.advance(1_000)
  const plugin = await made.next()
  await plugin.begin()
  await until('it is told', () => told.length === 2)
  plugin.hangUp()
  await until('it is told', () => told.length === 3)
  expect(told.slice(1)).toEqual([
    { is: 'able', runtime: 'containerd v2.1.4' },
    { is: 'away', why: 'the container runtime closed the connection' },
  ])
  const next = made.next()
  await until('it looks again', async () => {
    await clock.advance(1_000)
    return (await Promise.race([next, Promise.resolve(undefined)])) !== undefined
  })
  await (await next).begin()
  await until('it is told', () => told.length === 4)
  expect(told[3]).toEqual({ is: 'able', runtime: 'containerd v2.1.4' })
})

test('a runtime that never answers is not waited for: it is asked anew, on another connection', async () => {
  const { begin, told, clock, socket } = await world()
  const sockets: Socket[] = []
  let closed = 0
  const silent = createServer(connection => {
    sockets.push(connection)
    connection
      .on('close', () => (closed += 1))
      .on('error', () => undefined)
      .resume()
  })
  await new Promise<void>(resolve => silent.listen(socket, resolve))
  stops.push(async () => {
    for (const each of sockets) each.destroy()
    await new Promise(resolve => silent.close(resolve))
  })
  begin()
  await until('it waits for an answer', () => sockets.length === 1 && clock.waiting === 1)
  await clock.advance(4_999)
  expect(told).toEqual([])
  await clock.advance(1)
  expect(told).toEqual([{ is: 'unable', why: 'the container runtime did not answer RegisterPlugin within 5000 ms' }])
  await until('its connection is closed', () => closed === 1)
  await clock.advance(1_000)
  await until('it asks anew', () => sockets.length === 2)
})

test('nor is one that answers and then never asks', async () => {
  const { runtime, begin, told, clock } = await world()
  const made = await runtime()
  begin()
  const plugin = await made.next()
  await until('its answer is there', () => clock.untilNext === 60_000)
  await clock.advance(60_000)
  expect(told).toEqual([{ is: 'unable', why: 'the container runtime did not take the plugin within 60000 ms' }])
  await clock.advance(1_000)
  await (await made.next()).begin()
  await until('it is told', () => told.length === 2)
  expect(told[1]).toEqual({ is: 'able', runtime: 'containerd v2.1.4' })
  plugin.hangUp()
})

test.each([
  ['v1.7.6', { is: 'unable', why: 'containerd v1.7.6 gives containers no limits that a plugin asks for' }],
  ['v1.7.7', { is: 'able', runtime: 'containerd v1.7.7' }],
  ['v1.7.28', { is: 'able', runtime: 'containerd v1.7.28' }],
] as const)('a runtime that would leave limits out is none: containerd %s', async (version, expected) => {
  const { runtime, begin, told } = await world()
  const made = await runtime(version)
  begin()
  const plugin = await made.next()
  // One that is refused has its connection closed, so its calls need not be answered.
  void plugin.begin().catch(() => undefined)
  await until('it is told', () => told.length > 0)
  expect(told).toEqual([expected])
})
