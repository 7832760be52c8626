import { bindService } from '../../aws/bind.ts'
import { model, type Operations } from '../../aws/generated/application-autoscaling.ts'
import { notImplemented, type BoundService, type CallContext, type HandlerTable } from '../../aws/service.ts'

/** Application Auto Scaling: one entry an operation of the model. */
export const applicationAutoScalingHandlers = {
  DeleteScalingPolicy: notImplemented,
  DeleteScheduledAction: notImplemented,
  DeregisterScalableTarget: notImplemented,
  DescribeScalableTargets: notImplemented,
  DescribeScalingActivities: notImplemented,
  DescribeScalingPolicies: notImplemented,
  DescribeScheduledActions: notImplemented,
  GetPredictiveScalingForecast: notImplemented,
  ListTagsForResource: notImplemented,
  PutScalingPolicy: notImplemented,
  PutScheduledAction: notImplemented,
  RegisterScalableTarget: notImplemented,
  TagResource: notImplemented,
  UntagResource: notImplemented,
} satisfies HandlerTable<CallContext, Operations>

export const bindApplicationAutoScaling = (): BoundService =>
  bindService<Operations, CallContext>({ model, handlers: applicationAutoScalingHandlers, makeContext: call => call })
