import { describe, expect, test } from 'bun:test'
import { FakeBackend } from '../../test/support/fake-backend.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { ServiceWorld } from '../../test/support/service-world.ts'
import type { BusEvent } from '../backend/events.ts'
import { tellChanges } from '../compose/events.ts'
import { createLog } from '../log.ts'
import { EventRelay } from './relay.ts'

const log = createLog({ logLevel: 'error' }, { write: () => true })
const place = { account: '000000000000', region: 'us-east-1' }
const numbered = (from: number, count: number): BusEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    source: 'aws.ecs',
    detailType: 'test',
    resources: [`r${from + index}`],
    detail: {},
    time: 0,
  }))
const namesOf = (backend: FakeBackend): string[] => backend.events.map(({ Resources }) => Resources[0] ?? '')

describe('the relay of events', () => {
  test('keeps their order over a minute in which the backend is away', async () => {
    const backend = new FakeBackend()
    const clock = new FakeClock()
    const relay = new EventRelay({ backend, clock, log })
    backend.isAway = true
    for (let first = 0; first < 60; first += 1) {
      relay.put(numbered(first, 1), place)
      await clock.advance(1_000)
    }
    expect([backend.events.length, relay.counts.waiting]).toEqual([0, 60])
    backend.isAway = false
    await clock.advance(20_000)
    expect(namesOf(backend)).toEqual(Array.from({ length: 60 }, (_, index) => `r${index}`))
    expect(relay.counts.waiting).toBe(0)
    await relay.stop()
  })

  test('holds ten thousand at most, the newest', async () => {
    const backend = new FakeBackend()
    const clock = new FakeClock()
    const relay = new EventRelay({ backend, clock, log })
    backend.isAway = true
    relay.put(numbered(0, 10_003), place)
    await clock.advance(100)
    expect(relay.counts).toEqual({ waiting: 10_000, dropped: 3 })
    await relay.stop()
  })
})

test('a service tells EventBridge of its tasks, its deployment and its actions, in order', async () => {
  const backend = new FakeBackend()
  const world = new ServiceWorld()
  const relay = new EventRelay({ backend, clock: world.clock, log })
  const untell = tellChanges({ store: world.store, clock: world.clock, nodes: () => [], put: (events, at) => relay.put(events, at) })
  const control = world.control()
  control.begin()
  await world.create(world.register(), { desiredCount: 1 })
  control.controller.wake('service', world.arn)
  await world.clock.until(() => world.isSteady, 60_000)
  await world.clock.advance(1_000)
  const [task] = world.tasks
  const deployment = world.service.deployments[0]
  const { clusterArn } = world.service.service
  const time = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
  const of = (type: string): unknown[] => backend.events.filter(({ DetailType }) => DetailType === type).map(({ Detail }) => Detail)
  expect(of('ECS Deployment State Change')).toEqual([
    {
      eventType: 'INFO',
      eventName: 'SERVICE_DEPLOYMENT_IN_PROGRESS',
      clusterArn,
      deploymentId: deployment?.id,
      updatedAt: time,
      reason: `ECS deployment ${deployment?.id} in progress.`,
    },
    {
      eventType: 'INFO',
      eventName: 'SERVICE_DEPLOYMENT_COMPLETED',
      clusterArn,
      deploymentId: deployment?.id,
      updatedAt: time,
      reason: `ECS deployment ${deployment?.id} completed.`,
    },
  ])
  expect(of('ECS Service Action')).toEqual([{ eventType: 'INFO', eventName: 'SERVICE_STEADY_STATE', clusterArn, createdAt: time }])
  const states = of('ECS Task State Change')
  expect(states.at(-1)).toMatchObject({
    taskArn: task?.task.taskArn,
    clusterArn,
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    group: 'service:web',
    startedBy: deployment?.id,
    createdAt: time,
    startedAt: time,
    updatedAt: time,
    containers: [{ name: 'app', lastStatus: 'RUNNING', taskArn: task?.task.taskArn }],
  })
  const versions = states.map(state => (typeof state === 'object' && state !== null && 'version' in state ? state.version : 0))
  expect(versions).toEqual([...versions].sort())
  untell()
  await relay.stop()
  await control.stop()
})
