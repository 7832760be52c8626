// Differs from AWS: several values of a header reach a function as one, joined by commas, and stickiness does not choose between the groups of functions of one rule.
import { ServiceError } from '../../../aws/errors.ts'
import type { CreateTargetGroupInput, CreateTargetGroupOutput } from '../../../aws/generated/elbv2.ts'
import { targetGroupArn } from '../../../domain/elbv2/arns.ts'
import { quotas } from '../../../domain/elbv2/quotas.ts'
import { withTags } from '../../../domain/elbv2/tags.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { targetGroupSettings } from '../../../domain/elbv2/target-group-settings.ts'
import { sameJson } from '../../../domain/same-json.ts'
import { type TargetGroupRow, nameKey, targetGroups } from '../../../store/elbv2-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { type Elbv2Context, newId } from '../context.ts'
import { showTargetGroup } from '../show.ts'

/**
 * Makes a target group. A second call with the same name and settings answers the one that is there;
 * DuplicateTargetGroupName is thrown where they differ.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html
 */
export async function createTargetGroup(context: Elbv2Context, input: CreateTargetGroupInput): Promise<CreateTargetGroupOutput> {
  const settings = targetGroupSettings(input)
  const tags = withTags([], input.Tags ?? [])
  if (settings.VpcId !== undefined && (await context.owners?.hasVpc(settings.VpcId, context)) === false) {
    throw validationError(`The VPC ID '${settings.VpcId}' is not found`)
  }
  const row = await context.store.commit(transaction => {
    const scope = scopeOf(context.account, context.region)
    const table = context.store.table(targetGroups)
    const [existing] = table.by('name', nameKey(scope, input.Name))
    if (existing !== undefined) {
      const { TargetGroupArn: _, ...has } = existing.targetGroup
      if (sameJson(has, settings)) return existing
      throw new ServiceError(
        'DuplicateTargetGroupNameException',
        `A target group with the same name '${input.Name}' exists, but with different settings`,
      )
    }
    if (table.count('scope', scope) >= quotas['target-groups']) {
      throw new ServiceError('TooManyTargetGroupsException', `The limit of '${quotas['target-groups']}' target groups has been reached`)
    }
    const arn = targetGroupArn(context, input.Name, newId(context))
    const made: TargetGroupRow = { scope, targetGroup: { ...settings, TargetGroupArn: arn }, attributes: {}, tags }
    transaction.put(targetGroups, made)
    return made
  })
  return { TargetGroups: [showTargetGroup(context.store, row)] }
}
