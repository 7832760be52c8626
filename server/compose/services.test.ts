import { describe, expect, test } from 'bun:test'
import { unusedPort } from '../../test/support/program.ts'
import { ServiceWorld, crashing, unpullable } from '../../test/support/service-world.ts'
import type { ServiceSignals } from '../reconcilers/service-situation.ts'
import { serviceDeployments, serviceEvents, serviceRevisions, services, taskSets } from '../store/service-tables.ts'
import { taskDefinitions, tasks } from '../store/tables.ts'

const minute = 60_000
const breaker = { deploymentCircuitBreaker: { enable: true, rollback: true } }

/** A service of `desiredCount` tasks that has reached its steady state. */
const steadyService = async (desiredCount: number, options: ConstructorParameters<typeof ServiceWorld>[0] = {}) => {
  const world = new ServiceWorld(options)
  const control = world.control()
  control.begin()
  await world.create(world.register(), { desiredCount })
  control.controller.wake('service', world.arn)
  await world.clock.until(() => world.isSteady, minute)
  return { world, control, wake: () => control.controller.wake('service', world.arn) }
}

describe('a service', () => {
  test('gets its tasks, made as RunTask makes them, and says so as ECS does', async () => {
    const { world } = await steadyService(2)
    expect(world.events).toEqual([
      '(service web) has started 2 tasks: (task T) (task T).',
      '(service web) (deployment D) deployment completed.',
      '(service web) has reached a steady state.',
    ])
    // Clients put them in order by their times.
    const times = (world.store.table(serviceEvents).get(world.arn)?.events ?? []).map(({ createdAt = 0 }) => createdAt)
    expect(times).toEqual([...new Set(times)].toSorted((one, other) => other - one))
    const { deployments, completedRevisionArn } = world.service
    expect(deployments).toMatchObject([{ status: 'PRIMARY', desiredCount: 2, failedTasks: 0, rolloutState: 'COMPLETED' }])
    expect(deployments[0]?.rolloutStateReason).toBe(`ECS deployment ${deployments[0]?.id} completed.`)
    expect(completedRevisionArn?.split('/').at(-1)).toBe(deployments[0]?.id.split('/').at(-1))
    expect(world.serviceDeployment.serviceDeployment).toMatchObject({
      status: 'SUCCESSFUL',
      deploymentCircuitBreaker: { status: 'DISABLED' },
    })
    expect(world.running.map(({ task }) => [task.group, task.startedBy, task.launchType])).toEqual([
      ['service:web', deployments[0]?.id, 'EC2'],
      ['service:web', deployments[0]?.id, 'EC2'],
    ])
  })

  test('replaces a task that somebody stops, and does not count it as failed', async () => {
    const { world, control } = await steadyService(2)
    const [first] = world.running
    if (first === undefined) throw new Error('no task')
    await world.store.commit(transaction =>
      transaction.put(tasks, { ...first, task: { ...first.task, desiredStatus: 'STOPPED', stopCode: 'UserInitiated' } }),
    )
    control.controller.wake('task', first.task.taskArn)
    await world.clock.until(() => !world.isSteady, minute)
    await world.clock.until(() => world.isSteady, minute)
    expect(world.running).toHaveLength(2)
    expect(world.service.deployments[0]?.failedTasks).toBe(0)
    expect(world.events.slice(3)).toEqual(['(service web) has started 1 tasks: (task T).', '(service web) has reached a steady state.'])
  })

  test('rolls to a new task definition with both deployments to be seen', async () => {
    const { world, wake } = await steadyService(2)
    const next = world.register()
    await world.deploy(next)
    wake()
    await world.clock.advance(100)
    expect(world.service.deployments.map(({ status, desiredCount, rolloutState }) => [status, desiredCount, rolloutState])).toEqual([
      ['PRIMARY', 2, 'IN_PROGRESS'],
      ['ACTIVE', 2, 'COMPLETED'],
    ])
    expect(world.serviceDeployment.serviceDeployment.status).toBe('IN_PROGRESS')
    await world.clock.until(() => world.isSteady, 5 * minute)
    expect(world.service.deployments.map(({ status, rolloutState }) => [status, rolloutState])).toEqual([['PRIMARY', 'COMPLETED']])
    expect(world.running.map(({ task }) => task.taskDefinitionArn)).toEqual([next, next])
    expect(world.events.slice(3)).toEqual([
      '(service web) has started 2 tasks: (task T) (task T).',
      '(service web) has stopped 2 running tasks: (task T) (task T).',
      '(service web) (deployment D) deployment completed.',
      '(service web) has reached a steady state.',
    ])
    const stopped = world.tasks.filter(({ task }) => task.lastStatus === 'STOPPED')
    expect(stopped.map(({ task }) => [task.stopCode, task.stoppedReason])).toEqual(
      stopped.map(({ task }) => ['ServiceSchedulerInitiated', `Scaling activity initiated by (deployment ${task.startedBy})`]),
    )
  })

  test('is scaled without a new deployment', async () => {
    const { world, wake } = await steadyService(1)
    await world.update({ desiredCount: 3 })
    wake()
    await world.clock.until(() => world.running.length === 3, minute)
    await world.clock.until(() => world.isSteady, minute)
    await world.update({ desiredCount: 0 })
    wake()
    await world.clock.until(() => world.tasks.every(({ task }) => task.lastStatus === 'STOPPED'), minute)
    await world.clock.until(() => world.isSteady, minute)
    expect(world.service.deployments).toMatchObject([{ desiredCount: 0, rolloutState: 'COMPLETED' }])
    expect([...world.store.table(serviceDeployments).all()]).toHaveLength(1)
  })

  test('spares protected tasks until their protection is over', async () => {
    const { world, wake } = await steadyService(3)
    const until = world.clock.now() + 10 * minute
    const kept = world.running.slice(0, 2)
    await world.store.commit(transaction => {
      for (const row of kept) transaction.put(tasks, { ...row, protectedUntil: until })
    })
    await world.update({ desiredCount: 1 })
    wake()
    await world.clock.until(() => world.running.length === 2, minute)
    expect(world.running.map(({ taskId }) => taskId).sort()).toEqual(kept.map(({ taskId }) => taskId).sort())
    await world.clock.advance(8 * minute)
    expect(world.running).toHaveLength(2)
    const unable = 'was unable to reach steady state because (taskSet D) was unable to scale in due to (reason 2 tasks under protection)'
    expect(world.events.filter(event => event.includes('unable'))).toEqual([`(service web) ${unable}`])
    await world.clock.until(() => world.running.length === 1, 5 * minute)
    expect(world.clock.now()).toBeGreaterThanOrEqual(until)
  })
})

describe('early success criteria', () => {
  const early = (sourceServiceRevisionCleanup: 'BLOCKING' | 'DEFERRED', healthyPercent: number) => ({
    minimumHealthyPercent: 50,
    maximumPercent: 150,
    earlySuccessCriteria: { enable: true, healthyPercent, sourceServiceRevisionCleanup },
  })
  /** A deployment that cannot stop two of the four old tasks for a while. */
  const heldUp = async (cleanup: 'BLOCKING' | 'DEFERRED', healthyPercent: number) => {
    const { world, wake } = await steadyService(4)
    await world.configure(early(cleanup, healthyPercent))
    const before = world.service.deployments[0]?.id
    await world.store.commit(transaction => {
      for (const row of world.running.slice(0, 2)) transaction.put(tasks, { ...row, protectedUntil: world.clock.now() + 20 * minute })
    })
    await world.deploy(world.register())
    wake()
    return { world, before }
  }

  test('complete a deployment when enough tasks are healthy, and the rest follows', async () => {
    const { world, before } = await heldUp('DEFERRED', 75)
    await world.clock.until(() => world.serviceDeployment.serviceDeployment.status === 'SUCCESSFUL', 5 * minute)
    expect(world.service.deployments.map(({ status, rolloutState }) => [status, rolloutState])).toEqual([
      ['PRIMARY', 'COMPLETED'],
      ['ACTIVE', 'COMPLETED'],
    ])
    expect(world.running.some(({ task }) => task.startedBy === before)).toBe(true)
    await world.clock.until(() => world.isSteady && world.service.deployments.length === 1, 25 * minute)
    expect(world.running).toHaveLength(4)
    expect(world.running.every(({ task }) => task.startedBy !== before)).toBe(true)
  })

  test('wait for the old tasks where they are to be gone first', async () => {
    const { world } = await heldUp('BLOCKING', 75)
    await world.clock.advance(10 * minute)
    expect(world.serviceDeployment.serviceDeployment.status).toBe('IN_PROGRESS')
    await world.clock.until(() => world.serviceDeployment.serviceDeployment.status === 'SUCCESSFUL', 15 * minute)
    expect(world.service.deployments).toHaveLength(1)
  })
})

describe('a deployment that fails', () => {
  for (const [how, container] of Object.entries({ crashing, unpullable })) {
    test(`is rolled back by the circuit breaker (${how})`, async () => {
      const { world, wake } = await steadyService(2)
      await world.configure(breaker)
      const good = world.service.deployments[0]?.id
      const definition = world.service.service.taskDefinition
      await world.deploy(world.register(container))
      const bad = world.service.deployments[0]?.id
      wake()
      await world.clock.until(() => world.serviceDeployment.serviceDeployment.status.startsWith('ROLLBACK'), 5 * minute)
      await world.clock.until(() => world.isSteady, 5 * minute)
      expect(world.service.deployments).toMatchObject([{ id: good, status: 'PRIMARY', rolloutState: 'COMPLETED' }])
      expect(world.service.service.taskDefinition).toBe(definition)
      expect(world.serviceDeployment.serviceDeployment).toMatchObject({
        status: 'ROLLBACK_SUCCESSFUL',
        statusReason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.',
        deploymentCircuitBreaker: { status: 'TRIGGERED', threshold: 3 },
        rollback: { reason: 'Service deployment rolled back because the circuit breaker threshold was exceeded.' },
      })
      expect(world.events).toContain('(service web) (deployment D) deployment failed: tasks failed to start.')
      expect(world.events).toContain('(service web) rolling back to deployment D.')
      expect(world.tasks.filter(({ task }) => task.startedBy === good && task.lastStatus !== 'RUNNING')).toEqual([])
      expect(world.tasks.filter(({ task }) => task.startedBy === bad).length).toBeLessThanOrEqual(5)
    })
  }

  test('is FAILED and stays so without rollback, the old tasks with it', async () => {
    const { world, wake } = await steadyService(2)
    await world.configure({ deploymentCircuitBreaker: { enable: true, rollback: false } })
    await world.deploy(world.register(crashing))
    wake()
    await world.clock.until(() => world.service.deployments[0]?.rolloutState === 'FAILED', 5 * minute)
    const launched = world.tasks.length
    await world.clock.advance(30 * minute)
    expect(world.tasks.length).toBeLessThanOrEqual(launched)
    expect(world.running).toHaveLength(2)
    expect(world.service.deployments).toMatchObject([
      { status: 'PRIMARY', rolloutState: 'FAILED', rolloutStateReason: 'ECS deployment circuit breaker: tasks failed to start.' },
      { status: 'ACTIVE', rolloutState: 'COMPLETED' },
    ])
    expect(world.serviceDeployment.serviceDeployment.status).toBe('STOPPED')
  })

  test('has nothing to be rolled back to when it is the first', async () => {
    const world = new ServiceWorld()
    const control = world.control()
    control.begin()
    await world.create(world.register(crashing), { desiredCount: 1, deploymentConfiguration: breaker })
    control.controller.wake('service', world.arn)
    await world.clock.until(() => world.service.deployments[0]?.rolloutState === 'FAILED', 5 * minute)
    expect(world.serviceDeployment.serviceDeployment).toMatchObject({
      status: 'ROLLBACK_FAILED',
      statusReason: 'No rollback candidate was found to run the rollback.',
    })
  })

  test('is tried again ever less often where nothing ends it', async () => {
    const world = new ServiceWorld()
    const control = world.control()
    control.begin()
    await world.create(world.register(crashing), { desiredCount: 1 })
    control.controller.wake('service', world.arn)
    await world.clock.advance(30 * minute)
    expect(world.service.deployments[0]?.rolloutState).toBe('IN_PROGRESS')
    expect(world.service.deployments[0]?.failedTasks).toBeGreaterThan(8)
    expect(world.service.deployments[0]?.failedTasks).toBeLessThan(14)
    expect(world.events.filter(message => message.includes('is unable to consistently start tasks successfully.'))).toHaveLength(1)
  })

  test('is rolled back when its user asks for it, and stopped where it is when the user asks for that', async () => {
    for (const [request, status] of [
      ['ROLLBACK_REQUESTED', 'ROLLBACK_SUCCESSFUL'],
      ['STOP_REQUESTED', 'STOPPED'],
    ] as const) {
      const { world, wake } = await steadyService(1)
      const good = world.service.deployments[0]?.id
      await world.deploy(world.register({ dockerLabels: { 'kecs.dev/simulate-start-delay': '10' } }))
      wake()
      await world.clock.advance(1_000)
      await world.requestStop(request)
      wake()
      await world.clock.until(() => world.serviceDeployment.serviceDeployment.status === status, 5 * minute)
      await world.clock.advance(minute)
      expect(world.running.some(({ task }) => task.startedBy === good)).toBe(true)
      expect(world.service.deployments[0]?.rolloutState).toBe(status === 'STOPPED' ? 'FAILED' : 'COMPLETED')
    }
  })

  test('is over when a newer one is started', async () => {
    const { world, wake } = await steadyService(1)
    await world.deploy(world.register(crashing))
    const left = world.serviceDeployment.serviceDeployment.serviceDeploymentArn
    wake()
    await world.clock.advance(1_000)
    await world.deploy(world.register())
    wake()
    await world.clock.until(() => world.isSteady, 5 * minute)
    expect(world.store.table(serviceDeployments).get(left)?.serviceDeployment.status).toBe('STOPPED')
    expect(world.serviceDeployment.serviceDeployment.status).toBe('SUCCESSFUL')
    expect(world.running).toHaveLength(1)
  })
})

describe('a service that finds no place for a task', () => {
  test('says so once and takes the place when there is one', async () => {
    const world = new ServiceWorld()
    const control = world.control()
    control.begin()
    const fixed = { portMappings: [{ containerPort: 80, hostPort: await unusedPort(), protocol: 'tcp' as const }] }
    await world.create(world.register(fixed), { desiredCount: 2 })
    control.controller.wake('service', world.arn)
    await world.clock.advance(minute)
    expect(world.running).toHaveLength(1)
    const unplaced = world.events.filter(message => message.includes('was unable to place a task'))
    expect(unplaced).toHaveLength(1)
    expect(unplaced[0]).toMatch(
      /^\(service web\) was unable to place a task because no container instance met all of its requirements\. The closest matching \(container-instance T\) is already using a port required by your task\. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide\.$/,
    )
    await world.update({ desiredCount: 1 })
    control.controller.wake('service', world.arn)
    await world.clock.until(() => world.isSteady, minute)
    await world.clock.advance(100)
    await control.stop()
  })

  test('says so when its deployment configuration leaves it nothing to do', async () => {
    const { world, wake } = await steadyService(1)
    await world.configure({ minimumHealthyPercent: 100, maximumPercent: 150 })
    await world.deploy(world.register())
    wake()
    await world.clock.advance(minute)
    expect(world.events.filter(message => message.includes('was unable to stop or start tasks during a deployment'))).toHaveLength(1)
    await world.configure({ minimumHealthyPercent: 0, maximumPercent: 150 })
    wake()
    await world.clock.until(() => world.isSteady, minute)
  })
})

describe('a service that is deleted', () => {
  test('is INACTIVE once its tasks have stopped, and forgotten after an hour', async () => {
    const { world, wake } = await steadyService(2)
    await world.update({ status: 'DRAINING', desiredCount: 0 })
    wake()
    await world.clock.until(() => world.service.service.status === 'INACTIVE', minute)
    expect(world.running).toEqual([])
    expect(world.service.deployments).toEqual([])
    await world.clock.advance(61 * minute)
    const { store } = world
    expect([store.table(services), store.table(serviceEvents)].map(({ size }) => size)).toEqual([0, 0])
    expect([store.table(serviceRevisions), store.table(serviceDeployments)].map(({ size }) => size)).toEqual([0, 0])
  })
})

describe('a service with health checks', () => {
  const check = { command: ['CMD', 'true'], interval: 5, timeout: 2, retries: 1, startPeriod: 0 }

  test('is rolled back when the new tasks run but never become healthy', async () => {
    const { world, wake } = await steadyService(2)
    await world.configure(breaker)
    const good = world.service.deployments[0]?.id
    await world.deploy(world.register({ healthCheck: check, dockerLabels: { 'kecs.dev/simulate-healthy-after': 'never' } }))
    wake()
    await world.clock.until(() => world.serviceDeployment.serviceDeployment.status === 'ROLLBACK_SUCCESSFUL', 10 * minute)
    expect(world.service.deployments[0]?.id).toBe(good)
    expect(world.events).toContain('(service web) (task T) failed container health checks.')
    const reasons = world.tasks.filter(({ task }) => task.startedBy !== good).map(({ task }) => task.stoppedReason)
    expect(reasons).toContain('Task failed container health checks')
    expect(world.tasks.filter(({ task }) => task.startedBy === good).every(({ task }) => task.lastStatus === 'RUNNING')).toBe(true)
  })

  test('leaves unhealthy tasks alone within the grace period', async () => {
    const world = new ServiceWorld()
    const control = world.control()
    control.begin()
    const slow = world.register({ healthCheck: check, dockerLabels: { 'kecs.dev/simulate-healthy-after': '60' } })
    await world.create(slow, { desiredCount: 1, healthCheckGracePeriodSeconds: 120 })
    control.controller.wake('service', world.arn)
    await world.clock.until(() => world.isSteady, 5 * minute)
    expect(world.tasks).toHaveLength(1)
  })
})

describe('what else tells how a service is', () => {
  test('a task that a load balancer finds unhealthy is replaced, and one that it does not know yet is waited for', async () => {
    const unhealthy = new Set<string>()
    const unknown = new Set<string>()
    const message = '(service web) (task T) (port 80) is unhealthy in (target-group G) due to (reason Health checks failed)'
    const signals: ServiceSignals = {
      targetHealth: (_, { taskId }) => {
        if (unhealthy.has(taskId)) return { is: 'unhealthy', stoppedReason: 'Task failed ELB health checks in (target-group G)', message }
        return { is: unknown.has(taskId) ? 'initial' : 'healthy' }
      },
    }
    const { world, wake } = await steadyService(2, { signals })
    const [ill] = world.running
    if (ill === undefined) throw new Error('no task')
    unhealthy.add(ill.taskId)
    wake()
    await world.clock.until(() => world.running.length === 2 && !world.running.some(({ taskId }) => taskId === ill.taskId), minute)
    expect(world.tasks.find(({ taskId }) => taskId === ill.taskId)?.task).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: 'Task failed ELB health checks in (target-group G)',
    })
    expect(world.events).toContain(message)

    await world.deploy(world.register())
    wake()
    await world.clock.advance(1)
    const fresh = world.tasks.filter(({ task }) => task.startedBy === world.service.deployments[0]?.id)
    for (const { taskId } of fresh) unknown.add(taskId)
    await world.clock.advance(minute)
    expect(world.running).toHaveLength(4)
    unknown.clear()
    wake()
    await world.clock.until(() => world.isSteady && world.service.deployments.length === 1, minute)
    expect(world.running.map(({ taskId }) => taskId).sort()).toEqual(fresh.map(({ taskId }) => taskId).sort())
  })
})

describe('a service with task sets', () => {
  test('has of each its share of the desired count, rounded up, until it is deleted', async () => {
    const world = new ServiceWorld()
    const control = world.control()
    control.begin()
    const [blue, green] = [world.register(), world.register()]
    await world.createExternal(3)
    await world.putTaskSet('ecs-svc/1', blue, 100)
    const arn = await world.putTaskSet('ecs-svc/2', green, 50)
    const wake = (): void => control.controller.wake('service', world.arn)
    wake()
    await world.clock.until(() => world.isSteady, minute)
    const running = (id: string): number => world.running.filter(({ task }) => task.startedBy === id).length
    expect([running('ecs-svc/1'), running('ecs-svc/2')]).toEqual([3, 2])
    expect(world.store.table(taskSets).get(arn)?.taskSet.stabilityStatus).toBe('STEADY_STATE')
    await world.putTaskSet('ecs-svc/2', green, 0)
    wake()
    await world.clock.until(() => running('ecs-svc/2') === 0 && world.isSteady, minute)
    await world.putTaskSet('ecs-svc/1', blue, 100, 'DRAINING')
    wake()
    await world.clock.until(() => world.store.table(taskSets).size === 1, minute)
    expect(world.running).toEqual([])
  })

  test('is throttled when its tasks keep failing', async () => {
    const world = new ServiceWorld()
    const control = world.control()
    control.begin()
    await world.createExternal(1)
    await world.putTaskSet('ecs-svc/1', world.register(crashing), 100)
    control.controller.wake('service', world.arn)
    await world.clock.advance(30 * minute)
    expect(world.tasks.length).toBeGreaterThan(8)
    expect(world.tasks.length).toBeLessThan(14)
  })
})

describe('a DAEMON', () => {
  test('has a task on each machine and replaces it there', async () => {
    const world = new ServiceWorld()
    const control = world.control()
    control.begin()
    await world.create(world.register(), { schedulingStrategy: 'DAEMON', desiredCount: 0 })
    control.controller.wake('service', world.arn)
    await world.clock.until(() => world.isSteady, minute)
    const [node] = world.runtime.nodes()
    expect(world.running.map(({ nodeName }) => nodeName)).toEqual([node?.name])
    expect(world.service.service.desiredCount).toBe(1)
    const next = world.register()
    await world.deploy(next)
    control.controller.wake('service', world.arn)
    await world.clock.until(() => world.isSteady && world.service.deployments.length === 1, minute)
    expect(world.running.map(({ task }) => task.taskDefinitionArn)).toEqual([next])
  })
})

test('a task definition that a service runs is kept', async () => {
  const { world, control } = await steadyService(0)
  const [definition] = [...world.store.table(taskDefinitions).all()]
  if (definition === undefined) throw new Error('no definition')
  const { taskDefinition } = definition
  await world.store.commit(transaction =>
    transaction.put(taskDefinitions, { ...definition, taskDefinition: { ...taskDefinition, status: 'DELETE_IN_PROGRESS' } }),
  )
  control.controller.wake('task-definition', taskDefinition.taskDefinitionArn)
  await world.clock.advance(minute)
  expect(world.store.table(taskDefinitions).size).toBe(1)
})
