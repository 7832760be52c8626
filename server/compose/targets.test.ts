// Tasks of services behind target groups: registered when they run, judged by their health, deregistered before they stop.
import { describe, expect, test } from 'bun:test'
import { balanced, behind, groupArn, putGroup, registerListening, statesOf, targetsOf } from '../../test/support/balanced-world.ts'
import { ServiceWorld } from '../../test/support/service-world.ts'
import { targetGroupUseKey, targetGroupUses, targetGroups, targetHealth, targets } from '../store/elbv2-tables.ts'
import { type TaskRow, tasks } from '../store/tables.ts'

const blue = groupArn('blue')

const world = async (options: ConstructorParameters<typeof ServiceWorld>[0] = {}) => {
  const made = new ServiceWorld(options)
  await putGroup(made)
  return made
}

const keep = (made: ServiceWorld) => {
  const control = made.control()
  control.begin()
  const wake = (): void => control.controller.wake('service', made.arn)
  return { control, wake }
}

const stopTask = async (made: ServiceWorld, row: TaskRow | undefined): Promise<void> => {
  if (row === undefined) throw new Error('no task')
  const task = { ...row.task, desiredStatus: 'STOPPED', stopCode: 'UserInitiated' as const, stoppedReason: 'test' }
  await made.store.commit(transaction => transaction.put(tasks, { ...row, task }))
}

describe('a task behind a target group', () => {
  test('is registered by its own address when it runs, and healthy with the first success', async () => {
    const made = await world()
    await made.create(registerListening(made), { desiredCount: 1, ...balanced('blue') })
    const registered: string[] = []
    made.store.watch(changes => {
      const [row] = made.tasks
      if (changes.some(({ table }) => table === targets.name)) registered.push(row?.task.lastStatus ?? '')
    })
    keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    expect(registered).toEqual(['RUNNING'])
    const [row] = made.running
    expect(targetsOf(made)).toMatchObject([
      {
        target: { Id: row?.task.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address ?? '', Port: 80 },
        taskArn: row?.task.taskArn ?? '',
      },
    ])
    expect(statesOf(made)).toEqual(['healthy'])
    expect(made.events).toEqual([
      '(service web) has started 1 tasks: (task T).',
      `(service web) registered 1 targets in (target-group ${blue})`,
      '(service web) (deployment D) deployment completed.',
      '(service web) has reached a steady state.',
    ])
  })

  test('in several target groups is in each, and as healthy as in the worst', async () => {
    const made = await world()
    await putGroup(made, 'other', { HealthCheckPort: '9000', Matcher: { HttpCode: '404' } })
    await made.create(registerListening(made), { desiredCount: 2, ...balanced('blue', 'other') })
    keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    expect([statesOf(made), statesOf(made, 'other')]).toEqual([
      ['healthy', 'healthy'],
      ['healthy', 'healthy'],
    ])
  })

  test('goes on serving until its delay is over when it is asked to stop', async () => {
    const made = await world()
    await made.create(registerListening(made), { desiredCount: 1, ...balanced('blue') })
    const { control } = keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    const [row] = made.running
    await stopTask(made, row)
    control.controller.wake('task', row?.task.taskArn ?? '')
    await made.clock.advance(10)
    const find = () => made.tasks.find(({ taskId }) => taskId === row?.taskId)
    expect(find()?.task.lastStatus).toBe('DEACTIVATING')
    expect(targetsOf(made).find(({ taskArn }) => taskArn === row?.task.taskArn)?.drainingUntil).toBe(
      (find()?.loadBalancers?.[0]?.deregistered?.at ?? 0) + 30_000,
    )
    await made.clock.advance(29_900)
    expect(find()?.task.lastStatus).toBe('DEACTIVATING')
    expect(find()?.task.containers?.[0]?.lastStatus).toBe('RUNNING')
    await made.clock.advance(200)
    expect(find()?.task.lastStatus).toBe('STOPPED')
    expect(statesOf(made)).toEqual(['healthy'])
  })

  test('is deregistered at once when it dies, and replaced', async () => {
    const made = await world()
    await made.create(registerListening(made, { command: ['sleep', '60'] }), { desiredCount: 1, ...balanced('blue') })
    keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    const [row] = made.running
    const find = () => made.tasks.find(({ taskId }) => taskId === row?.taskId)
    await made.clock.until(() => find()?.task.lastStatus === 'STOPPED', 70_000)
    const { startedAt = 0, stoppedAt = 0 } = find()?.task ?? {}
    expect(stoppedAt - startedAt).toBeLessThan(61)
    await made.clock.advance(2_000)
    expect(statesOf(made)).toEqual(['draining Target.DeregistrationInProgress', 'healthy'])
    await made.clock.advance(30_000)
    expect(statesOf(made)).toEqual(['healthy'])
  })

  test('dies while it drains: nothing more is waited for', async () => {
    const made = await world()
    await made.create(registerListening(made, { command: ['sleep', '10'] }), { desiredCount: 1, ...balanced('blue') })
    const { control } = keep(made)
    await made.clock.until(() => made.running.length === 1, 10_000)
    const [row] = made.running
    await made.clock.advance(1_000)
    await stopTask(made, made.running[0])
    control.controller.wake('task', row?.task.taskArn ?? '')
    await made.clock.advance(9_500)
    expect(made.tasks.find(({ taskId }) => taskId === row?.taskId)?.task).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'UserInitiated',
    })
  })

  test('is not stopped before the gateway has heard of it', async () => {
    let settledUntil = 0
    const listeners = new Set<() => void>()
    const gateway = {
      inForceUntil: () => settledUntil,
      settledUntil: () => settledUntil,
      watch: (listener: () => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
    const made = new ServiceWorld({ gateway: () => gateway })
    await putGroup(made, 'blue', {}, { delay: '0' })
    await made.create(registerListening(made), { desiredCount: 1, ...balanced('blue') })
    const { control } = keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    const [row] = made.running
    const status = () => made.tasks.find(({ taskId }) => taskId === row?.taskId)?.task.lastStatus
    await stopTask(made, row)
    control.controller.wake('task', row?.task.taskArn ?? '')
    await made.clock.advance(20_000)
    expect(status()).toBe('DEACTIVATING')
    settledUntil = made.clock.now()
    for (const listener of listeners) listener()
    await made.clock.advance(100)
    expect(status()).toBe('STOPPED')
  })

  test('is stopped all the same when the gateway says nothing for a minute', async () => {
    const made = new ServiceWorld({ gateway: () => ({ inForceUntil: () => 0, settledUntil: () => 0, watch: () => () => {} }) })
    await putGroup(made, 'blue', {}, { delay: '0' })
    await made.create(registerListening(made), { desiredCount: 1, ...balanced('blue') })
    const { control } = keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    const [row] = made.running
    await stopTask(made, row)
    control.controller.wake('task', row?.task.taskArn ?? '')
    const status = () => made.tasks.find(({ taskId }) => taskId === row?.taskId)?.task.lastStatus
    await made.clock.advance(59_000)
    expect(status()).toBe('DEACTIVATING')
    await made.clock.advance(1_100)
    expect(status()).toBe('STOPPED')
  })
})

describe('health checks', () => {
  test('find a target that fails, its service says so and replaces it', async () => {
    const made = await world()
    const answers = { 'kecs.dev/simulate-answer': '500', 'kecs.dev/simulate-answer-after': '60' }
    await made.create(registerListening(made, { dockerLabels: answers }), { desiredCount: 1, ...balanced('blue') })
    keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    const [first] = made.running
    await made.clock.until(() => statesOf(made).includes('unhealthy Target.ResponseCodeMismatch'), 90_000)
    expect([...made.store.table(targetHealth).all()].find(({ state }) => state === 'unhealthy')?.description).toBe(
      'Health checks failed with these codes: [500]',
    )
    await made.clock.until(() => made.tasks.find(({ taskId }) => taskId === first?.taskId)?.task.lastStatus === 'STOPPED', 90_000)
    const stopped = made.tasks.find(({ taskId }) => taskId === first?.taskId)?.task
    expect(stopped).toMatchObject({
      stopCode: 'ServiceSchedulerInitiated',
      stoppedReason: `Task failed ELB health checks in (target-group ${blue})`,
    })
    await made.clock.advance(100)
    expect(made.events.slice(4, 10)).toEqual([
      '(service web) has started 1 tasks: (task T). Amazon ECS replaced 1 tasks due to an unhealthy status.',
      `(service web) registered 1 targets in (target-group ${blue})`,
      `(service web) (task T) (port 80) is unhealthy in (target-group ${blue}) due to (reason Health checks failed with these codes: [500]).`,
      '(service web) has stopped 1 running tasks: (task T).',
      `(service web) deregistered 1 targets in (target-group ${blue})`,
      '(service web, taskSet D) has begun draining connections on 1 tasks.',
    ])
  })

  test('may fail within the grace period', async () => {
    const made = await world()
    const labels = { 'kecs.dev/simulate-listens-after': '45' }
    const wish = { desiredCount: 1, healthCheckGracePeriodSeconds: 100, ...balanced('blue') }
    await made.create(registerListening(made, { dockerLabels: labels }), wish)
    keep(made)
    await made.clock.until(() => statesOf(made).includes('unhealthy Target.FailedHealthChecks'), 60_000)
    // Five successes, ten seconds apart, make it healthy again.
    await made.clock.until(() => made.isSteady, 100_000)
    expect(made.tasks).toHaveLength(1)
  })

  test('find a new target as soon as it listens, and it is initial until then', async () => {
    const made = await world()
    const labels = { 'kecs.dev/simulate-listens-after': '2' }
    await made.create(registerListening(made, { dockerLabels: labels }), { desiredCount: 1, ...balanced('blue') })
    keep(made)
    await made.clock.until(() => made.running.length === 1, 1_000)
    const runningAt = made.clock.now()
    await made.clock.advance(100)
    expect(statesOf(made)).toEqual(['initial Elb.InitialHealthChecking'])
    await made.clock.until(() => statesOf(made).includes('healthy'), 10_000)
    expect(made.clock.now() - runningAt).toBeLessThan(4_000)
  })

  test('cost no commit while nothing changes', async () => {
    const made = await world()
    await made.create(registerListening(made), { desiredCount: 3, ...balanced('blue') })
    keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    await made.clock.advance(1_000)
    let commits = 0
    made.store.watch(() => (commits += 1))
    await made.clock.advance(600_000)
    expect(commits).toBe(0)
  })

  test('a deployment whose tasks fail them is rolled back', async () => {
    const made = await world()
    const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } }
    await made.create(registerListening(made), { desiredCount: 2, deploymentConfiguration, ...balanced('blue') })
    const { wake } = keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    await made.deploy(registerListening(made, { dockerLabels: { 'kecs.dev/simulate-answer': '404' } }))
    wake()
    await made.clock.until(() => made.serviceDeployment.serviceDeployment.status === 'ROLLBACK_SUCCESSFUL', 900_000)
    expect(statesOf(made).filter(state => state === 'healthy')).toHaveLength(2)
  })
})

describe('what users do to target groups', () => {
  test('a group without health checks, without a listener or deleted says nothing against a task', async () => {
    const made = await world()
    const labels = { 'kecs.dev/simulate-answer': 'timeout' }
    await made.create(registerListening(made, { dockerLabels: labels }), { desiredCount: 1, ...balanced('blue') })
    await made.store.commit(transaction => {
      transaction.remove(targetGroupUses, targetGroupUseKey(blue, 'rule-blue'))
    })
    keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    expect(made.store.table(targetHealth).size).toBe(0)
    await made.store.commit(transaction => transaction.remove(targetGroups, blue))
    await made.clock.advance(60_000)
    expect(made.running).toHaveLength(1)
  })

  test('checks begin when a listener comes to use the group', async () => {
    const made = new ServiceWorld()
    await putGroup(made, 'blue', {}, { isUsed: false })
    await made.create(registerListening(made), { desiredCount: 1, ...balanced('blue') })
    keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    expect(made.store.table(targetHealth).size).toBe(0)
    await putGroup(made)
    await made.clock.advance(100)
    expect(statesOf(made)).toEqual(['healthy'])
  })

  test('what was found is forgotten when no listener uses the group any more', async () => {
    const made = await world()
    await made.create(registerListening(made), { desiredCount: 1, ...balanced('blue') })
    keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    await made.store.commit(transaction => transaction.remove(targetGroupUses, targetGroupUseKey(blue, 'rule-blue')))
    await made.clock.advance(10)
    expect(made.store.table(targetHealth).size).toBe(0)
    await putGroup(made)
    await made.clock.advance(10)
    expect(statesOf(made)).toEqual(['healthy'])
  })

  test('a shorter interval holds at once', async () => {
    const made = new ServiceWorld()
    await putGroup(made, 'blue', { HealthCheckIntervalSeconds: 300 })
    const answers = { 'kecs.dev/simulate-answer': 'refused', 'kecs.dev/simulate-answer-after': '1' }
    const wish = { desiredCount: 1, healthCheckGracePeriodSeconds: 1_000, ...balanced('blue') }
    await made.create(registerListening(made, { dockerLabels: answers }), wish)
    keep(made)
    await made.clock.advance(5_000)
    await putGroup(made, 'blue', { HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 2 })
    await made.clock.advance(10_010)
    expect(statesOf(made)).toEqual(['unhealthy Target.FailedHealthChecks'])
  })

  test('what they registered stays when tasks come and go', async () => {
    const made = await world()
    const mine = { targetGroupArn: blue, target: { Id: '10.9.9.9', Port: 80 }, registeredAt: 0 }
    await made.store.commit(transaction => transaction.put(targets, mine))
    await made.create(registerListening(made), { desiredCount: 1, ...balanced('blue') })
    const { wake } = keep(made)
    await made.clock.until(() => made.isSteady, 10_000)
    await made.update({ desiredCount: 0 })
    wake()
    await made.clock.advance(40_000)
    expect(targetsOf(made)).toEqual([mine])
    expect(statesOf(made)).toEqual(['unhealthy Target.Timeout'])
  })
})

test('a target by a machine that is not there is unused until it comes', async () => {
  const made = new ServiceWorld()
  await putGroup(made, 'blue', { TargetType: 'instance' })
  const target = { Id: 'i-0123456789abcdef0', Port: 80 }
  await made.store.commit(transaction => transaction.put(targets, { targetGroupArn: blue, target, registeredAt: made.clock.now() }))
  made.control().begin()
  await made.clock.advance(60_000)
  expect(statesOf(made)).toEqual(['unused Target.InvalidState'])
})

test('task sets have target groups of their own', async () => {
  const made = await world()
  await putGroup(made, 'green')
  await made.createExternal(1)
  const definition = registerListening(made)
  const { networkConfiguration } = balanced()
  const put = (id: string, name: string) =>
    made.putTaskSet(id, definition, 100, 'ACTIVE', { loadBalancers: [...behind(name)], networkConfiguration })
  await put('ecs-svc/1', 'blue')
  await put('ecs-svc/2', 'green')
  const { wake } = keep(made)
  await made.clock.advance(1_000)
  expect([statesOf(made), statesOf(made, 'green')]).toEqual([['healthy'], ['healthy']])
  await made.putTaskSet('ecs-svc/1', definition, 100, 'DRAINING', { loadBalancers: [...behind('blue')], networkConfiguration })
  wake()
  await made.clock.advance(1_000)
  expect([statesOf(made), statesOf(made, 'green')]).toEqual([['draining Target.DeregistrationInProgress'], ['healthy']])
})
