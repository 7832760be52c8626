// Differs from AWS: that instances run and that addresses belong to the VPC is not asked of EC2.
import { ServiceError } from '../../../aws/errors.ts'
import type { RegisterTargetsInput, RegisterTargetsOutput } from '../../../aws/generated/elbv2.ts'
import { hiddenQuotas } from '../../../domain/elbv2/quotas.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { isGone } from '../../../domain/elbv2/target-health.ts'
import { invalidTarget, readTarget } from '../../../domain/elbv2/targets.ts'
import {
  type TargetGroupRow,
  type TargetRow,
  listeners,
  loadBalancers,
  targetHealth,
  targetKey,
  targets,
} from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findTargetGroup } from '../find.ts'
import { targetsOf } from '../../../store/registered-targets.ts'

/**
 * Registers targets. One that is registered stays as it is; one whose connections drain is registered anew.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
 */
export async function registerTargets(context: Elbv2Context, input: RegisterTargetsInput): Promise<RegisterTargetsOutput> {
  if (input.Targets.length === 0) throw validationError('A target must be specified')
  await checkFunctions(context, input)
  await context.store.commit(transaction => {
    const group = findTargetGroup(context, input.TargetGroupArn)
    const now = context.clock.now()
    const table = context.store.table(targets)
    const wanted = new Map<string, TargetRow>()
    for (const given of input.Targets) {
      const target = readTarget(given, group.targetGroup)
      if (group.targetGroup.TargetType === 'alb') checkLoadBalancer(context, target.Id, target.Port)
      wanted.set(targetKey(input.TargetGroupArn, target), { targetGroupArn: input.TargetGroupArn, target, registeredAt: now })
    }
    checkQuotas(context, group, wanted, now)
    for (const [key, row] of wanted) {
      const existing = table.get(key)
      if (existing !== undefined && existing.drainingUntil === undefined) continue
      transaction.put(targets, row)
      transaction.remove(targetHealth, key)
    }
  })
  context.wake('target-group', input.TargetGroupArn)
  return {}
}

/** A function has to be there, where there is a backend to ask. */
async function checkFunctions(context: Elbv2Context, { TargetGroupArn, Targets }: RegisterTargetsInput): Promise<void> {
  const { targetGroup } = findTargetGroup(context, TargetGroupArn)
  if (targetGroup.TargetType !== 'lambda') return
  for (const { Id } of Targets.map(given => readTarget(given, targetGroup))) {
    if ((await context.owners?.hasFunction(Id, context)) !== false) continue
    throw invalidTarget(`The following targets do not exist and cannot be registered: '${Id}'`)
  }
}

/** A target group of one load balancer: it has to be there and to listen at the group's port. */
function checkLoadBalancer({ store }: Elbv2Context, arn: string, port: number | undefined): void {
  if (store.table(loadBalancers).get(arn) === undefined) {
    throw invalidTarget(`The following targets do not exist and cannot be registered: '${arn}'`)
  }
  for (const { listener } of store.table(listeners).by('loadBalancer', arn)) if (listener.Port === port) return
  throw invalidTarget(`Application Load Balancer '${arn}' must have a listener with a port that matches the target group port '${port}'`)
}

function checkQuotas({ store }: Elbv2Context, { targetGroup }: TargetGroupRow, wanted: ReadonlyMap<string, TargetRow>, now: number): void {
  const type = targetGroup.TargetType
  const keys = new Set(wanted.keys())
  for (const row of targetsOf(store, targetGroup.TargetGroupArn)) {
    if (row.drainingUntil === undefined && !isGone(row, now)) keys.add(targetKey(row.targetGroupArn, row.target))
  }
  if (type === 'lambda' && keys.size > 1) {
    throw validationError(`Up to '1' Lambda function target(s) can be registered, but '${keys.size}' were specified`)
  }
  if (type === 'alb' && keys.size > 1) {
    throw validationError(`Up to '1' Application Load Balancer target(s) can be registered, but '${keys.size}' were specified`)
  }
  const most = hiddenQuotas.targetsPerTargetGroup
  if (keys.size > most) throw new ServiceError('TooManyTargetsException', `A target group can have at most ${most} targets`)
  const mostTimes = hiddenQuotas.registrationsPerTarget
  for (const { target } of wanted.values()) {
    if (store.table(targets).count('id', target.Id) > mostTimes) {
      throw new ServiceError(
        'TooManyRegistrationsForTargetIdException',
        `The target '${target.Id}' cannot be registered more than ${mostTimes} times`,
      )
    }
  }
}
