import type { Action } from '../../aws/generated/elbv2.ts'
import type { ListenerSettings } from '../../domain/elbv2/listener-settings.ts'
import { sameJson } from '../../domain/same-json.ts'
import { type ListenerRow, listeners, rules } from '../../store/elbv2-tables.ts'
import type { Store } from '../../store/store.ts'

/** The load balancer's listener that already is what is asked for; undefined where there is none. */
export function sameListener(
  store: Store,
  loadBalancerArn: string,
  settings: ListenerSettings,
  actions: readonly Action[],
): ListenerRow | undefined {
  for (const row of store.table(listeners).by('loadBalancer', loadBalancerArn)) {
    const { ListenerArn: _listener, LoadBalancerArn: _loadBalancer, ...has } = row.listener
    if (sameJson(has, settings) && sameJson(store.table(rules).get(row.defaultRuleArn)?.rule.Actions, actions)) return row
  }
  return undefined
}
