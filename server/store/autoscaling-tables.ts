import type { ScalableTarget, ScalingActivity, ScalingPolicy, ScheduledAction } from '../aws/generated/application-autoscaling.ts'
import type { TableDefinition } from './store.ts'
import type { Scope } from './tables.ts'

/** What names a scalable target in a scope. */
export interface TargetName {
  readonly ServiceNamespace: string
  readonly ResourceId: string
  readonly ScalableDimension: string
}

export const targetKey = (scope: Scope, { ServiceNamespace, ResourceId, ScalableDimension }: TargetName): string =>
  JSON.stringify([scope, ServiceNamespace, ResourceId, ScalableDimension])

export const serviceNamespaceKey = (scope: Scope, serviceNamespace: string): string => `${scope} ${serviceNamespace}`

export interface ScalableTargetRow {
  readonly scope: Scope
  /** As DescribeScalableTargets shows it. */
  readonly target: ScalableTarget & { readonly ScalableTargetARN: string }
  readonly tags: Readonly<Record<string, string>>
  /** The limits were set and nobody looked yet whether the capacity is between them. */
  readonly areLimitsNew?: true
  /** What cooldowns count from: milliseconds since the epoch, and the capacities before and after. */
  readonly lastScaleOut?: { readonly at: number; readonly from: number; readonly to: number }
  readonly lastScaleIn?: { readonly at: number }
}

/** Keyed by `targetKey`. */
export const scalableTargets: TableDefinition<ScalableTargetRow, 'serviceNamespace' | 'arn'> = {
  name: 'autoscaling_targets',
  key: row => targetKey(row.scope, row.target),
  indexes: {
    serviceNamespace: row => serviceNamespaceKey(row.scope, row.target.ServiceNamespace),
    arn: row => row.target.ScalableTargetARN,
  },
}

export interface ScalingPolicyRow {
  readonly scope: Scope
  /** As DescribeScalingPolicies shows it. */
  readonly policy: ScalingPolicy
}

/** The key of what has a name of its own at a target: a policy or a scheduled action. */
export const namedKey = (scope: Scope, target: TargetName, name: string): string => `${targetKey(scope, target)} ${name}`

/** Keyed by `namedKey`. */
export const scalingPolicies: TableDefinition<ScalingPolicyRow, 'serviceNamespace' | 'target'> = {
  name: 'autoscaling_policies',
  key: row => namedKey(row.scope, row.policy, row.policy.PolicyName),
  indexes: {
    serviceNamespace: row => serviceNamespaceKey(row.scope, row.policy.ServiceNamespace),
    /** `targetKey`. */
    target: row => targetKey(row.scope, row.policy),
  },
}

export interface ScheduledActionRow {
  readonly scope: Scope
  /** As DescribeScheduledActions shows it. */
  readonly action: ScheduledAction & TargetName & Pick<ScheduledAction, 'ServiceNamespace' | 'ScalableDimension'>
  /** Until when its schedule was looked at: milliseconds since the epoch. */
  readonly lastLookAt?: number
}

/** Keyed by `namedKey`. */
export const scheduledActions: TableDefinition<ScheduledActionRow, 'serviceNamespace' | 'target'> = {
  name: 'autoscaling_scheduled_actions',
  key: row => namedKey(row.scope, row.action, row.action.ScheduledActionName),
  indexes: {
    serviceNamespace: row => serviceNamespaceKey(row.scope, row.action.ServiceNamespace),
    /** `targetKey`. */
    target: row => targetKey(row.scope, row.action),
  },
}

export interface ScalingActivityRow {
  readonly scope: Scope
  /** As DescribeScalingActivities shows it. */
  readonly activity: ScalingActivity
}

/** Later than any time that is met, in milliseconds since the epoch. */
const endOfTime = 99_999_999_999_999

/** Keyed by activity id, the newest first. Whoever scales writes them. */
export const scalingActivities: TableDefinition<ScalingActivityRow, 'serviceNamespace' | 'target'> = {
  name: 'autoscaling_activities',
  key: row => row.activity.ActivityId,
  order: row => `${String(endOfTime - Math.round(row.activity.StartTime * 1000)).padStart(14, '0')} ${row.activity.ActivityId}`,
  indexes: {
    serviceNamespace: row => serviceNamespaceKey(row.scope, row.activity.ServiceNamespace),
    /** `targetKey`. */
    target: row => targetKey(row.scope, row.activity),
  },
}
