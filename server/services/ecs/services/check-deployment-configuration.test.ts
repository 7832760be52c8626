import { describe, expect, test } from 'bun:test'
import type { DeploymentConfiguration } from '../../../aws/generated/ecs.ts'
import { refusalOf } from '../../../../test/support/refusal.ts'
import { checkDeploymentConfiguration } from './check-deployment-configuration.ts'
import { filledDeploymentConfiguration, mergedDeploymentConfiguration, serviceRoleArn, zoneRebalancing } from './defaults.ts'

const replica = { schedulingStrategy: 'REPLICA', controller: 'ECS' } as const
const place = { account: '000000000000', region: 'cn-north-1' }
const lambda = { hookTargetArn: 'arn:aws:lambda:us-east-1:000000000000:function:f', roleArn: 'arn:aws:iam::000000000000:role/r' }

describe('a deployment configuration', () => {
  test.each<[DeploymentConfiguration, string]>([
    [{ bakeTimeInMinutes: 1441 }, 'InvalidParameterException: bakeTimeInMinutes must be between 0 and 1440.'],
    [
      { alarms: { enable: true, rollback: false, alarmNames: [] } },
      'InvalidParameterException: alarmNames can not be empty when deployment alarms are enabled.',
    ],
    [
      { strategy: 'CANARY', linearConfiguration: {} },
      'InvalidParameterException: linearConfiguration is only supported with the LINEAR deployment strategy.',
    ],
    [
      { strategy: 'LINEAR', linearConfiguration: { stepPercent: 2 } },
      'InvalidParameterException: stepPercent must be between 3.0 and 100.0.',
    ],
    [
      { strategy: 'BLUE_GREEN', earlySuccessCriteria: { enable: true, healthyPercent: 100, sourceServiceRevisionCleanup: 'DEFERRED' } },
      'InvalidParameterException: earlySuccessCriteria is only supported with the ROLLING deployment strategy.',
    ],
    [
      { earlySuccessCriteria: { enable: true, healthyPercent: 50 } },
      'InvalidParameterException: healthyPercent and sourceServiceRevisionCleanup are required when earlySuccessCriteria is enabled.',
    ],
    [
      {
        minimumHealthyPercent: 60,
        earlySuccessCriteria: { enable: true, healthyPercent: 50, sourceServiceRevisionCleanup: 'BLOCKING' },
      },
      'InvalidParameterException: healthyPercent of earlySuccessCriteria must be greater than or equal to minimumHealthyPercent.',
    ],
    [{ lifecycleHooks: [{ ...lambda, lifecycleStages: [] }] }, 'InvalidParameterException: lifecycleStages can not be empty.'],
    [
      { strategy: 'BLUE_GREEN', lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['TEST_TRAFFIC_SHIFT'] }] },
      'InvalidParameterException: A lifecycle hook of type PAUSE is not supported at the lifecycle stage TEST_TRAFFIC_SHIFT.',
    ],
    [
      { lifecycleHooks: [{ targetType: 'PAUSE', lifecycleStages: ['POST_SCALE_UP', 'POST_TEST_TRAFFIC_SHIFT'] }] },
      'UnsupportedFeatureException: kecs carries out no lifecycle hook at POST_TEST_TRAFFIC_SHIFT of a ROLLING deployment.',
    ],
  ])('%j is refused', async (configuration, message) => {
    expect(await refusalOf(() => checkDeploymentConfiguration(configuration, replica))).toBe(message)
  })

  test('of a rolling service may have hooks before and after its tasks', async () => {
    const lifecycleHooks = [{ targetType: 'PAUSE', lifecycleStages: ['RECONCILE_SERVICE', 'PRE_SCALE_UP', 'POST_SCALE_UP'] }] as const
    checkDeploymentConfiguration({ lifecycleHooks }, replica)
    expect(await refusalOf(() => checkDeploymentConfiguration({ lifecycleHooks }, { ...replica, schedulingStrategy: 'DAEMON' }))).toBe(
      'UnsupportedFeatureException: kecs carries out lifecycle hooks of REPLICA services that ECS deploys alone.',
    )
  })

  test('belongs to a controller', async () => {
    const configuration = { deploymentCircuitBreaker: { enable: true, rollback: true } }
    expect(await refusalOf(() => checkDeploymentConfiguration(configuration, { ...replica, controller: 'EXTERNAL' }))).toBe(
      'InvalidParameterException: Deployment circuit breaker feature is only supported with the ECS deployment controller.',
    )
    expect(filledDeploymentConfiguration(undefined, { ...replica, controller: 'EXTERNAL' })).toEqual({
      maximumPercent: 200,
      minimumHealthyPercent: 100,
    })
  })

  test('is changed member by member', () => {
    const before = filledDeploymentConfiguration({ maximumPercent: 150 }, replica)
    expect(mergedDeploymentConfiguration(before, { minimumHealthyPercent: 50 })).toEqual({ ...before, minimumHealthyPercent: 50 })
    const linear = { strategy: 'LINEAR', linearConfiguration: { stepPercent: 20 } } as const
    expect(mergedDeploymentConfiguration({ ...before, ...linear }, { strategy: 'ROLLING' })).toEqual(before)
  })
})

test('zones are kept in balance unless something excludes it', async () => {
  expect(zoneRebalancing({}, 'created')).toBe('ENABLED')
  expect(zoneRebalancing({ availabilityZoneRebalancing: 'DISABLED' }, 'created')).toBe('DISABLED')
  expect(zoneRebalancing({ schedulingStrategy: 'DAEMON' }, 'created')).toBe('DISABLED')
  expect(zoneRebalancing({ placementStrategy: [{ type: 'binpack', field: 'cpu' }] }, 'created')).toBe('DISABLED')
  expect(await refusalOf(() => zoneRebalancing({ schedulingStrategy: 'DAEMON', availabilityZoneRebalancing: 'ENABLED' }, 'updated'))).toBe(
    "InvalidParameterException: The service couldn't be updated because Availability Zone Rebalancing does not support DAEMON as scheduling strategy. Update scheduling strategy and try again.",
  )
})

test('a role is the one that was given, or the service-linked one where one is needed', () => {
  const loadBalancers = [{ targetGroupArn: 'arn:tg' }]
  expect(serviceRoleArn(place, { serviceName: 's' })).toBeUndefined()
  expect(serviceRoleArn(place, { serviceName: 's', loadBalancers })).toBe(
    'arn:aws-cn:iam::000000000000:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS',
  )
  expect(serviceRoleArn(place, { serviceName: 's', loadBalancers, role: 'ecs' })).toBe('arn:aws-cn:iam::000000000000:role/ecs')
})
