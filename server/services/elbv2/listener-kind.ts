import type { ListenerRow } from '../../store/elbv2-tables.ts'
import type { AttributeRules } from '../../domain/elbv2/attributes.ts'
import { listenerAttributeRules } from '../../domain/elbv2/listener-attributes.ts'
import type { Elbv2Context } from './context.ts'
import { findLoadBalancer } from './find.ts'

/** What a listener has as attributes. */
export const attributeRulesOf = (context: Elbv2Context, { listener }: ListenerRow): AttributeRules =>
  listenerAttributeRules(findLoadBalancer(context, listener.LoadBalancerArn).loadBalancer.Type, listener.Protocol)
