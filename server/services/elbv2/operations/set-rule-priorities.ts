import { ServiceError } from '../../../aws/errors.ts'
import type { SetRulePrioritiesInput, SetRulePrioritiesOutput } from '../../../aws/generated/elbv2.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { type RuleRow, rules } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findRule } from '../find.ts'
import { showRule } from '../show.ts'

/**
 * Gives rules new priorities, all at once: rules may change places. Those that are not named keep theirs.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html
 */
export async function setRulePriorities(context: Elbv2Context, input: SetRulePrioritiesInput): Promise<SetRulePrioritiesOutput> {
  const pairs = new Map<string, number>()
  if (input.RulePriorities.length === 0) throw validationError('A rule priority must be specified')
  for (const { RuleArn: arn, Priority: priority } of input.RulePriorities) {
    if (arn === undefined || arn === '') throw validationError('A rule ARN must be specified')
    if (priority === undefined) throw validationError('A rule priority must be specified')
    if (pairs.has(arn)) throw validationError(`Rule '${arn}' was provided multiple times`)
    if ([...pairs.values()].includes(priority)) throw validationError(`Priority '${priority}' was provided multiple times`)
    pairs.set(arn, priority)
  }
  const changed = await context.store.commit(transaction => {
    const rows = [...pairs].map(([arn, priority]) => ({ row: findRule(context, arn), priority }))
    checkListener(rows.map(({ row }) => row))
    checkFree(context, pairs, rows)
    return rows.map(({ row, priority }) => {
      const next = { ...row, rule: { ...row.rule, Priority: String(priority) } }
      transaction.put(rules, next)
      return next
    })
  })
  for (const arn of new Set(changed.map(row => row.loadBalancerArn))) context.wake('load-balancer', arn)
  return { Rules: changed.map(showRule) }
}

function checkListener(rows: readonly RuleRow[]): void {
  const fixed = rows.find(row => row.rule.IsDefault)
  if (fixed !== undefined) {
    throw new ServiceError('OperationNotPermittedException', `The priority of the default rule '${fixed.rule.RuleArn}' cannot be changed`)
  }
  if (new Set(rows.map(row => row.listenerArn)).size > 1) throw validationError('All rules must belong to the same listener')
}

function checkFree(
  { store }: Elbv2Context,
  pairs: ReadonlyMap<string, number>,
  rows: readonly { readonly row: RuleRow; readonly priority: number }[],
): void {
  const listenerArn = rows[0]?.row.listenerArn ?? ''
  const staying = new Set<string>()
  for (const { rule } of store.table(rules).by('listener', listenerArn)) if (!pairs.has(rule.RuleArn)) staying.add(rule.Priority)
  for (const { priority } of rows) {
    if (staying.has(String(priority))) throw new ServiceError('PriorityInUseException', `Priority '${priority}' is currently in use`)
  }
}
