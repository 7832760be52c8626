// Rows as the API describes them.
import type { Listener, Rule, TargetGroup } from '../../aws/generated/elbv2.ts'
import { shownActions } from '../../domain/elbv2/actions.ts'
import { type ListenerRow, type RuleRow, type TargetGroupRow, rules } from '../../store/elbv2-tables.ts'
import type { Store } from '../../store/store.ts'
import { loadBalancersOf } from './uses.ts'

export const showTargetGroup = (store: Store, { targetGroup }: TargetGroupRow): TargetGroup => ({
  ...targetGroup,
  LoadBalancerArns: loadBalancersOf(store, targetGroup.TargetGroupArn),
})

export const showRule = ({ rule }: RuleRow): Rule => ({ ...rule, Actions: shownActions(rule.Actions) })

export const showListener = (store: Store, { listener, defaultRuleArn }: ListenerRow): Listener => ({
  ...listener,
  DefaultActions: shownActions(store.table(rules).get(defaultRuleArn)?.rule.Actions),
})
