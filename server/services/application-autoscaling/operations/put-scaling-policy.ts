// Differs from AWS: the alarms of a target tracking policy are named, but not made in CloudWatch: its metric is asked for by
// kecs itself. Policies of ECS services act where their metric is measured; predictive ones and customized metrics do not, and
// an activity says so. Other resources are not scaled.
import { epochSeconds } from '../../../../shared/clock.ts'
import { ServiceError } from '../../../aws/errors.ts'
import type { PutScalingPolicyRequest, PutScalingPolicyResponse, ScalingPolicy } from '../../../aws/generated/application-autoscaling.ts'
import { namedKey, scalingPolicies, targetKey } from '../../../store/autoscaling-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { policyArn } from '../../../domain/scaling/arns.ts'
import { checkTarget, findTarget } from '../check-target.ts'
import type { ScalingContext } from '../context.ts'
import { invalid, notRegistered } from '../errors.ts'
import { alarmsOf, checkPolicyType, configurationOf } from '../policy.ts'

/** AWS's quota of policies of a scalable target. */
const mostPolicies = 50

/**
 * Makes a scaling policy, or changes the one of that name: what the call leaves out stays.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
 */
export async function putScalingPolicy(context: ScalingContext, input: PutScalingPolicyRequest): Promise<PutScalingPolicyResponse> {
  checkTarget(input)
  const scope = scopeOf(context.account, context.region)
  const policy = await context.store.commit(transaction => {
    const table = context.store.table(scalingPolicies)
    const existing = table.get(namedKey(scope, input, input.PolicyName))?.policy
    const put = policyFor(context, input, existing)
    if (existing === undefined && table.count('target', targetKey(scope, input)) >= mostPolicies) {
      throw new ServiceError('LimitExceededException', `A scalable target can have at most ${mostPolicies} scaling policies`)
    }
    transaction.put(scalingPolicies, { scope, policy: put })
    return put
  })
  return { PolicyARN: policy.PolicyARN, Alarms: policy.Alarms }
}

function policyFor(context: ScalingContext, input: PutScalingPolicyRequest, existing: ScalingPolicy | undefined): ScalingPolicy {
  const { ServiceNamespace, ResourceId, ScalableDimension, PolicyName } = input
  const type = input.PolicyType ?? existing?.PolicyType
  if (type === undefined) {
    throw invalid("1 validation error detected: Value null at 'policyType' failed to satisfy constraint: Member must not be null")
  }
  checkPolicyType(type, ServiceNamespace)
  if (findTarget(context, input) === undefined) throw notRegistered(input)
  const configuration = configurationOf(type, input, input, type === existing?.PolicyType ? existing : undefined)
  return {
    PolicyARN: existing?.PolicyARN ?? policyArn(context, context.ids.uuid(), input, PolicyName),
    PolicyName,
    ServiceNamespace,
    ResourceId,
    ScalableDimension,
    PolicyType: type,
    ...configuration,
    Alarms: alarmsOf(context, input, configuration, existing?.Alarms ?? []),
    CreationTime: existing?.CreationTime ?? epochSeconds(context.clock.now()),
  }
}
