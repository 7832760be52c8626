// Differs from AWS: without a backend certificates are taken by the form of their ARN, and whether one is issued is not asked; what ACM does not hand out is made by the instance's own authority. Of an SSL policy ciphers that the gateway lacks are left out and those of TLS 1.3 are all spoken, a client whose certificate mutual authentication does not believe is turned away behind the handshake, certificates are chosen by name among those of all listeners, a client without SNI gets that of the oldest one, authenticate-cognito needs a backend that has Cognito, without which a login ends with 500, and jwt-validation asks for all values of an additional claim. Listeners for QUIC are kept only.
import { ServiceError } from '../../../aws/errors.ts'
import type { CreateListenerInput, CreateListenerOutput } from '../../../aws/generated/elbv2.ts'
import { readActions } from '../../../domain/elbv2/actions.ts'
import { listenerArn, ruleArn } from '../../../domain/elbv2/arns.ts'
import { listenerSettings } from '../../../domain/elbv2/listener-settings.ts'
import { quotas } from '../../../domain/elbv2/quotas.ts'
import { withTags } from '../../../domain/elbv2/tags.ts'
import { type ListenerRow, listeners } from '../../../store/elbv2-tables.ts'
import { type Elbv2Context, newId } from '../context.ts'
import { checkCertificates } from '../certificates.ts'
import { findLoadBalancer } from '../find.ts'
import { checkForwarding } from '../forwarding.ts'
import { putRule } from '../../../store/rule-uses.ts'
import { checkMutual, checkPortFree } from '../listener-checks.ts'
import { sameListener } from '../same-listener.ts'
import { showListener } from '../show.ts'

/**
 * Makes a listener and its default rule. A second call with the same port and settings answers the one that is there;
 * DuplicateListener is thrown where they differ.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
 */
export async function createListener(context: Elbv2Context, input: CreateListenerInput): Promise<CreateListenerOutput> {
  const arn = input.LoadBalancerArn
  const tags = withTags([], input.Tags ?? [])
  findLoadBalancer(context, arn)
  await checkCertificates(context, input.Certificates)
  const { row, groups } = await context.store.commit(transaction => {
    const balancer = findLoadBalancer(context, arn)
    const settings = listenerSettings(balancer.loadBalancer, input)
    const actions = readActions(input.DefaultActions, { protocol: settings.Protocol })
    const existing = sameListener(context.store, arn, settings, actions)
    if (existing !== undefined) return { row: existing, groups: [] }
    checkPortFree(context.store, arn, settings)
    checkMutual(context.store, arn, settings)
    checkForwarding(context, balancer, settings, actions)
    checkQuota(context, arn, balancer.loadBalancer.Type)
    const ListenerArn = listenerArn(arn, newId(context))
    const RuleArn = ruleArn(ListenerArn, newId(context))
    const { scope } = balancer
    const made: ListenerRow = {
      scope,
      listener: { ListenerArn, LoadBalancerArn: arn, ...settings },
      defaultRuleArn: RuleArn,
      certificates: [],
      attributes: {},
      tags,
    }
    transaction.put(listeners, made)
    const rule = { RuleArn, Priority: 'default', Conditions: [], Actions: actions, IsDefault: true }
    const used = putRule(context, transaction, { scope, listenerArn: ListenerArn, loadBalancerArn: arn, rule, tags: [] })
    return { row: made, groups: used }
  })
  context.wake('load-balancer', arn)
  for (const group of groups) context.wake('target-group', group)
  return { Listeners: [showListener(context.store, row)] }
}

function checkQuota({ store }: Elbv2Context, arn: string, type: 'application' | 'network' | 'gateway'): void {
  const most = type === 'gateway' ? 1 : quotas[`listeners-per-${type}-load-balancer`]
  if (store.table(listeners).count('loadBalancer', arn) < most) return
  throw new ServiceError('TooManyListenersException', `A load balancer with type '${type}' can have at most ${most} listeners`)
}
