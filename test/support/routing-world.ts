import type { Action, Listener, LoadBalancerTypeEnum, Rule, TargetHealthStateEnum } from '../../server/aws/generated/elbv2.ts'
import type { TrustedClients } from '../../server/domain/elbv2/routing/client-certificates.ts'
import type { CertificatePair } from '../../server/domain/elbv2/routing/dynamic-configuration.ts'
import type { RegisteredTarget } from '../../server/domain/elbv2/routing/eligible-targets.ts'
import type { RoutingState } from '../../server/domain/elbv2/routing/routing-state.ts'
import type { ListenerRow, LoadBalancerRow, RuleRow, TargetGroupRow, TargetRow } from '../../server/store/elbv2-tables.ts'

const scope = '000000000000/us-east-1'
const arn = (resource: string): string => `arn:aws:elasticloadbalancing:us-east-1:000000000000:${resource}`

/** An id of 16 digits of a small number. */
const hex = (number: number): string => number.toString(16).padStart(16, '0')

export const groupArn = (number: number): string => arn(`targetgroup/g${number}/${hex(number)}`)

export const aTargetGroup = (
  number = 1,
  targetGroup: Partial<TargetGroupRow['targetGroup']> = {},
  attributes: Readonly<Record<string, string>> = {},
): TargetGroupRow => ({
  scope,
  targetGroup: {
    TargetGroupName: `g${number}`,
    TargetType: 'ip',
    HealthCheckEnabled: true,
    Protocol: 'HTTP',
    ProtocolVersion: 'HTTP1',
    Port: 80,
    ...targetGroup,
    TargetGroupArn: groupArn(number),
  },
  attributes,
  tags: [],
})

/** `initial` is what a target is before its first check. */
export const aTarget = (
  id: string,
  state: TargetHealthStateEnum = 'initial',
  row: Partial<TargetRow> = {},
  Port = 80,
): RegisteredTarget => {
  const target = { Id: id, Port }
  return {
    row: { targetGroupArn: groupArn(1), target, registeredAt: 0, ...row },
    health: state === 'initial' ? undefined : { targetGroupArn: groupArn(1), target, state, since: 0 },
  }
}

export interface ListenerOf {
  readonly port: number
  readonly protocol?: Listener['Protocol']
  readonly certificate?: string
  readonly mutual?: Listener['MutualAuthentication']
  readonly sslPolicy?: string
  readonly alpnPolicy?: string
  readonly attributes?: Readonly<Record<string, string>>
  /** The gateway's; undefined: none yet. */
  readonly entryPort?: number | undefined
  /** In order; the last is the default rule. */
  readonly rules: readonly Pick<Rule, 'Conditions' | 'Actions' | 'Transforms'>[]
}

export interface World {
  readonly type?: LoadBalancerTypeEnum
  readonly attributes?: Readonly<Record<string, string>>
  readonly listeners: readonly ListenerOf[]
  readonly groups?: readonly { readonly row: TargetGroupRow; readonly targets: readonly RegisteredTarget[] }[]
  readonly instances?: Readonly<Record<string, string>>
  readonly certificates?: Readonly<Record<string, CertificatePair>>
  readonly trustStores?: Readonly<Record<string, TrustedClients>>
  readonly now?: number
  /** When the configuration said that it will be another one. */
  readonly changes?: number[]
}

export const forwardTo = (...weights: readonly (readonly [group: number, weight: number])[]): Action => ({
  Type: 'forward',
  ForwardConfig: { TargetGroups: weights.map(([group, Weight]) => ({ TargetGroupArn: groupArn(group), Weight })) },
})

/** A load balancer called `web`. */
export const aLoadBalancer = (
  type: LoadBalancerTypeEnum = 'application',
  attributes: Readonly<Record<string, string>> = {},
): LoadBalancerRow => ({
  scope,
  loadBalancer: {
    LoadBalancerArn: arn(`loadbalancer/${type === 'application' ? 'app' : 'net'}/web/${hex(1)}`),
    LoadBalancerName: 'web',
    DNSName: `web-${hex(1)}.us-east-1.elb.localhost.localstack.cloud`,
    Type: type,
    State: { Code: 'active' },
  },
  subnetMappings: [],
  isNetworkKnown: false,
  attributes,
  tags: [],
})

/** A state with one load balancer, `web`. */
export const routingWorld = (world: World): RoutingState => {
  const type = world.type ?? 'application'
  const segment = type === 'application' ? 'app' : 'net'
  const balancer = aLoadBalancer(type, world.attributes)
  const balancerArn = balancer.loadBalancer.LoadBalancerArn
  const listenerArn = (at: number): string => arn(`listener/${segment}/web/${hex(1)}/${hex(at + 1)}`)
  const ruleArn = (at: number, rule: number): string =>
    arn(`listener-rule/${segment}/web/${hex(1)}/${hex(at + 1)}/${hex((at + 1) * 100 + rule)}`)
  const listeners = world.listeners.map(({ port, protocol = 'HTTP', attributes = {}, rules, ...secure }, at): ListenerRow => ({
    scope,
    listener: {
      ListenerArn: listenerArn(at),
      LoadBalancerArn: balancerArn,
      Port: port,
      Protocol: protocol,
      ...(secure.certificate === undefined ? {} : { Certificates: [{ CertificateArn: secure.certificate }] }),
      ...(secure.mutual === undefined ? {} : { MutualAuthentication: secure.mutual }),
      ...(secure.sslPolicy === undefined ? {} : { SslPolicy: secure.sslPolicy }),
      ...(secure.alpnPolicy === undefined ? {} : { AlpnPolicy: [secure.alpnPolicy] }),
    },
    defaultRuleArn: ruleArn(at, rules.length - 1),
    certificates: [],
    attributes,
    tags: [],
  }))
  const rulesOf = (of: string): readonly RuleRow[] =>
    world.listeners.flatMap(({ rules }, at) =>
      listenerArn(at) !== of
        ? []
        : rules.map((rule, position) => ({
            scope,
            listenerArn: of,
            loadBalancerArn: balancerArn,
            rule: {
              ...rule,
              RuleArn: ruleArn(at, position),
              Priority: position === rules.length - 1 ? 'default' : String(position + 1),
              IsDefault: position === rules.length - 1,
            },
            tags: [],
          })),
    )
  const groups = new Map((world.groups ?? []).map(group => [group.row.targetGroup.TargetGroupArn, group]))
  return {
    loadBalancers: [balancer],
    listenersOf: of => (of === balancerArn ? listeners : []),
    rulesOf,
    targetGroup: of => groups.get(of)?.row,
    targetsOf: of => groups.get(of)?.targets ?? [],
    entryPort: of => world.listeners.find((_, at) => listenerArn(at) === of)?.entryPort,
    instanceAddress: id => world.instances?.[id],
    certificate: of => world.certificates?.[of],
    connectEndpoints: [],
    trustedClients: of => world.trustStores?.[of],
    now: world.now ?? 0,
    changesAt: at => void world.changes?.push(at),
  }
}
