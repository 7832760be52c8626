import { bindService } from '../../aws/bind.ts'
import { model, type Operations } from '../../aws/generated/application-autoscaling.ts'
import type { BoundService, HandlerTable } from '../../aws/service.ts'
import type { ScalingContext, ScalingDependencies } from './context.ts'
import { deleteScalingPolicy } from './operations/delete-scaling-policy.ts'
import { deleteScheduledAction } from './operations/delete-scheduled-action.ts'
import { deregisterScalableTarget } from './operations/deregister-scalable-target.ts'
import { describeScalableTargets } from './operations/describe-scalable-targets.ts'
import { describeScalingActivities } from './operations/describe-scaling-activities.ts'
import { describeScalingPolicies } from './operations/describe-scaling-policies.ts'
import { describeScheduledActions } from './operations/describe-scheduled-actions.ts'
import { getPredictiveScalingForecast } from './operations/get-predictive-scaling-forecast.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { putScalingPolicy } from './operations/put-scaling-policy.ts'
import { putScheduledAction } from './operations/put-scheduled-action.ts'
import { registerScalableTarget } from './operations/register-scalable-target.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'

/** Application Auto Scaling: one entry an operation of the model. */
export const applicationAutoScalingHandlers = {
  DeleteScalingPolicy: deleteScalingPolicy,
  DeleteScheduledAction: deleteScheduledAction,
  DeregisterScalableTarget: deregisterScalableTarget,
  DescribeScalableTargets: describeScalableTargets,
  DescribeScalingActivities: describeScalingActivities,
  DescribeScalingPolicies: describeScalingPolicies,
  DescribeScheduledActions: describeScheduledActions,
  GetPredictiveScalingForecast: getPredictiveScalingForecast,
  ListTagsForResource: listTagsForResource,
  PutScalingPolicy: putScalingPolicy,
  PutScheduledAction: putScheduledAction,
  RegisterScalableTarget: registerScalableTarget,
  TagResource: tagResource,
  UntagResource: untagResource,
} satisfies HandlerTable<ScalingContext, Operations>

/** Application Auto Scaling, ready to be routed to. */
export const bindApplicationAutoScaling = (dependencies: ScalingDependencies): BoundService =>
  bindService<Operations, ScalingContext>({
    model,
    handlers: applicationAutoScalingHandlers,
    makeContext: call => ({ ...dependencies, ...call }),
  })
