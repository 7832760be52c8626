import { model as autoscaling } from '../../../server/aws/generated/application-autoscaling.ts'
import { model as discovery } from '../../../server/aws/generated/servicediscovery.ts'
import type { Calls, Listings } from './listings.ts'

const stepOut = {
  AdjustmentType: 'ChangeInCapacity',
  StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
}
const fleet = (name: string) => ({
  ServiceNamespace: 'ec2',
  ResourceId: `spot-fleet-request/${name}`,
  ScalableDimension: 'ec2:spot-fleet-request:TargetCapacity',
})

/** What Cloud Map and Application Auto Scaling list, and what that needs that is there once. */
export async function otherListings({ done, does, arnOf }: Calls): Promise<Listings> {
  await done(discovery, 'CreateHttpNamespace', { Name: 'services' })
  const namespaces = await done(discovery, 'ListNamespaces', { Filters: [{ Name: 'NAME', Values: ['services'] }] })
  const namespace = /"Id":"(ns-.*?)"/.exec(namespaces)?.[1] ?? ''
  const inMap = await arnOf(discovery, 'CreateService', { Name: 'instances', NamespaceId: namespace, HealthCheckCustomConfig: {} }, 'Id')
  await done(autoscaling, 'RegisterScalableTarget', { ...fleet('policies'), MinCapacity: 1, MaxCapacity: 2 })
  const ofMap = { model: discovery, standard: 100, most: 100, count: 101 }
  const ofScaling = { model: autoscaling, standard: 50, most: 50, count: 51 }
  return {
    ListNamespaces: {
      ...ofMap,
      input: {},
      items: /"Id":"ns-[^"]*/g,
      make: Name => does(discovery, 'CreateHttpNamespace', { Name }),
    },
    ListServicesOfMap: {
      ...ofMap,
      input: { Filters: [{ Name: 'NAMESPACE_ID', Values: [namespace] }] },
      items: /"Id":"srv-[^"]*/g,
      make: Name => arnOf(discovery, 'CreateService', { Name, NamespaceId: namespace }, 'Id'),
      remove: Id => done(discovery, 'DeleteService', { Id }),
    },
    ListInstances: {
      ...ofMap,
      input: { ServiceId: inMap },
      items: /"Id":"[^"]*/g,
      make: InstanceId => does(discovery, 'RegisterInstance', { ServiceId: inMap, InstanceId, Attributes: { a: 'b' } }),
      remove: InstanceId => done(discovery, 'DeregisterInstance', { ServiceId: inMap, InstanceId }),
    },
    GetInstancesHealthStatus: { ...ofMap, count: 0, input: { ServiceId: inMap }, items: /"ListInstances-\d+"/g },
    ListOperations: { ...ofMap, count: 0, input: {}, items: /"Id":"[^"]*/g },
    DescribeScalableTargets: {
      ...ofScaling,
      input: { ServiceNamespace: 'ec2' },
      items: /spot-fleet-request\/[^"]*/g,
      make: name => does(autoscaling, 'RegisterScalableTarget', { ...fleet(name), MinCapacity: 1, MaxCapacity: 2 }),
      remove: name => done(autoscaling, 'DeregisterScalableTarget', fleet(name)),
    },
    DescribeScalingPolicies: {
      ...ofScaling,
      standard: 10,
      most: 10,
      count: 11,
      input: { ServiceNamespace: 'ec2' },
      items: /"PolicyName":"[^"]*/g,
      make: PolicyName =>
        does(autoscaling, 'PutScalingPolicy', {
          ...fleet('policies'),
          PolicyName,
          PolicyType: 'StepScaling',
          StepScalingPolicyConfiguration: stepOut,
        }),
      remove: PolicyName => done(autoscaling, 'DeleteScalingPolicy', { ...fleet('policies'), PolicyName }),
    },
    DescribeScheduledActions: {
      ...ofScaling,
      input: { ServiceNamespace: 'ec2' },
      items: /"ScheduledActionName":"[^"]*/g,
      make: ScheduledActionName =>
        does(autoscaling, 'PutScheduledAction', {
          ...fleet('policies'),
          ScheduledActionName,
          Schedule: 'rate(100 days)',
          ScalableTargetAction: { MinCapacity: 1 },
        }),
      remove: ScheduledActionName => done(autoscaling, 'DeleteScheduledAction', { ...fleet('policies'), ScheduledActionName }),
    },
  }
}
