import { partitionOf } from '../arn.ts'
import type { Place } from '../arn.ts'
import type { TargetName } from '../../store/autoscaling-tables.ts'

const arn = (place: Place, service: string, resource: string): string =>
  `arn:${partitionOf(place.region)}:${service}:${place.region}:${place.account}:${resource}`

/** `id` is 36 lower-case letters and digits. */
export const targetArn = (place: Place, id: string): string => arn(place, 'application-autoscaling', `scalable-target/${id}`)

export const policyArn = (place: Place, uuid: string, target: TargetName, name: string): string =>
  arn(place, 'autoscaling', `scalingPolicy:${uuid}:resource/${target.ServiceNamespace}/${target.ResourceId}:policyName/${name}`)

export const actionArn = (place: Place, uuid: string, target: TargetName, name: string): string =>
  arn(place, 'autoscaling', `scheduledAction:${uuid}:resource/${target.ServiceNamespace}/${target.ResourceId}:scheduledActionName/${name}`)

export const alarmArn = (place: Place, name: string): string => arn(place, 'cloudwatch', `alarm:${name}`)

export const linkedRoleArn = (place: Place, serviceNamespace: string, name: string): string =>
  `arn:${partitionOf(place.region)}:iam::${place.account}:role/aws-service-role/${serviceNamespace}.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_${name}`
