import type { DescribeRulesInput, DescribeRulesOutput } from '../../../aws/generated/elbv2.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { type RuleRow, rules } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findListener, findRule } from '../find.ts'
import { listPage, sortedAfter } from '../list-page.ts'
import { showRule } from '../show.ts'

/**
 * Describes a listener's rules in the order in which they are tried, the default rule last; or those given by ARN.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html
 */
export function describeRules(context: Elbv2Context, input: DescribeRulesInput): DescribeRulesOutput {
  const { ListenerArn: listener, RuleArns: arns = [] } = input
  if (listener === undefined && arns.length === 0) throw validationError('You must specify either listener rule ARNs or a listener ARN')
  if (listener !== undefined && arns.length > 0) {
    throw validationError('Rule ARNs and a listener ARN cannot be specified at the same time')
  }
  if (listener !== undefined) findListener(context, listener)
  const named = [...new Set(arns)].map(arn => findRule(context, arn))
  const orderOf = (row: RuleRow): string => rules.order?.(row) ?? row.rule.RuleArn
  const { rows, nextMarker } = listPage({
    operation: 'DescribeRules',
    filters: [listener, ...arns],
    marker: input.Marker,
    pageSize: input.PageSize,
    rows: listener === undefined ? sortedAfter(named, orderOf) : after => context.store.table(rules).by('listener', listener, after),
    orderOf,
  })
  return { Rules: rows.map(showRule), NextMarker: nextMarker }
}
