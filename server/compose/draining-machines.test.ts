// A service over machines that are drained: its tasks move to others as in a deployment.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
import { describe, expect, test } from 'bun:test'
import { aNode } from '../../test/support/runtime-nodes.ts'
import { ServiceWorld } from '../../test/support/service-world.ts'
import { clusterRow } from '../../test/support/task-rows.ts'
import type { DeploymentConfiguration } from '../aws/generated/ecs.ts'
import { nodeInstanceArn } from '../domain/container-instance.ts'
import type { RuntimeNode } from '../runtime/runtime.ts'
import { type ContainerInstanceRow, containerInstances } from '../store/ecs-tables.ts'
import { tasks } from '../store/tables.ts'

const [one, two] = [aNode('one'), aNode('two')]

const arnOf = ({ name }: RuntimeNode): string => nodeInstanceArn(clusterRow().cluster.clusterArn, name)

/** As UpdateContainerInstancesState and DeregisterContainerInstance write it. */
const setStatus = (world: ServiceWorld, node: RuntimeNode, status: ContainerInstanceRow['status']): Promise<void> => {
  const { scope, cluster } = clusterRow()
  const row = { scope, clusterArn: cluster.clusterArn, containerInstanceArn: arnOf(node), attributes: [], tags: [], version: 2 }
  return world.store.commit(transaction => transaction.put(containerInstances, { ...row, status }))
}

/** Steady, all tasks on the first machine, with a second one beside it where that is given. */
const service = async (desiredCount: number, deploymentConfiguration: DeploymentConfiguration, machines: readonly RuntimeNode[]) => {
  const world = new ServiceWorld()
  world.runtime.machines = [one]
  world.control().begin()
  await world.create(world.register(), { desiredCount, deploymentConfiguration })
  await world.clock.until(() => world.isSteady, 60_000)
  world.runtime.machines = machines
  const on = (node: RuntimeNode): number => world.running.filter(({ task }) => task.containerInstanceArn === arnOf(node)).length
  /** How many ran at once since then. */
  const running = { least: Infinity, most: 0 }
  world.runtime.onCall = () => {
    running.least = Math.min(running.least, world.running.length)
    running.most = Math.max(running.most, world.running.length)
  }
  return { world, on, running }
}

describe('a service whose machine is DRAINING', () => {
  test.each([
    [100, 200, 4, 8],
    [100, 150, 4, 6],
    [50, 100, 2, 4],
  ])(
    'has its tasks on another one, with %p to %p percent of them meanwhile',
    async (minimumHealthyPercent, maximumPercent, least, most) => {
      const { world, on, running } = await service(4, { minimumHealthyPercent, maximumPercent }, [one, two])
      await setStatus(world, one, 'DRAINING')
      await world.clock.until(() => on(two) === 4 && on(one) === 0, 120_000)
      expect(running.least).toBeGreaterThanOrEqual(least)
      expect(running.most).toBeLessThanOrEqual(most)
      await world.clock.until(() => world.isSteady, 60_000)
      expect(world.service.deployments).toHaveLength(1)
    },
  )

  test('keeps them where there is no other machine and the minimum is all of them', async () => {
    const { world, on } = await service(2, { minimumHealthyPercent: 100, maximumPercent: 200 }, [one])
    await setStatus(world, one, 'DRAINING')
    await world.clock.advance(120_000)
    expect(on(one)).toBe(2)
    expect(world.events.at(-1)).toContain('was unable to place a task')
    await setStatus(world, one, 'ACTIVE')
    await world.clock.advance(600_000)
    expect([on(one), world.running.length]).toEqual([2, 2])
  })

  test('keeps a protected one until its protection is over', async () => {
    const { world, on } = await service(1, { minimumHealthyPercent: 100, maximumPercent: 200 }, [one, two])
    const [row] = world.running
    if (row === undefined) throw new Error('no task runs')
    const protectedUntil = world.clock.now() + 60_000
    await world.store.commit(transaction => transaction.put(tasks, { ...row, protectedUntil }))
    await setStatus(world, one, 'DRAINING')
    await world.clock.advance(59_000)
    expect([on(one), on(two)]).toEqual([1, 1])
    await world.clock.until(() => on(one) === 0, 30_000)
    expect(on(two)).toBe(1)
  })

  test('and one that was deregistered: others take the place of its tasks', async () => {
    const { world, on } = await service(2, {}, [one, two])
    await setStatus(world, one, 'INACTIVE')
    await world.clock.until(() => on(one) === 0, 120_000)
    expect(on(two)).toBe(2)
  })
})
