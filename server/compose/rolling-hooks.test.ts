// Lifecycle hooks of rolling deployments: before the first task of a new revision, and after the last.
import { describe, expect, test } from 'bun:test'
import { FakeBackend } from '../../test/support/fake-backend.ts'
import { ServiceWorld } from '../../test/support/service-world.ts'
import type { DeploymentConfiguration, DeploymentLifecycleHook, DeploymentLifecycleHookStage } from '../aws/generated/ecs.ts'
import { serviceDeployments } from '../store/service-tables.ts'

const minute = 60_000
const pause = (action: 'CONTINUE' | 'ROLLBACK', ...lifecycleStages: readonly DeploymentLifecycleHookStage[]): DeploymentLifecycleHook => ({
  targetType: 'PAUSE',
  lifecycleStages,
  timeoutConfiguration: { timeoutInMinutes: 10, action },
})
const call = (name: string, ...lifecycleStages: readonly DeploymentLifecycleHookStage[]): DeploymentLifecycleHook => ({
  hookTargetArn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  roleArn: 'arn:aws:iam::000000000000:role/hooks',
  lifecycleStages,
})

/** A service of two tasks whose deployments from now on have hooks. */
const rollingService = async (lifecycleHooks: readonly DeploymentLifecycleHook[], more: DeploymentConfiguration = {}) => {
  const backend = new FakeBackend()
  const world = new ServiceWorld({ backend })
  let control = world.control()
  control.begin()
  await world.create(world.register(), { desiredCount: 2 })
  const wake = (): void => control.controller.wake('service', world.arn)
  wake()
  await world.clock.until(() => world.isSteady, 10 * minute)
  await world.configure({ minimumHealthyPercent: 100, maximumPercent: 200, ...more, lifecycleHooks })
  const deploy = async (): Promise<string> => {
    await world.deploy(world.register())
    wake()
    return world.service.deployments[0]?.id ?? ''
  }
  const restart = async (): Promise<void> => {
    await control.stop()
    control = world.control()
    control.begin()
  }
  const source = world.service.deployments[0]?.id ?? ''
  return { world, backend, wake, deploy, restart, source }
}

const statusOf = (world: ServiceWorld): string => world.serviceDeployment.serviceDeployment.status
const stageOf = (world: ServiceWorld): string | undefined => world.serviceDeployment.serviceDeployment.lifecycleStage
const ofDeployment = (world: ServiceWorld, id: string): number => world.running.filter(({ task }) => task.startedBy === id).length
/** As ContinueServiceDeployment writes it. */
const answer = (world: ServiceWorld, status: 'SUCCEEDED' | 'FAILED'): Promise<void> => {
  const { progress, ...row } = world.serviceDeployment
  if (progress === undefined) throw new Error('no progress')
  const hooks = progress.hooks.map(hook => ({ ...hook, status }))
  return world.store.commit(transaction => transaction.put(serviceDeployments, { ...row, progress: { ...progress, hooks } }))
}

describe('a rolling deployment', () => {
  test('starts no task before its first hooks are answered, and is not over before its last ones are', async () => {
    const { world, wake, deploy, restart, source } = await rollingService([pause('ROLLBACK', 'PRE_SCALE_UP', 'POST_SCALE_UP')])
    const target = await deploy()
    await world.clock.until(() => stageOf(world) === 'PRE_SCALE_UP', minute)
    await world.clock.advance(9 * minute)
    await restart()
    await world.clock.advance(1)
    expect([ofDeployment(world, source), world.tasks.filter(({ task }) => task.startedBy === target).length]).toEqual([2, 0])
    expect(world.serviceDeployment.progress?.hooks).toMatchObject([{ status: 'AWAITING_ACTION' }])
    await answer(world, 'SUCCEEDED')
    wake()
    await world.clock.until(() => stageOf(world) === 'SCALE_UP', minute)
    await world.clock.until(() => stageOf(world) === 'POST_SCALE_UP', 5 * minute)
    await world.clock.advance(9 * minute)
    await restart()
    await world.clock.advance(1)
    expect([ofDeployment(world, source), ofDeployment(world, target), statusOf(world)]).toEqual([0, 2, 'IN_PROGRESS'])
    await answer(world, 'SUCCEEDED')
    wake()
    await world.clock.until(() => statusOf(world) === 'SUCCESSFUL', minute)
    expect(world.service.deployments).toMatchObject([{ id: target, rolloutState: 'COMPLETED' }])
  })

  test.each(['PRE_SCALE_UP', 'POST_SCALE_UP'] as const)('is rolled back where its function fails at %s', async stage => {
    const { world, backend, deploy, source } = await rollingService([call('f', stage)])
    backend.functions.set('f', () => ({ hookStatus: 'FAILED' }))
    await deploy()
    await world.clock.until(() => statusOf(world) === 'ROLLBACK_SUCCESSFUL', 10 * minute)
    expect(world.serviceDeployment.serviceDeployment.statusReason).toBe(
      `Service deployment rolled back because ${stage} lifecycle hook(s) failed. Lifecycle hook target arn:aws:lambda:us-east-1:000000000000:function:f returned FAILED status.`,
    )
    expect(backend.invoked).toHaveLength(1)
    expect(world.running.map(({ task }) => task.startedBy)).toEqual([source, source])
    const [failed, rollingBack, next] = world.events.slice(world.events.findIndex(event => event.includes('deployment failed')))
    expect(failed).toStartWith('(service web) (deployment D) deployment failed: ')
    expect(rollingBack).toBe('(service web) rolling back to deployment D.')
    // What is done for it is told after it.
    if (stage === 'POST_SCALE_UP') expect(next).toBe('(service web) has started 2 tasks: (task T) (task T).')
  })

  test.each([
    ['CONTINUE', 'SUCCESSFUL', 20],
    ['ROLLBACK', 'ROLLBACK_SUCCESSFUL', 10],
  ] as const)('whose hooks nobody answers does after their time what it was told: %s', async (action, status, minutes) => {
    const { world, deploy } = await rollingService([pause(action, 'PRE_SCALE_UP', 'POST_SCALE_UP')])
    const began = world.clock.now()
    await deploy()
    await world.clock.until(() => statusOf(world) === status, 60 * minute)
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(minutes * minute)
    expect(world.running).toHaveLength(2)
  })

  test('that takes the place of one in the middle of it is begun when the one before is whole again', async () => {
    const { world, backend, deploy, source } = await rollingService([call('f', 'RECONCILE_SERVICE', 'PRE_SCALE_UP')], {
      minimumHealthyPercent: 100,
      maximumPercent: 150,
    })
    backend.functions.set('f', () => ({ hookStatus: 'SUCCEEDED' }))
    const half = await deploy()
    await world.clock.until(() => ofDeployment(world, half) === 1 && ofDeployment(world, source) === 1, 5 * minute)
    await deploy()
    await world.clock.until(() => backend.invoked.length === 3, 10 * minute)
    expect([ofDeployment(world, source), ofDeployment(world, half)]).toEqual([2, 0])
    // The first deployment found nothing to put in order.
    expect(backend.invoked.map(({ event }) => event)).toMatchObject([
      { lifecycleStage: 'PRE_SCALE_UP' },
      { lifecycleStage: 'RECONCILE_SERVICE' },
      { lifecycleStage: 'PRE_SCALE_UP' },
    ])
    await world.clock.until(() => statusOf(world) === 'SUCCESSFUL', 10 * minute)
  })

  test.each(['PRE_SCALE_UP', 'POST_SCALE_UP'] as const)('can be stopped and rolled back at %s', async stage => {
    for (const [asked, status] of [
      ['STOP_REQUESTED', 'STOPPED'],
      ['ROLLBACK_REQUESTED', 'ROLLBACK_SUCCESSFUL'],
    ] as const) {
      const { world, wake, deploy, source } = await rollingService([pause('ROLLBACK', stage)])
      const target = await deploy()
      await world.clock.until(() => stageOf(world) === stage, 5 * minute)
      await world.requestStop(asked)
      wake()
      await world.clock.until(() => statusOf(world) === status, 10 * minute)
      await world.clock.advance(20 * minute)
      expect(world.running).toHaveLength(2)
      if (asked === 'ROLLBACK_REQUESTED') expect(ofDeployment(world, source)).toBe(2)
      else expect(ofDeployment(world, stage === 'POST_SCALE_UP' ? target : source)).toBe(2)
      await deploy()
      await world.clock.until(() => stageOf(world) === stage, 5 * minute)
    }
  })
})
