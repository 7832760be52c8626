// Requests and answers as ECS' agent has them (ecs-agent/tmds/handlers/fault), and what the kernel is told.
import { afterAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentTask, otherTask } from '../../../test/support/agent-task.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { FakeQueues } from '../../../test/support/fake-queues.ts'
import { until } from '../../../test/support/until.ts'
import { createLog } from '../../log.ts'
import { askedFault, fault } from '../answers/faults.ts'
import { chainOf, latencyChainOf } from './chains.ts'
import { NetworkFaults } from './network-faults.ts'
import {
  accept,
  addressIs,
  destinationPortIs,
  drop,
  flowInPercent,
  inPercent,
  protocolIs,
  queued,
  tableRemoved,
  tableReplaced,
} from './nftables.ts'
import { faultOf } from './requests.ts'

const folders: string[] = []
// At the end: what an agent keeps is written after it answered, into a folder that it would make anew.
afterAll(async () => {
  await Promise.all(folders.map(folder => rm(folder, { recursive: true, force: true })))
})
const log = createLog({ logLevel: 'error' }, { write: () => undefined })
const task = agentTask({ isFaultInjectionEnabled: true, networkMode: 'awsvpc' })
const port = { Port: 8080, Protocol: 'tcp', TrafficType: 'ingress' }
const loss = { LossPercent: 10, Sources: ['10.0.0.0/8'] }
const latency = { DelayMilliseconds: 200, JitterMilliseconds: 10, Sources: ['10.0.0.0/8'] }

const chainFor = (kind: 'network-blackhole-port' | 'network-packet-loss', body: object) => {
  const made = faultOf(kind, JSON.stringify(body))
  if (made.kind === 'network-latency') throw new Error('latency')
  return chainOf(made, '10.1.0.7')
}

/** `outcomes`: the error numbers of nftables, the last one for all that follow. */
const world = async (...outcomes: number[]) => {
  const stateDir = await mkdtemp(join(tmpdir(), 'kecs-faults-'))
  folders.push(stateDir)
  const sent: Uint8Array[] = []
  const [clock, queues] = [new FakeClock(), new FakeQueues()]
  const send = (request: Uint8Array): number => outcomes[Math.min(sent.push(request), outcomes.length) - 1] ?? 0
  const faults = new NetworkFaults({ log, clock, stateDir, send, queues })
  const ask = async (path: string, body: object | string = '', of = task) => {
    const asked = askedFault(`fault/v1/${path}`)
    if (asked === undefined) throw new Error(path)
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const request = new Request(`http://169.254.170.2/api/id/fault/v1/${path}`, { method: 'POST', body: text })
    const response = await fault(request, asked, { task: of, caller: '10.1.0.7' }, { faults, log })
    return [response.status, await response.json()]
  }
  return { stateDir, sent, faults, ask, clock, queues }
}

describe('requests', () => {
  test.each<[string, object | string, string]>([
    ['network-blackhole-port/start', '', 'required request body is missing'],
    ['network-blackhole-port/status', { ...port, Port: undefined }, 'required parameter Port is missing'],
    ['network-blackhole-port/stop', { ...port, Protocol: '' }, 'required parameter Protocol is missing'],
    ['network-blackhole-port/start', { ...port, Protocol: 'icmp' }, 'invalid value icmp for parameter Protocol'],
    ['network-blackhole-port/start', { ...port, TrafficType: 'both' }, 'invalid value both for parameter TrafficType'],
    ['network-blackhole-port/start', { ...port, SourcesToFilter: ['host'] }, 'invalid value host for parameter SourcesToFilter'],
    ['network-packet-loss/start', { Sources: ['10.0.0.1'] }, 'required parameter LossPercent is missing'],
    ['network-packet-loss/start', { ...loss, LossPercent: 101 }, 'invalid value 101 for parameter LossPercent'],
    ['network-packet-loss/start', { ...loss, Sources: [] }, 'required parameter Sources is missing'],
    ['network-packet-loss/start', { ...loss, FlowsPercent: 0 }, 'invalid value 0 for parameter flowsPercent'],
    ['network-latency/start', { DelayMilliseconds: 5 }, 'required parameter JitterMilliseconds is missing'],
    [
      'network-latency/start',
      { DelayMilliseconds: 0, JitterMilliseconds: 0, Sources: ['::1'] },
      'required either DelayMilliseconds or JitterMilliseconds to be non-zero',
    ],
  ])('%s %j: %s', async (path, body, Error) => {
    const { ask, sent } = await world()
    expect(await ask(path, body)).toEqual([400, { Error }])
    expect(sent).toEqual([])
  })

  test('of a task that did not ask for faults, or of a network mode without them', async () => {
    const { ask } = await world()
    expect(await ask('network-blackhole-port/start', port, { ...task, isFaultInjectionEnabled: false })).toEqual([
      400,
      { Error: `enableFaultInjection is not enabled for task: ${task.taskArn}` },
    ])
    expect(await ask('network-packet-loss/status', '', { ...task, networkMode: 'bridge' })).toEqual([
      400,
      { Error: 'bridge mode is not supported. Please use either host or awsvpc mode.' },
    ])
    expect((await ask('network-blackhole-port/start', port, { ...task, networkMode: 'host' }))[0]).toBe(501)
  })
})

describe('faults', () => {
  test('of ports begin, run and stop, each for itself, and as often as asked', async () => {
    const { ask } = await world()
    const other = { ...port, Port: 9090 }
    expect(await ask('network-blackhole-port/status', port)).toEqual([200, { Status: 'not-running' }])
    for (const each of [port, port, other]) expect(await ask('network-blackhole-port/start', each)).toEqual([200, { Status: 'running' }])
    for (const each of [port, port]) expect(await ask('network-blackhole-port/stop', each)).toEqual([200, { Status: 'stopped' }])
    expect(await ask('network-blackhole-port/status', port)).toEqual([200, { Status: 'not-running' }])
    expect(await ask('network-blackhole-port/status', other)).toEqual([200, { Status: 'running' }])
  })

  test('of packets are one at a time', async () => {
    const { ask } = await world()
    expect(await ask('network-packet-loss/start', loss)).toEqual([200, { Status: 'running' }])
    expect(await ask('network-packet-loss/start', loss)).toEqual([409, { Error: 'There is already one network packet loss fault running' }])
    expect(await ask('network-packet-loss/status')).toEqual([200, { Status: 'running' }])
    expect(await ask('network-packet-loss/stop')).toEqual([200, { Status: 'stopped' }])
    expect(await ask('network-packet-loss/status')).toEqual([200, { Status: 'not-running' }])
  })

  test('that make packets late are one, beside none that lose packets', async () => {
    const { ask, queues } = await world()
    expect(await ask('network-latency/status')).toEqual([200, { Status: 'not-running' }])
    expect(await ask('network-latency/start', latency)).toEqual([200, { Status: 'running' }])
    expect(queues.opened).toEqual([27_400])
    const refused = { Error: 'There is already one network latency fault running' }
    expect(await ask('network-latency/start', latency)).toEqual([409, refused])
    expect(await ask('network-packet-loss/start', loss)).toEqual([409, refused])
    expect(await ask('network-blackhole-port/start', port)).toEqual([200, { Status: 'running' }])
    expect(await ask('network-latency/status')).toEqual([200, { Status: 'running' }])
    for (const _ of [1, 2]) expect(await ask('network-latency/stop')).toEqual([200, { Status: 'stopped' }])
    expect(queues.opened).toEqual([])
    expect(await ask('network-packet-loss/start', loss)).toEqual([200, { Status: 'running' }])
    const other = { Error: 'There is already one network packet loss fault running' }
    expect(await ask('network-latency/start', latency)).toEqual([409, other])
  })

  test('of latency are made as the kernel can, and refused where it cannot', async () => {
    const older = await world(2, 0)
    expect(await older.ask('network-latency/start', latency)).toEqual([200, { Status: 'running' }])
    const made = faultOf('network-latency', JSON.stringify(latency))
    if (made.kind !== 'network-latency') throw new Error(made.kind)
    const table = (how: 'nft_queue' | 'xt_NFQUEUE') => tableReplaced(`kecs-${task.taskId}`, [latencyChainOf(made, '10.1.0.7', 27_400, how)])
    expect(older.sent).toEqual([table('nft_queue'), table('xt_NFQUEUE')])
    const none = await world(2)
    expect(await none.ask('network-latency/start', latency)).toEqual([
      501,
      { Error: expect.stringContaining("the node's kernel hands no packets to programs") },
    ])
    expect([await none.ask('network-latency/status'), none.queues.opened]).toEqual([[200, { Status: 'not-running' }], []])
    const forbidden = await world()
    forbidden.queues.errno = 1
    expect(await forbidden.ask('network-latency/start', latency)).toEqual([500, { Error: 'internal error' }])
    expect(forbidden.sent).toEqual([])
  })

  test('of latency are taken up by the next agent, and end with their task', async () => {
    const { ask, faults, stateDir, clock, queues } = await world()
    await ask('network-latency/start', latency)
    await until('it is kept', () => Bun.file(join(stateDir, 'faults.json')).exists())
    faults.close()
    expect(queues.opened).toEqual([])
    const next = new NetworkFaults({ log, clock, stateDir, send: () => 0, queues })
    await next.open()
    expect(queues.opened).toEqual([27_400])
    next.retain([])
    expect([queues.opened, clock.waiting]).toEqual([[], 0])
  })

  test('that the kernel does not make are an internal error, and do not run', async () => {
    const { ask } = await world(95)
    expect(await ask('network-packet-loss/start', loss)).toEqual([500, { Error: 'internal error' }])
    expect(await ask('network-packet-loss/status')).toEqual([200, { Status: 'not-running' }])
  })

  test('go with their task, and outlive their agent', async () => {
    const { ask, faults, stateDir, sent, clock, queues } = await world()
    await ask('network-blackhole-port/start', port)
    await until('they are kept', () => Bun.file(join(stateDir, 'faults.json')).exists())
    const made = tableReplaced(`kecs-${task.taskId}`, [chainFor('network-blackhole-port', port)])
    const again: Uint8Array[] = []
    const next = new NetworkFaults({ log, clock, stateDir, send: request => (again.push(request), 0), queues })
    await next.open()
    expect([sent.at(-1), again]).toEqual([made, [made]])
    faults.retain([task, otherTask()])
    expect(sent).toHaveLength(1)
    faults.retain([otherTask()])
    expect(sent.at(-1)).toEqual(tableRemoved(`kecs-${task.taskId}`))
  })
})

describe('what is dropped', () => {
  const bytes = (...octets: number[]) => Uint8Array.from(octets)
  const whole = bytes(255, 255, 255, 255)
  const from = addressIs('source', bytes(10, 1, 0, 7), whole)
  const to = addressIs('destination', bytes(10, 1, 0, 7), whole)

  test('for a port to the task, where packets leave the node for it', () => {
    expect(chainFor('network-blackhole-port', { ...port, SourcesToFilter: ['10.9.8.7/20', '::1'] })).toEqual({
      name: 'ingress-tcp-8080',
      hook: 4,
      priority: -301,
      rules: [
        [...to, ...addressIs('source', bytes(10, 9, 0, 0), bytes(255, 255, 240, 0)), accept],
        [...to, ...protocolIs(6), ...destinationPortIs(8080), drop],
      ],
    })
  })

  test('for a port from the task, where they come in; its agent is never cut off', () => {
    expect(chainFor('network-blackhole-port', { Port: 80, Protocol: 'udp', TrafficType: 'egress' })).toEqual({
      name: 'egress-udp-80',
      hook: 0,
      priority: -301,
      rules: [
        [...from, ...addressIs('destination', bytes(169, 254, 170, 2), whole), accept],
        [...from, ...protocolIs(17), ...destinationPortIs(80), drop],
      ],
    })
  })

  test('nothing where packets are late: those to some addresses are handed over', () => {
    const made = faultOf('network-latency', JSON.stringify({ ...latency, SourcesToFilter: ['10.2.3.4'], FlowsPercent: 50 }))
    if (made.kind !== 'network-latency') throw new Error(made.kind)
    expect(latencyChainOf(made, '10.1.0.7', 27_400, 'nft_queue')).toEqual({
      name: 'network-latency',
      hook: 0,
      priority: -301,
      rules: [
        [...from, ...addressIs('destination', bytes(10, 2, 3, 4), whole), accept],
        [...from, ...addressIs('destination', bytes(10, 0, 0, 0), bytes(255, 0, 0, 0)), ...flowInPercent(50), queued(27_400, 'nft_queue')],
      ],
    })
  })

  test('of packets: so many of so many connections to those addresses', () => {
    const body = { LossPercent: 25, Sources: ['10.2.0.0/16'], SourcesToFilter: ['10.2.3.4'], FlowsPercent: 50 }
    expect(chainFor('network-packet-loss', body).rules).toEqual([
      [...from, ...addressIs('destination', bytes(10, 2, 3, 4), whole), accept],
      [...from, ...addressIs('destination', bytes(10, 2, 0, 0), bytes(255, 255, 0, 0)), ...flowInPercent(50), ...inPercent(25), drop],
    ])
  })
})
