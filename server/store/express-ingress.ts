// What leads to an Express service: load balancer, listener, rule, target group; and what scales it. Written and removed
// with the rows of the service.
import { epochSeconds } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import type { AvailabilityZone } from '../aws/generated/elbv2.ts'
import { type Place, parseArn } from '../domain/arn.ts'
import { readActions } from '../domain/elbv2/actions.ts'
import { listenerArn, loadBalancerArn, ruleArn, targetGroupArn } from '../domain/elbv2/arns.ts'
import { readConditions } from '../domain/elbv2/conditions.ts'
import { canonicalHostedZoneId, dnsName } from '../domain/elbv2/names.ts'
import { targetGroupSettings } from '../domain/elbv2/target-group-settings.ts'
import { managedTags } from '../domain/express/names.ts'
import { namesInServiceArn, scalingNames } from '../domain/express/scaling.ts'
import { scalableTargets, scalingPolicies, scheduledActions, targetKey } from './autoscaling-tables.ts'
import { type ExpressIngress, expressServices } from './ecs-express-tables.ts'
import { type LoadBalancerRow, listeners, loadBalancers, rules, targetGroups } from './elbv2-tables.ts'
import { removeListener } from './listener-removal.ts'
import { removeTarget, targetsOf } from './registered-targets.ts'
import type { ChangedRule } from './rule-forwards.ts'
import { putRule, removeRule } from './rule-uses.ts'
import type { Store, Transaction } from './store.ts'
import { scopeOf } from './tables.ts'

export interface WantedIngress {
  readonly place: Place
  readonly ids: Ids
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly host: string
  /** The container's. */
  readonly port: number
  readonly healthCheckPath: string
  readonly subnets: readonly string[]
  readonly securityGroups: readonly string[]
  readonly zones: readonly AvailabilityZone[]
  readonly vpcId: string
  readonly isNetworkKnown: boolean
}

/** As many Express services share a load balancer on AWS. */
const mostSharing = 25

/** Connections of a task that stops are given this long. Seconds, as text. */
const deregistrationDelay = '30'

const newId = (ids: Ids): string => ids.hex32().slice(-16)

/** Makes what leads to a service: its own rule and target group, at the load balancer of its network, which is made for the first. */
export function putIngress(store: Store, transaction: Transaction, wanted: WantedIngress): ExpressIngress {
  const { place, ids, host, port, vpcId } = wanted
  const scope = scopeOf(place.account, place.region)
  const network = JSON.stringify([scope, [...wanted.subnets].sort(), [...wanted.securityGroups].sort()])
  const at = sharedListener(store, network) ?? newListener(transaction, wanted)
  const Name = `ecs-gateway-tg-${newId(ids)}`
  const settings = targetGroupSettings({
    Name,
    TargetType: 'ip',
    Protocol: 'HTTP',
    Port: port,
    VpcId: vpcId,
    HealthCheckPath: wanted.healthCheckPath,
  })
  const TargetGroupArn = targetGroupArn(place, Name, newId(ids))
  transaction.put(targetGroups, {
    scope,
    targetGroup: { ...settings, TargetGroupArn },
    attributes: { 'deregistration_delay.timeout_seconds': deregistrationDelay },
    tags: managedTags,
  })
  const RuleArn = ruleArn(at.listenerArn, newId(ids))
  const rule = {
    RuleArn,
    Priority: freePriority(store, at.listenerArn),
    Conditions: readConditions([{ Field: 'host-header', HostHeaderConfig: { Values: [host] } }]),
    Actions: readActions([{ Type: 'forward', TargetGroupArn }], { protocol: 'HTTP' }),
    Transforms: [],
    IsDefault: false,
  }
  putRule({ store }, transaction, { scope, ...at, rule, tags: managedTags })
  return { network, ...at, ruleArn: RuleArn, targetGroupArn: TargetGroupArn, host }
}

interface At {
  readonly loadBalancerArn: string
  readonly listenerArn: string
}

/** That of another Express service of the network, where it is still there and has room. */
function sharedListener(store: Store, network: string): At | undefined {
  for (const { ingress } of store.table(expressServices).by('network', network)) {
    if (ingress === undefined || store.table(loadBalancers).get(ingress.loadBalancerArn) === undefined) continue
    if (store.table(listeners).get(ingress.listenerArn) === undefined) continue
    if (store.table(expressServices).count('loadBalancer', ingress.loadBalancerArn) >= mostSharing) continue
    return { loadBalancerArn: ingress.loadBalancerArn, listenerArn: ingress.listenerArn }
  }
  return undefined
}

/** A new load balancer with a listener that answers 404 to what no rule is for. */
function newListener(transaction: Transaction, wanted: WantedIngress): At {
  const { place, ids } = wanted
  const scope = scopeOf(place.account, place.region)
  const balancer = newBalancer(wanted)
  const { LoadBalancerArn } = balancer.loadBalancer
  transaction.put(loadBalancers, balancer)
  const ListenerArn = listenerArn(LoadBalancerArn, newId(ids))
  const RuleArn = ruleArn(ListenerArn, newId(ids))
  const listener = { ListenerArn, LoadBalancerArn, Protocol: 'HTTP', Port: 80 } as const
  transaction.put(listeners, { scope, listener, defaultRuleArn: RuleArn, certificates: [], attributes: {}, tags: managedTags })
  const answer = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404', ContentType: 'text/plain' } } as const
  transaction.put(rules, {
    scope,
    listenerArn: ListenerArn,
    loadBalancerArn: LoadBalancerArn,
    rule: { RuleArn, Priority: 'default', Conditions: [], Actions: readActions([answer], { protocol: 'HTTP' }), IsDefault: true },
    tags: [],
  })
  return { loadBalancerArn: LoadBalancerArn, listenerArn: ListenerArn }
}

function newBalancer({ place, ids, now, subnets, securityGroups, zones, vpcId, isNetworkKnown }: WantedIngress): LoadBalancerRow {
  const name = `ecs-express-gateway-alb-${ids.hex32().slice(0, 8)}`
  const id = newId(ids)
  const scheme = 'internet-facing'
  return {
    scope: scopeOf(place.account, place.region),
    loadBalancer: {
      LoadBalancerArn: loadBalancerArn(place, 'application', name, id),
      DNSName: dnsName({ type: 'application', scheme, name, id, region: place.region }),
      CanonicalHostedZoneId: canonicalHostedZoneId('application', place.region),
      CreatedTime: epochSeconds(now),
      LoadBalancerName: name,
      Scheme: scheme,
      VpcId: vpcId,
      State: { Code: 'provisioning' },
      Type: 'application',
      AvailabilityZones: zones,
      SecurityGroups: securityGroups,
      IpAddressType: 'ipv4',
    },
    subnetMappings: subnets.map(SubnetId => ({ SubnetId })),
    isNetworkKnown,
    attributes: {},
    tags: managedTags,
  }
}

function freePriority(store: Store, arn: string): string {
  const taken = new Set([...store.table(rules).by('listener', arn)].map(({ rule }) => rule.Priority))
  let priority = 1
  while (taken.has(String(priority))) priority += 1
  return String(priority)
}

/**
 * Removes what led to a service and what scaled it, and the load balancer with the last service that shared it. What is
 * gone already is passed over. The answer is what has to be looked at again.
 */
export function removeIngress(store: Store, transaction: Transaction, serviceArn: string): readonly ChangedRule[] {
  const row = store.table(expressServices).get(serviceArn)
  if (row?.ingress === undefined) return []
  const { ingress, ...rest } = row
  transaction.put(expressServices, rest)
  removeScaling(store, transaction, serviceArn)
  const groups = [...removeRule({ store }, transaction, ingress.ruleArn), ingress.targetGroupArn]
  for (const target of targetsOf(store, ingress.targetGroupArn)) removeTarget(transaction, target)
  if (store.table(targetGroups).get(ingress.targetGroupArn) !== undefined) transaction.remove(targetGroups, ingress.targetGroupArn)
  const isLast = store.table(expressServices).count('loadBalancer', ingress.loadBalancerArn) === 0
  if (isLast && store.table(loadBalancers).get(ingress.loadBalancerArn) !== undefined) {
    const own = [...store.table(listeners).by('loadBalancer', ingress.loadBalancerArn)]
    groups.push(...own.flatMap(listener => removeListener({ store }, transaction, listener)))
    transaction.remove(loadBalancers, ingress.loadBalancerArn)
  }
  return [{ loadBalancerArn: ingress.loadBalancerArn, targetGroupArns: [...new Set(groups)] }]
}

function removeScaling(store: Store, transaction: Transaction, serviceArn: string): void {
  const { account = '', region = '' } = parseArn(serviceArn) ?? {}
  const { clusterName, serviceName } = namesInServiceArn(serviceArn)
  const key = targetKey(scopeOf(account, region), scalingNames(clusterName, serviceName))
  if (store.table(scalableTargets).get(key) === undefined) return
  const policies = [...store.table(scalingPolicies).by('target', key)]
  const actions = [...store.table(scheduledActions).by('target', key)]
  for (const policy of policies) transaction.remove(scalingPolicies, scalingPolicies.key(policy))
  for (const action of actions) transaction.remove(scheduledActions, scheduledActions.key(action))
  transaction.remove(scalableTargets, key)
}
