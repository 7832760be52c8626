// No request is dropped while traffic shifts: a steady load through the production listener of a service that is deployed
// blue/green, as a canary and linearly, and taken back by an alarm and by its user.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { ContinueServiceDeploymentCommand, StopServiceDeploymentCommand } from '@aws-sdk/client-ecs'
import { type TestInstance, instance } from '../support/instance.ts'
import { type ShiftingService, shiftingService } from '../support/shifting-service.ts'
import { type LoadReport, type SteadyLoad, httpSender, steadyLoad } from '../support/steady-load.ts'
import { until } from '../support/until.ts'

const perSecond = 20
const alarm = `errors-${Date.now().toString(36)}`
let kecs: TestInstance
let web: ShiftingService

beforeAll(async () => {
  kecs = await instance()
  const metric = ['--namespace', 'kecs-test', '--metric-name', 'Errors', '--period', '60', '--evaluation-periods', '1']
  const rule = ['--threshold', '1', '--comparison-operator', 'GreaterThanThreshold', '--statistic', 'Sum']
  await kecs.aws('cloudwatch', 'put-metric-alarm', '--alarm-name', alarm, ...metric, ...rule)
  web = await shiftingService(kecs, { strategy: 'BLUE_GREEN', bakeTimeInMinutes: 0 })
  await web.reaches('SUCCESSFUL')
  await until('the gateway has its targets', async () => (await answerOf(web.productionPort)) === 'one')
}, 600_000)
afterAll(() => web?.close(), 300_000)

/** The load on the production listener while `act` goes on, and a second before and after. */
async function underLoad(act: (load: SteadyLoad) => Promise<void>): Promise<LoadReport> {
  const sender = httpSender(web.productionPort, '/cgi-bin/slow')
  const load = steadyLoad(sender.send, perSecond)
  try {
    await Bun.sleep(1_000)
    await act(load)
    await Bun.sleep(1_000)
  } finally {
    await load.stop()
    sender.close()
  }
  return load.stop()
}

/** What one listener answers now. */
const answerOf = async (port: number): Promise<string> => (await (await fetch(`http://127.0.0.1:${port}/version`)).text()).trim()

test('blue/green: test traffic first, then all at once, and no request is dropped', async () => {
  const taskDefinition = await web.register('two')
  const { failures, bodies, sent } = await underLoad(async load => {
    await web.update({
      taskDefinition,
      deploymentConfiguration: {
        strategy: 'BLUE_GREEN',
        bakeTimeInMinutes: 0,
        lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_TEST_TRAFFIC_SHIFT'] }],
      },
    })
    const paused = await until(
      'it pauses',
      async () => {
        const found = await web.newest()
        return found.lifecycleHookDetails?.[0]?.status === 'AWAITING_ACTION' ? found : undefined
      },
      { withinMs: 120_000 },
    )
    await until('test traffic is the new version’s', async () => (await answerOf(web.testPort)) === 'two')
    expect(await answerOf(web.productionPort)).toBe('one')
    expect([await web.weights(), load.count('two')]).toEqual(['100/0', 0])
    const { serviceDeploymentArn, lifecycleHookDetails = [] } = paused
    await web.ecs.send(
      new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId: lifecycleHookDetails[0]?.hookId, action: 'CONTINUE' }),
    )
    await web.reaches('SUCCESSFUL')
  })
  expect(failures).toEqual([])
  expect(sent).toBeGreaterThan(perSecond)
  expect([...bodies.keys()].toSorted()).toEqual(['one', 'two'])
  expect(await web.weights()).toBe('0/100')
}, 300_000)

test('an alarm while it bakes takes the traffic back, and no request is dropped', async () => {
  const taskDefinition = await web.register('three')
  const { failures, bodies } = await underLoad(async load => {
    await web.update({
      taskDefinition,
      deploymentConfiguration: {
        strategy: 'BLUE_GREEN',
        bakeTimeInMinutes: 30,
        lifecycleHooks: [],
        alarms: { alarmNames: [alarm], enable: true, rollback: true },
      },
    })
    await web.reaches('BAKE_TIME')
    await until('traffic is the new version’s', async () => load.count('three') > 0)
    // Until CloudWatch looks at the alarm itself again, which may be at once.
    await until('it is taken back', async () => {
      await kecs.aws('cloudwatch', 'set-alarm-state', '--alarm-name', alarm, '--state-value', 'ALARM', '--state-reason', 'test')
      return (await web.newest()).status?.startsWith('ROLLBACK')
    })
    await web.reaches('ROLLBACK_SUCCESSFUL')
    const before = load.count('two')
    await until('traffic is the old version’s again', async () => load.count('two') > before + perSecond)
  })
  await kecs.aws('cloudwatch', 'set-alarm-state', '--alarm-name', alarm, '--state-value', 'OK', '--state-reason', 'test')
  expect(failures).toEqual([])
  expect([...bodies.keys()].toSorted()).toEqual(['three', 'two'])
  expect([await web.weights(), await answerOf(web.productionPort)]).toEqual(['0/100', 'two'])
}, 300_000)

test('a canary gets its share of requests and is taken back, and no request is dropped', async () => {
  const taskDefinition = await web.register('four')
  const { failures, bodies } = await underLoad(async load => {
    await web.update({
      taskDefinition,
      deploymentConfiguration: {
        strategy: 'CANARY',
        canaryConfiguration: { canaryPercent: 25, canaryBakeTimeInMinutes: 10 },
        alarms: { alarmNames: [], enable: false, rollback: false },
      },
    })
    await until('the canary is asked', async () => load.count('four') > 0, { withinMs: 120_000 })
    expect(await web.weights()).toBe('25/75')
    const before = { old: load.count('two'), canary: load.count('four') }
    const canaries = (): number => load.count('four') - before.canary
    const answered = (): number => canaries() + load.count('two') - before.old
    await until('120 are answered', () => answered() >= 120)
    const [canary, all] = [canaries(), answered()]
    // A quarter of them, give or take what is still under way.
    expect(canary / all).toBeGreaterThan(0.15)
    expect(canary / all).toBeLessThan(0.35)
    const { serviceDeploymentArn } = await web.newest()
    await web.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType: 'ROLLBACK' }))
    await web.reaches('ROLLBACK_SUCCESSFUL')
  })
  expect(failures).toEqual([])
  expect([...bodies.keys()].toSorted()).toEqual(['four', 'two'])
  expect([await web.weights(), await answerOf(web.productionPort)]).toEqual(['0/100', 'two'])
}, 300_000)

test('a linear deployment shifts its share of requests at each step, and no request is dropped', async () => {
  const taskDefinition = await web.register('five')
  const steps = [34, 68]
  const shares: number[] = []
  const { failures, bodies } = await underLoad(async load => {
    await web.update({
      taskDefinition,
      deploymentConfiguration: {
        strategy: 'LINEAR',
        linearConfiguration: { stepPercent: 34, stepBakeTimeInMinutes: 0 },
        bakeTimeInMinutes: 0,
        // Each step begins with it: what the one before it has shifted is there to be looked at.
        lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['PRE_PRODUCTION_TRAFFIC_SHIFT'] }],
      },
    })
    let passed = ''
    /** Goes on from the next pause, once `look` has looked. */
    const step = async (look: () => Promise<void>): Promise<void> => {
      const { hookId, serviceDeploymentArn } = await until(
        'it pauses',
        async () => {
          const found = await web.newest()
          const hook = found.lifecycleHookDetails?.find(({ status }) => status === 'AWAITING_ACTION')
          return hook === undefined || hook.hookId === passed ? undefined : { ...hook, serviceDeploymentArn: found.serviceDeploymentArn }
        },
        { withinMs: 120_000 },
      )
      await look()
      passed = hookId ?? ''
      await web.ecs.send(new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action: 'CONTINUE' }))
    }
    await step(async () => expect([await web.weights(), load.count('five')]).toEqual(['0/100', 0]))
    for (const percent of steps) {
      await step(async () => {
        expect(await web.weights()).toBe(`${percent}/${100 - percent}`)
        const first = load.count('five')
        await until('the step is asked', async () => load.count('five') > first)
        const before = { old: load.count('two'), linear: load.count('five') }
        const linear = (): number => load.count('five') - before.linear
        const answered = (): number => linear() + load.count('two') - before.old
        await until('100 are answered', () => answered() >= 100)
        shares.push((100 * linear()) / answered())
      })
    }
    await web.reaches('SUCCESSFUL')
  })
  expect(failures).toEqual([])
  expect([...bodies.keys()].toSorted()).toEqual(['five', 'two'])
  // Of 100 requests each, give or take what is still under way.
  for (const [at, percent] of steps.entries()) expect(Math.abs((shares[at] ?? 0) - percent)).toBeLessThan(12)
  expect([await web.weights(), await answerOf(web.productionPort)]).toEqual(['100/0', 'five'])
}, 300_000)
