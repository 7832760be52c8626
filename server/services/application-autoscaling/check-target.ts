// What a scalable target may be. The texts are AWS's where they were recorded.
import type { ScalableDimension, ServiceNamespace } from '../../aws/generated/application-autoscaling.ts'
import { services } from '../../store/service-tables.ts'
import { scopeOf } from '../../store/tables.ts'
import { ecsArn } from '../../domain/arn.ts'
import { scalableTargets, targetKey } from '../../store/autoscaling-tables.ts'
import type { ScalableTargetRow, TargetName } from '../../store/autoscaling-tables.ts'
import type { ScalingContext } from './context.ts'
import { notAuthorized, refuseIf } from './errors.ts'
import { dimensions, neverNone } from './resources.ts'

export interface Target extends TargetName {
  readonly ServiceNamespace: ServiceNamespace
  readonly ScalableDimension: ScalableDimension
}

export const findTarget = ({ store, account, region }: ScalingContext, target: TargetName): ScalableTargetRow | undefined =>
  store.table(scalableTargets).get(targetKey(scopeOf(account, region), target))

/** Throws AccessDeniedException for a dimension of another service, ValidationException for a resource of another kind. */
export function checkTarget({ ServiceNamespace, ResourceId, ScalableDimension }: Target): void {
  if (!ScalableDimension.startsWith(`${ServiceNamespace}:`)) throw notAuthorized()
  refuseIf(!dimensions[ScalableDimension].resource.test(ResourceId), 'Unsupported service namespace, resource type or scalable dimension')
  refuseIf(ServiceNamespace === 'lambda' && ResourceId.endsWith(':$LATEST'), '$LATEST is not a supported qualifier for Auto Scaling')
}

export function checkCapacities(target: Target, minimum: number, maximum: number): void {
  const least = neverNone.has(target.ServiceNamespace) ? 1 : 0
  refuseIf(minimum < least, `Minimum capacity cannot be less than ${least}`)
  refuseIf(maximum < minimum, 'Maximum capacity cannot be less than minimum capacity')
  refuseIf(
    target.ScalableDimension === 'elasticache:replication-group:Replicas' && maximum > 5,
    'Maximum capacity cannot be greater than 5',
  )
}

/** Throws ValidationException for an ECS service that is not there. Other services' resources are not looked up. */
export function checkResource({ store, account, region }: ScalingContext, { ServiceNamespace, ResourceId }: Target): void {
  if (ServiceNamespace !== 'ecs') return
  const service = store.table(services).get(ecsArn({ account, region }, ResourceId))
  refuseIf(service?.service.status !== 'ACTIVE', `ECS service doesn't exist: ${ResourceId}`)
}
