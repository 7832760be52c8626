// Differs from AWS: other resources than ECS services are not looked up, and nothing scales them.
import { epochSeconds } from '../../../../shared/clock.ts'
import type {
  RegisterScalableTargetRequest,
  RegisterScalableTargetResponse,
  SuspendedState,
} from '../../../aws/generated/application-autoscaling.ts'
import { scalableTargets } from '../../../store/autoscaling-tables.ts'
import type { ScalableTargetRow } from '../../../store/autoscaling-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { linkedRoleArn, targetArn } from '../../../domain/scaling/arns.ts'
import { checkCapacities, checkResource, checkTarget, findTarget } from '../check-target.ts'
import type { ScalingContext } from '../context.ts'
import { invalid } from '../errors.ts'
import { linkedRoles } from '../resources.ts'
import { checkTags } from '../tags.ts'

/**
 * Makes a scalable target, or changes one: what the call leaves out stays. Tags are given when it is made.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
 */
export async function registerScalableTarget(
  context: ScalingContext,
  input: RegisterScalableTargetRequest,
): Promise<RegisterScalableTargetResponse> {
  checkTarget(input)
  await checkRole(context, input)
  const row = await context.store.commit(transaction => {
    const existing = findTarget(context, input)
    const { minimum, maximum } = capacities(input, existing)
    checkCapacities(input, minimum, maximum)
    const RoleARN = roleOf(context, input)
    checkResource(context, input)
    const registered = existing ?? newTarget(context, input, { minimum, maximum, RoleARN })
    const SuspendedState = suspendedState(registered.target.SuspendedState, input.SuspendedState)
    const areLimitsNew = minimum !== existing?.target.MinCapacity || maximum !== existing.target.MaxCapacity
    const put = {
      ...registered,
      ...(areLimitsNew ? { areLimitsNew: true as const } : {}),
      target: { ...registered.target, MinCapacity: minimum, MaxCapacity: maximum, RoleARN, SuspendedState },
    }
    transaction.put(scalableTargets, put)
    return put
  })
  return { ScalableTargetARN: row.target.ScalableTargetARN }
}

function capacities(input: RegisterScalableTargetRequest, existing: ScalableTargetRow | undefined) {
  const minimum = input.MinCapacity ?? existing?.target.MinCapacity
  const maximum = input.MaxCapacity ?? existing?.target.MaxCapacity
  if (minimum === undefined) throw invalid('Minimum capacity must be specified')
  if (maximum === undefined) throw invalid('Maximum capacity must be specified')
  return { minimum, maximum }
}

/** A role that is used at all: one of a service that has a linked role is passed over. */
async function checkRole(context: ScalingContext, { ServiceNamespace, RoleARN }: RegisterScalableTargetRequest): Promise<void> {
  if (RoleARN === undefined || linkedRoles[ServiceNamespace] !== undefined) return
  if ((await context.owners?.hasRole(RoleARN, context)) === false) throw invalid(`Unable to assume IAM role: ${RoleARN}`)
}

/** The service-linked role, whatever the call gives, where the service has one. */
function roleOf(context: ScalingContext, { ServiceNamespace, RoleARN }: RegisterScalableTargetRequest): string {
  const linked = linkedRoles[ServiceNamespace]
  if (linked !== undefined) return linkedRoleArn(context, ServiceNamespace, linked)
  if (RoleARN === undefined) throw invalid('Role ARN must be specified')
  return RoleARN
}

function newTarget(
  context: ScalingContext,
  input: RegisterScalableTargetRequest,
  { minimum, maximum, RoleARN }: { readonly minimum: number; readonly maximum: number; readonly RoleARN: string },
): ScalableTargetRow {
  const { ServiceNamespace, ResourceId, ScalableDimension } = input
  return {
    scope: scopeOf(context.account, context.region),
    target: {
      ServiceNamespace,
      ResourceId,
      ScalableDimension,
      MinCapacity: minimum,
      MaxCapacity: maximum,
      RoleARN,
      CreationTime: epochSeconds(context.clock.now()),
      ScalableTargetARN: targetArn(context, `0${context.ids.hex32()}${context.ids.hex32()}`.slice(0, 36)),
    },
    tags: checkTags(input.Tags ?? {}, ResourceId),
  }
}

const suspendedState = (old: SuspendedState | undefined, given: SuspendedState | undefined): SuspendedState => ({
  DynamicScalingInSuspended: given?.DynamicScalingInSuspended ?? old?.DynamicScalingInSuspended ?? false,
  DynamicScalingOutSuspended: given?.DynamicScalingOutSuspended ?? old?.DynamicScalingOutSuspended ?? false,
  ScheduledScalingSuspended: given?.ScheduledScalingSuspended ?? old?.ScheduledScalingSuspended ?? false,
})
