import { describe, expect, test } from 'bun:test'
import { randomIds } from '../../shared/ids.ts'
import { FakeClock, settle } from '../../test/support/fake-clock.ts'
import { FlakyRuntime } from '../../test/support/flaky-runtime.ts'
import { aLoadBalancer } from '../../test/support/routing-world.ts'
import { aCluster, aDefinition, aTask } from '../../test/support/task-fixture.ts'
import type { BoundService } from '../aws/service.ts'
import { createLog } from '../log.ts'
import { SimulatedRuntime } from '../runtime/simulated/index.ts'
import { loadBalancers } from '../store/elbv2-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { clusters, taskDefinitions, tasks } from '../store/tables.ts'
import { Gate } from './gate.ts'
import { createReconciling } from './reconcilers.ts'
import { StillBusy, whileQuiet } from './quiet.ts'
import { createReset } from './reset.ts'

const log = createLog({ logLevel: 'error' }, { write: () => true })
const call = {
  account: '000000000000',
  region: 'us-east-1',
  requestId: 'r',
  principal: 'arn:aws:iam::000000000000:root',
  calledAt: 'http://localhost:4566',
}
const arn = aTask().task.taskArn

/** An instance with one task that runs. */
const world = async () => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  const runtime = new FlakyRuntime(new SimulatedRuntime({ clock, ids: randomIds }))
  const names = new Set<string>()
  const reconciling = createReconciling({
    store,
    clock,
    ids: randomIds,
    log,
    runtime,
    settings: { endpointUrl: 'http://localhost:4566' },
    publishedPorts: undefined,
    carrier: {
      gateway: { inForceUntil: () => clock.now(), settledUntil: () => clock.now(), watch: () => () => {} },
      ports: { published: undefined, publishedForUdp: undefined, unpublished: { first: 20_000, last: 20_009 } },
      names: {
        serve: async ({ arn: served }) => void names.add(served),
        forget: async forgotten => void names.delete(forgotten),
      },
      connectNames: {
        serve: async ({ key }) => {
          names.add(key)
          return '10.96.0.9'
        },
        forget: async forgotten => void names.delete(forgotten),
      },
      connectPorts: { first: 21_000, last: 21_009 },
    },
  })
  const gate = new Gate()
  const fill = () =>
    store.commit(transaction => {
      transaction.put(clusters, aCluster())
      transaction.put(taskDefinitions, aDefinition([{ name: 'app', image: 'nginx', essential: true }]))
      transaction.put(tasks, aTask(['app'], { createdAt: clock.now() / 1000 }, { epoch: runtime.epoch }))
    })
  const runs = (): boolean => store.table(tasks).get(arn)?.task.lastStatus === 'RUNNING'
  await fill()
  reconciling.begin()
  await clock.until(runs, 1_000)
  return {
    clock,
    store,
    names,
    runtime,
    reconciling,
    gate,
    fill,
    runs,
    reset: createReset({ store, clock, log, runtime, reconciling, gate }),
  }
}

describe('a reset', () => {
  test('leaves no row and no task, and what comes after is as on a new instance', async () => {
    const { clock, store, runtime, reconciling, fill, runs, reset } = await world()
    expect(await reset()).toEqual({ clusters: 1, tasks: 1, milliseconds: 0 })
    expect([store.table(clusters).size, store.table(taskDefinitions).size, store.table(tasks).size]).toEqual([0, 0, 0])
    expect([...runtime.list()]).toEqual([])
    await clock.advance(3_600_000)
    expect(runtime.calls.filter(each => each.startsWith('start '))).toHaveLength(1)

    await fill()
    reconciling.controller.wake('task', arn)
    await clock.until(runs, 1_000)
    expect(runtime.calls.filter(each => each.startsWith('start '))).toHaveLength(2)
  })

  test('takes load balancers’ names in the cluster away', async () => {
    const { clock, store, names, reconciling, reset } = await world()
    const balancer = aLoadBalancer()
    await store.commit(transaction => transaction.put(loadBalancers, balancer))
    reconciling.controller.wake('load-balancer', balancer.loadBalancer.LoadBalancerArn)
    await clock.until(() => names.size === 1, 1_000)
    await reset()
    await clock.until(() => names.size === 0, 1_000)
  })

  test('waits for the calls that run, and holds back those that come', async () => {
    const { store, gate, reset, fill } = await world()
    const entered: string[] = []
    const slow = Promise.withResolvers<void>()
    const service: Pick<BoundService, 'invoke'> = {
      invoke: async operation => {
        entered.push(operation)
        if (operation === 'First') await slow.promise
        await fill()
      },
    }
    const guarded = gate.guard({
      model: { signingName: 'x', protocol: 'aws-json-1-1', apiVersion: '', operations: {}, errors: {} },
      ...service,
    })
    const first = guarded.invoke('First', call, {})
    const emptied = reset()
    const second = guarded.invoke('Second', call, {})
    await settle()
    expect(entered).toEqual(['First'])
    expect(store.table(clusters).size).toBe(1)
    slow.resolve()
    await Promise.all([first, emptied])
    await second
    expect(entered).toEqual(['First', 'Second'])
    expect(store.table(clusters).size).toBe(1)
  })

  test('gives up on a call that does not end, and nothing is gone', async () => {
    const { clock, store, runtime, gate, reset } = await world()
    const never = Promise.withResolvers<void>()
    void gate
      .guard({
        model: { signingName: 'x', protocol: 'aws-json-1-1', apiVersion: '', operations: {}, errors: {} },
        invoke: () => never.promise,
      })
      .invoke('Endless', call, {})
    const outcome = reset().catch((error: unknown) => error)
    await clock.advance(75_000)
    const busy = await outcome
    expect(busy).toBeInstanceOf(StillBusy)
    expect(String(busy)).toContain('there still ran: Endless.')
    expect(store.table(tasks).size).toBe(1)
    expect([...runtime.list()]).toHaveLength(1)
  })

  test('keeps the rows where the runtime refuses, so that it can be asked for again', async () => {
    const { store, runtime, reset } = await world()
    runtime.fails = () => 'before'
    await expect(reset()).rejects.toThrow()
    expect(store.table(clusters).size).toBe(1)
    runtime.fails = () => undefined
    await reset()
    expect(store.table(clusters).size).toBe(0)
    expect([...runtime.list()]).toEqual([])
  })
})

test('what wants quiet waits for what has it: the first to end would let calls in on the other', async () => {
  const { clock, reconciling, gate } = await world()
  const order: string[] = []
  const first = Promise.withResolvers<void>()
  const quiet = (name: string, work: Promise<void>): Promise<void> =>
    whileQuiet({ clock, reconciling, gate }, async () => {
      order.push(`${name} begins`)
      await work
      order.push(`${name} ends`)
    })
  const both = [quiet('restore', first.promise), quiet('reset', Promise.resolve())]
  await settle()
  expect(order).toEqual(['restore begins'])
  first.resolve()
  await Promise.all(both)
  expect(order).toEqual(['restore begins', 'restore ends', 'reset begins', 'reset ends'])
})
