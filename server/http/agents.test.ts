// The control plane's side of the agents and an agent's side of it, together: over HTTP, with a store that forgets.
import { afterEach, expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { definitionRow, taskRow, testContext } from '../../test/support/task-rows.ts'
import { until } from '../../test/support/until.ts'
import { systemClock } from '../../shared/clock.ts'
import { ControlPlane } from '../agent/control-plane.ts'
import type { Adjusting, Explained, Probed } from '../agent/protocol.ts'
import { KnownTasks } from '../agent/known-tasks.ts'
import type { TaskUse } from '../agent/protocol.ts'
import { AgentFeed } from '../agents/feed.ts'
import { createLog } from '../log.ts'
import type { TaskObservation } from '../runtime/runtime.ts'
import { tasks } from '../store/tables.ts'
import { createAgents } from './agents.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})
const log = createLog({ logLevel: 'error' }, { write: () => undefined })

const world = async () => {
  const definition = definitionRow()
  const context = await testContext({ definitions: [definition] })
  const row = taskRow(definition)
  await context.store.commit(transaction => transaction.put(tasks, row))
  const { taskArn } = row.task
  const ref = { taskArn, taskId: row.taskId, namespace: row.namespace }
  const seen = new Map<string, TaskObservation>([[taskArn, { ...ref, node: 'one', containers: [] }]])
  const feed = new AgentFeed({
    store: context.store,
    clock: systemClock,
    runtime: { observe: ({ taskArn: arn }) => seen.get(arn), list: () => seen.values() },
  })
  const drained: string[] = []
  const used: TaskUse[] = []
  const routed: string[] = []
  const probed: Probed[] = []
  const explained: Explained[] = []
  const isolated: string[] = []
  const adjusting: [string, Adjusting][] = []
  let isSynced = true
  const server = await createAgents({
    authenticate: async (token, node) => {
      if (token === 'unanswerable') throw new Error('Kubernetes does not answer')
      return token === `token-of-${node}`
    },
    isSynced: () => isSynced,
    listen: (node, send, end) => feed.listen(node, send, end),
    drained: arns => void drained.push(...arns),
    used: told => {
      used.push(...told)
      return { nextInMs: 7_000 }
    },
    routed: arns => void routed.push(...arns),
    probed: (id, outcome) => void probed.push({ id, outcome }),
    explained: (runtimeId, wasKilledForMemory) => void explained.push({ runtimeId, wasKilledForMemory }),
    isolated: arns => void isolated.push(...arns),
    adjusting: (node, told) => void adjusting.push([node, told]),
  }).listen('127.0.0.1', 0)
  stops.push(
    () => server.stop(),
    () => feed.close(),
  )
  const folder = await mkdtemp(join(tmpdir(), 'kecs-agents-'))
  stops.push(() => rm(folder, { recursive: true, force: true }))
  const agent = async (node: string, token = `token-of-${node}`) => {
    const tokenFile = join(folder, node)
    await writeFile(tokenFile, `${token}\n`)
    const controlPlane = new ControlPlane({ config: { controlPlaneUrl: server.url, node, tokenFile }, clock: systemClock, log })
    const known = new KnownTasks(systemClock)
    const abort = new AbortController()
    const following = controlPlane.follow(event => known.accept(event), abort.signal)
    stops.push(async () => {
      abort.abort()
      await following
    })
    return { known, controlPlane }
  }
  return {
    row,
    ref,
    seen,
    feed,
    drained,
    routed,
    isolated,
    adjusting,
    used,
    probed,
    explained,
    agent,
    url: server.url,
    syncIs: (value: boolean) => (isSynced = value),
  }
}

test('an agent is told of the tasks on its node, of their changes and of their end', async () => {
  const { agent, ref, seen, feed, row } = await world()
  const { known } = await agent('one')
  const other = await agent('two')
  const told = await until('it is told', () => known.all()[0])
  expect(told).toMatchObject({ taskArn: ref.taskArn, family: 'web', containers: [{ id: row.agentIds?.containers['app'] ?? '' }] })
  seen.set(ref.taskArn, { ...ref, node: 'one', address: '10.1.0.7', containers: [] })
  feed.changed(ref)
  await until('its address is told', () => known.all()[0]?.address === '10.1.0.7')
  expect(other.known.all()).toEqual([])
  seen.delete(ref.taskArn)
  feed.changed(ref)
  await until('its end is told', () => known.all().length === 0)
})

test('without the token of the node’s agent nothing is told', async () => {
  const { url } = await world()
  const status = async (headers: Record<string, string>): Promise<number> => (await fetch(`${url}/v1/nodes/one/tasks`, { headers })).status
  expect(await status({})).toBe(403)
  expect(await status({ authorization: 'Bearer token-of-two' })).toBe(403)
  expect((await fetch(`${url}/v1/nodes/one/drained`, { method: 'POST', body: '{}' })).status).toBe(403)
})

test('what is no request of an agent is refused in its words', async () => {
  const { url, drained } = await world()
  const headers = { authorization: 'Bearer token-of-one' }
  expect((await fetch(`${url}/v1/nodes/%ff/tasks`, { headers })).status).toBe(404)
  const malformed = await fetch(`${url}/v1/nodes/one/drained`, { method: 'POST', headers, body: '{' })
  expect([malformed.status, await malformed.text()]).toEqual([400, 'not JSON\n'])
  expect(drained).toEqual([])
  const failed = await fetch(`${url}/v1/nodes/one/tasks`, { headers: { authorization: 'Bearer unanswerable' } })
  expect([failed.status, await failed.text()]).toEqual([503, 'not yet\n'])
})

test('before the control plane knows what runs it tells no list', async () => {
  const { agent, syncIs, url } = await world()
  syncIs(false)
  expect((await fetch(`${url}/v1/nodes/one/tasks`, { headers: { authorization: 'Bearer token-of-one' } })).status).toBe(503)
  const { known } = await agent('one')
  expect(known.isTold).toBe(false)
  syncIs(true)
  await until('it is told', () => known.isTold)
})

test('whether a node’s runtime lets containers be adjusted is told, and nothing else is taken for it', async () => {
  const { agent, adjusting, url } = await world()
  const { controlPlane } = await agent('one')
  const told = { is: 'able', runtime: 'containerd v2.1.4' } as const
  await controlPlane.adjusting(told, new AbortController().signal)
  expect(adjusting).toEqual([['one', told]])
  const headers = { authorization: 'Bearer token-of-one' }
  expect((await fetch(`${url}/v1/nodes/one/adjusting`, { method: 'POST', headers, body: '{"is":"willing"}' })).status).toBe(400)
})

test('whose logs are delivered is told to the control plane', async () => {
  const { agent, drained, isolated, routed, ref } = await world()
  const { controlPlane } = await agent('one')
  await controlPlane.drained([ref.taskArn], AbortSignal.timeout(5_000))
  expect([drained, routed]).toEqual([[ref.taskArn], []])
  await controlPlane.routed([ref.taskArn], AbortSignal.timeout(5_000))
  expect([drained, routed]).toEqual([[ref.taskArn], [ref.taskArn]])
  await controlPlane.isolated([ref.taskArn], AbortSignal.timeout(5_000))
  expect(isolated).toEqual([ref.taskArn])
})

test('what tasks use is told to the control plane, which says when it wants to hear again', async () => {
  const { agent, used, ref, url } = await world()
  const { controlPlane } = await agent('one')
  const told = [{ taskArn: ref.taskArn, cpu: 256, memory: 64 }]
  expect(await controlPlane.used({ tasks: told }, AbortSignal.timeout(5_000))).toBe(7_000)
  expect(used).toEqual(told)
  const { controlPlane: other } = await agent('one', 'token-of-two')
  await expect(other.used({ tasks: told }, AbortSignal.timeout(5_000))).rejects.toThrow('the control plane answered 403')
  const headers = { authorization: 'Bearer token-of-one' }
  const nonsense = JSON.stringify({ tasks: [{ taskArn: 'a' }, { taskArn: 'b', cpu: null, memory: 1 }, 7] })
  expect((await fetch(`${url}/v1/nodes/one/usage`, { method: 'POST', headers, body: nonsense })).status).toBe(200)
  expect(used).toEqual(told)
})

test('what came of a health check is told by an agent, in its shape alone', async () => {
  const { probed, url } = await world()
  const send = (body: object) =>
    fetch(`${url}/v1/nodes/one/probed`, { method: 'POST', headers: { authorization: 'Bearer token-of-one' }, body: JSON.stringify(body) })
  expect((await send({ id: '1', outcome: { is: 'answered', code: 200 } })).status).toBe(204)
  expect((await send({ id: '2', outcome: { is: 'answered' } })).status).toBe(400)
  expect(probed).toEqual([{ id: '1', outcome: { is: 'answered', code: 200 } }])
})

test('how a container ended is told by an agent, in its shape alone', async () => {
  const { agent, explained, url } = await world()
  const told = { runtimeId: '5f'.repeat(32), wasKilledForMemory: true }
  const { controlPlane } = await agent('one')
  await controlPlane.explained(told, AbortSignal.timeout(5_000))
  const init = { method: 'POST', headers: { authorization: 'Bearer token-of-one' }, body: JSON.stringify({ runtimeId: 7 }) }
  expect((await fetch(`${url}/v1/nodes/one/explained`, init)).status).toBe(400)
  expect(explained).toEqual([told])
})
