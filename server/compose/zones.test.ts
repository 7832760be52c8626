// A service over machines of several availability zones: its tasks are spread evenly, also when zones come and go.
import { describe, expect, test } from 'bun:test'
import { aNode } from '../../test/support/runtime-nodes.ts'
import { ServiceWorld } from '../../test/support/service-world.ts'
import { tasks } from '../store/tables.ts'

const minute = 60_000
const [a, b, c] = [aNode('one', { zone: 'a' }), aNode('two', { zone: 'b' }), aNode('three', { zone: 'c' })]

/** All tasks are in the first zone, as they came to be when there was no other. */
const crowdedService = async (desiredCount: number, wish: Parameters<ServiceWorld['create']>[1] = {}) => {
  const world = new ServiceWorld()
  world.runtime.machines = [a]
  const control = world.control()
  control.begin()
  await world.create(world.register(), { desiredCount, availabilityZoneRebalancing: 'ENABLED', ...wish })
  control.controller.wake('service', world.arn)
  await world.clock.until(() => world.isSteady, minute)
  const inZones = (): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (const { task } of world.running) counts[task.availabilityZone ?? ''] = (counts[task.availabilityZone ?? ''] ?? 0) + 1
    return counts
  }
  const before = world.events.length
  return { world, wake: () => control.controller.wake('service', world.arn), inZones, later: () => world.events.slice(before) }
}

describe('AZ rebalancing', () => {
  test('moves one task at a time to the emptiest zone, starting before it stops, and says so as AWS does', async () => {
    const { world, wake, inZones, later } = await crowdedService(3)
    let most = 0
    let least = Infinity
    world.runtime.onCall = () => {
      most = Math.max(most, world.running.length)
      least = Math.min(least, world.running.length)
    }
    world.runtime.machines = [a, b]
    wake()
    await world.clock.until(() => later().some(event => event.includes('is AZ balanced')), 5 * minute)
    expect(inZones()).toEqual({ 'us-east-1a': 2, 'us-east-1b': 1 })
    expect(most).toBeLessThanOrEqual(4)
    expect(least).toBeGreaterThanOrEqual(3)
    await world.clock.until(() => world.isSteady, minute)
    expect(later()).toEqual([
      '(service web) is not AZ balanced with 3 tasks in us-east-1a, 0 tasks in us-east-1b. AZ Rebalancing in progress.',
      '(service web) has started 1 tasks in us-east-1b to AZ Rebalance: (task T).',
      '(service web) has stopped 1 running tasks in us-east-1a due to AZ rebalancing: (task T).',
      '(service web) is AZ balanced with 2 tasks in us-east-1a, 1 tasks in us-east-1b.',
      '(service web) has reached a steady state.',
    ])
  })

  test('goes on until no zone has two tasks more than another, and then rests', async () => {
    const { world, wake, inZones, later } = await crowdedService(7)
    world.runtime.machines = [a, b, c]
    wake()
    await world.clock.until(() => later().some(event => event.includes('is AZ balanced')), 10 * minute)
    await world.clock.advance(10 * minute)
    expect(inZones()).toEqual({ 'us-east-1a': 3, 'us-east-1b': 2, 'us-east-1c': 2 })
    expect(later().filter(event => event.includes('to AZ Rebalance'))).toHaveLength(4)
  })

  test('is noticed without anything telling of the machines', async () => {
    const { world, inZones } = await crowdedService(2)
    world.runtime.machines = [a, b]
    await world.clock.until(() => inZones()['us-east-1b'] === 1 && world.running.length === 2, 7 * minute)
  })

  test('leaves alone who did not ask for it, protected tasks, and a maximum without room', async () => {
    const off = await crowdedService(3, { availabilityZoneRebalancing: 'DISABLED' })
    const full = await crowdedService(3, { deploymentConfiguration: { maximumPercent: 100, minimumHealthyPercent: 50 } })
    const kept = await crowdedService(3)
    await kept.world.store.commit(transaction => {
      for (const row of kept.world.running) transaction.put(tasks, { ...row, protectedUntil: kept.world.clock.now() + 60 * minute })
    })
    for (const { world, wake, inZones, later } of [off, full, kept]) {
      world.runtime.machines = [a, b]
      wake()
      await world.clock.advance(5 * minute)
      expect(inZones()).toEqual({ 'us-east-1a': 3 })
      expect(later()).toEqual([])
    }
  })

  test('scaling in takes tasks of the most crowded zone', async () => {
    const { world, wake, inZones } = await crowdedService(7)
    world.runtime.machines = [a, b, c]
    wake()
    await world.clock.until(() => inZones()['us-east-1a'] === 3 && world.isSteady, 10 * minute)
    await world.update({ desiredCount: 3 })
    wake()
    await world.clock.until(() => world.running.length === 3 && world.isSteady, minute)
    expect(inZones()).toEqual({ 'us-east-1a': 1, 'us-east-1b': 1, 'us-east-1c': 1 })
  })
})
