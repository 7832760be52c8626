import { expect, test } from 'bun:test'
import { aTarget, aTargetGroup } from '../../../../test/support/routing-world.ts'
import { eligibleTargets } from './eligible-targets.ts'

const ids =
  (...registered: Parameters<typeof eligibleTargets>[1]) =>
  (group = aTargetGroup()) =>
    eligibleTargets(group, registered).map(({ row }) => row.target.Id)

const healthy = aTarget('10.0.0.1', 'healthy')
const unhealthy = aTarget('10.0.0.2', 'unhealthy')
const initial = aTarget('10.0.0.3')
const draining = aTarget('10.0.0.4', 'draining', { drainingUntil: 5 })

test('only healthy targets get requests', () => {
  expect(ids(healthy, unhealthy, initial, draining)()).toEqual(['10.0.0.1'])
})

test('all get them when none is healthy, but for those that drain', () => {
  expect(ids(unhealthy, initial, draining)()).toEqual(['10.0.0.2', '10.0.0.3'])
  expect(ids(draining)()).toEqual([])
})

test('without health checks all are taken to be well', () => {
  const group = aTargetGroup()
  expect(ids(unhealthy, initial)({ ...group, targetGroup: { ...group.targetGroup, HealthCheckEnabled: false } })).toEqual([
    '10.0.0.2',
    '10.0.0.3',
  ])
})

test.each([
  ['count', '2', ['10.0.0.1', '10.0.0.2']],
  ['count', '1', ['10.0.0.1']],
  ['percentage', '51', ['10.0.0.1', '10.0.0.2']],
  ['percentage', '50', ['10.0.0.1']],
  ['percentage', 'off', ['10.0.0.1']],
])('a group that asks for a %s of %s healthy targets', (unit, value, expected) => {
  const key = `target_group_health.unhealthy_state_routing.minimum_healthy_targets.${unit}`
  expect(ids(healthy, unhealthy)({ ...aTargetGroup(), attributes: { [key]: value } })).toEqual(expected)
})
