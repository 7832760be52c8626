import { epochSeconds } from '../../../shared/clock.ts'
import type { Ids } from '../../../shared/ids.ts'
import type { MetricType } from '../../aws/generated/application-autoscaling.ts'
import type { ExpressGatewayScalingTarget, ExpressGatewayServiceScalingMetric } from '../../aws/generated/ecs.ts'
import type { ScalableTargetRow, ScalingPolicyRow } from '../../store/autoscaling-tables.ts'
import type { ExpressIngress } from '../../store/ecs-express-tables.ts'
import type { Scope } from '../../store/tables.ts'
import { type Place, nameInArn } from '../arn.ts'
import { loadBalancerSuffix } from '../elbv2/arns.ts'
import { alarmArn, linkedRoleArn, policyArn, targetArn } from '../scaling/arns.ts'

export interface ExpressScaling {
  readonly target: ScalableTargetRow
  readonly policy: ScalingPolicyRow
}

export interface ExpressScalingOf {
  readonly place: Place
  readonly scope: Scope
  readonly ids: Ids
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly clusterName: string
  readonly serviceName: string
  readonly wanted: ExpressGatewayScalingTarget
  readonly ingress: ExpressIngress
  /** What there is of it already. */
  readonly before?: ScalableTargetRow | undefined
}

const metricOf: Readonly<Record<ExpressGatewayServiceScalingMetric, MetricType>> = {
  AVERAGE_CPU: 'ECSServiceAverageCPUUtilization',
  AVERAGE_MEMORY: 'ECSServiceAverageMemoryUtilization',
  REQUEST_COUNT_PER_TARGET: 'ALBRequestCountPerTarget',
}

export const expressPolicyName = 'ecs-express-target-tracking'

/** What names the scalable target of a service. */
export const scalingNames = (clusterName: string, serviceName: string) =>
  ({
    ServiceNamespace: 'ecs',
    ResourceId: `service/${clusterName}/${serviceName}`,
    ScalableDimension: 'ecs:service:DesiredCount',
  }) as const

/** The scalable target of an Express service, and its policy, which tracks the metric that is asked for. */
export const expressScaling = (of: ExpressScalingOf): ExpressScaling => {
  const { place, scope, ids, now, wanted, ingress, before } = of
  const { minTaskCount = 1, maxTaskCount = 20, autoScalingMetric = 'AVERAGE_CPU', autoScalingTargetValue = 60 } = wanted
  const names = scalingNames(of.clusterName, of.serviceName)
  const PredefinedMetricType = metricOf[autoScalingMetric]
  const groupSuffix = ingress.targetGroupArn.slice(ingress.targetGroupArn.indexOf('targetgroup/'))
  const ResourceLabel = `${loadBalancerSuffix(ingress.loadBalancerArn)}/${groupSuffix}`
  const isPerRequest = autoScalingMetric === 'REQUEST_COUNT_PER_TARGET'
  return {
    target: {
      scope,
      tags: {},
      ...before,
      areLimitsNew: true,
      target: {
        RoleARN: linkedRoleArn(place, 'ecs', 'ECSService'),
        CreationTime: epochSeconds(now),
        ScalableTargetARN: targetArn(place, `0${ids.hex32()}${ids.hex32()}`.slice(0, 36)),
        SuspendedState: { DynamicScalingInSuspended: false, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: false },
        ...before?.target,
        ...names,
        MinCapacity: minTaskCount,
        MaxCapacity: maxTaskCount,
      },
    },
    policy: {
      scope,
      policy: {
        PolicyARN: policyArn(place, ids.uuid(), names, expressPolicyName),
        PolicyName: expressPolicyName,
        ...names,
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: autoScalingTargetValue,
          PredefinedMetricSpecification: { PredefinedMetricType, ...(isPerRequest ? { ResourceLabel } : {}) },
        },
        Alarms: ['AlarmHigh', 'AlarmLow'].map(kind => {
          const AlarmName = `TargetTracking-${names.ResourceId}-${kind}-${ids.uuid()}`
          return { AlarmName, AlarmARN: alarmArn(place, AlarmName) }
        }),
        CreationTime: epochSeconds(now),
      },
    },
  }
}

/** `cluster` and `name` of `arn:…:service/cluster/name`. */
export const namesInServiceArn = (serviceArn: string): { readonly clusterName: string; readonly serviceName: string } => {
  const [, clusterName = '', serviceName = nameInArn(serviceArn)] = serviceArn.slice(serviceArn.indexOf(':service/')).split('/')
  return { clusterName, serviceName }
}
