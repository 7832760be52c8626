// The tables of Elastic Load Balancing v2. What load balancers carry and what targets' health is are written by reconcilers;
// operations write the rest.
import type {
  Listener,
  LoadBalancer,
  LoadBalancerStateEnum,
  LoadBalancerTypeEnum,
  Rule,
  RevocationType,
  SubnetMapping,
  Tag,
  TargetDescription,
  TargetGroup,
  TargetHealthReasonEnum,
  TargetHealthStateEnum,
  TargetTypeEnum,
  TrustStore,
} from '../aws/generated/elbv2.ts'
import type { TableDefinition } from './store.ts'
import type { Scope } from './tables.ts'

/** Names are unique in an account's region. */
export const nameKey = (scope: Scope, name: string): string => `${scope}/${name}`

export interface LoadBalancerRow {
  readonly scope: Scope
  /** As DescribeLoadBalancers shows it. */
  readonly loadBalancer: LoadBalancer & {
    readonly LoadBalancerArn: string
    readonly LoadBalancerName: string
    readonly Type: LoadBalancerTypeEnum
    readonly State: { readonly Code: LoadBalancerStateEnum; readonly Reason?: string }
  }
  /** What it was asked for with, in the order given: subnets, and addresses in them. */
  readonly subnetMappings: readonly SubnetMapping[]
  /** Whether EC2 was asked for its subnets; else its VPC and its zones' names are made up. */
  readonly isNetworkKnown: boolean
  /** Those that were set; the others have their defaults. */
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: readonly Tag[]
  readonly capacity?: CapacityReservation
}

export interface CapacityReservation {
  /** Absent when the reservation was taken back. */
  readonly capacityUnits?: number
  /** Milliseconds. */
  readonly modifiedAt: number
  /** Milliseconds of each decrease of the last 24 hours: AWS allows two a day. */
  readonly decreasedAt: readonly number[]
}

/** Keyed by ARN. */
export const loadBalancers: TableDefinition<LoadBalancerRow, 'scope' | 'name'> = {
  name: 'elbv2_load_balancers',
  key: row => row.loadBalancer.LoadBalancerArn,
  indexes: {
    scope: row => row.scope,
    name: row => nameKey(row.scope, row.loadBalancer.LoadBalancerName),
  },
}

export interface TargetGroupRow {
  readonly scope: Scope
  /** As DescribeTargetGroups shows it, without LoadBalancerArns: these are read off `targetGroupUses`. */
  readonly targetGroup: TargetGroup & {
    readonly TargetGroupArn: string
    readonly TargetGroupName: string
    readonly TargetType: TargetTypeEnum
    readonly HealthCheckEnabled: boolean
  }
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: readonly Tag[]
}

/** Keyed by ARN. */
export const targetGroups: TableDefinition<TargetGroupRow, 'scope' | 'name'> = {
  name: 'elbv2_target_groups',
  key: row => row.targetGroup.TargetGroupArn,
  indexes: {
    scope: row => row.scope,
    name: row => nameKey(row.scope, row.targetGroup.TargetGroupName),
  },
}

export interface ListenerRow {
  readonly scope: Scope
  /** As DescribeListeners shows it, without DefaultActions: these are the default rule's. */
  readonly listener: Omit<Listener, 'DefaultActions'> & { readonly ListenerArn: string; readonly LoadBalancerArn: string }
  readonly defaultRuleArn: string
  /** ARNs of the certificates beside the default one, in the order in which they came. */
  readonly certificates: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: readonly Tag[]
}

/** Keyed by ARN. */
export const listeners: TableDefinition<ListenerRow, 'loadBalancer' | 'trustStore'> = {
  name: 'elbv2_listeners',
  key: row => row.listener.ListenerArn,
  indexes: {
    loadBalancer: row => row.listener.LoadBalancerArn,
    trustStore: row => row.listener.MutualAuthentication?.TrustStoreArn,
  },
}

/** At which of the gateway's ports a listener is reached. Written by the reconciler of load balancers; stays while the listener does. */
export interface ListenerPortRow {
  readonly listenerArn: string
  readonly loadBalancerArn: string
  readonly port: number
}

/** Keyed by the listener's ARN. */
export const listenerPorts: TableDefinition<ListenerPortRow, 'loadBalancer'> = {
  name: 'elbv2_listener_ports',
  key: row => row.listenerArn,
  indexes: { loadBalancer: row => row.loadBalancerArn },
}

export interface RuleRow {
  readonly scope: Scope
  readonly listenerArn: string
  readonly loadBalancerArn: string
  /** As DescribeRules shows it, but for secrets of actions, which only the load balancer reads. */
  readonly rule: Rule & { readonly RuleArn: string; readonly Priority: string; readonly IsDefault: boolean }
  readonly tags: readonly Tag[]
}

/**
 * A listener's rules in the order in which they are tried: by priority, the default rule last, for `d` is behind all digits.
 * The ARN tells apart rules that change places, of which two have the same priority for a moment.
 */
const ruleOrder = ({ listenerArn, rule }: RuleRow): string => `${listenerArn} ${orderedPriority(rule)} ${rule.RuleArn}`

const orderedPriority = ({ Priority, IsDefault }: RuleRow['rule']): string => (IsDefault ? Priority : Priority.padStart(5, '0'))

/** Keyed by ARN. */
export const rules: TableDefinition<RuleRow, 'listener'> = {
  name: 'elbv2_rules',
  key: row => row.rule.RuleArn,
  order: ruleOrder,
  indexes: { listener: row => row.listenerArn },
}

/** That a rule forwards to a target group. */
export interface TargetGroupUseRow {
  readonly targetGroupArn: string
  readonly ruleArn: string
  readonly listenerArn: string
  readonly loadBalancerArn: string
}

export const targetGroupUseKey = (targetGroupArn: string, ruleArn: string): string => `${targetGroupArn} ${ruleArn}`

/** Keyed by `targetGroupUseKey`. Always what the rules say. */
export const targetGroupUses: TableDefinition<TargetGroupUseRow, 'targetGroup' | 'rule' | 'loadBalancer'> = {
  name: 'elbv2_target_group_uses',
  key: row => targetGroupUseKey(row.targetGroupArn, row.ruleArn),
  indexes: { targetGroup: row => row.targetGroupArn, rule: row => row.ruleArn, loadBalancer: row => row.loadBalancerArn },
}

export interface TargetRow {
  readonly targetGroupArn: string
  /** With the port that it is reached at, whether given or the group's; without one for a Lambda function. */
  readonly target: TargetDescription
  /** The service's task that is registered; absent for what a user registered. */
  readonly taskArn?: string
  /** Milliseconds. */
  readonly registeredAt: number
  /** Milliseconds until which connections drain; absent while it is registered. The row is removed thereafter. */
  readonly drainingUntil?: number
}

/** A target is its id and port; a zone is but a property of it. */
export const targetKey = (targetGroupArn: string, target: TargetDescription): string =>
  `${targetGroupArn} ${target.Id} ${target.Port ?? ''}`

/** Keyed by `targetKey`. */
export const targets: TableDefinition<TargetRow, 'targetGroup' | 'id'> = {
  name: 'elbv2_targets',
  key: row => targetKey(row.targetGroupArn, row.target),
  indexes: { targetGroup: row => row.targetGroupArn, id: row => row.target.Id },
}

/**
 * What a target's health checks found. Written by the reconciler that checks them, removed with the target. A target
 * without a row was not checked yet.
 */
export interface TargetHealthRow {
  readonly targetGroupArn: string
  readonly target: TargetDescription
  readonly state: TargetHealthStateEnum
  readonly reason?: TargetHealthReasonEnum
  readonly description?: string
  /** Milliseconds. */
  readonly since: number
}

/** Keyed by `targetKey`. */
export const targetHealth: TableDefinition<TargetHealthRow, 'targetGroup'> = {
  name: 'elbv2_target_health',
  key: row => targetKey(row.targetGroupArn, row.target),
  indexes: { targetGroup: row => row.targetGroupArn },
}

/** Where a trust store's certificates or a revocation list lie: in the backend's S3. */
export interface S3Location {
  readonly bucket: string
  readonly key: string
  readonly version?: string
}

export interface TrustStoreRow {
  readonly scope: Scope
  /** As DescribeTrustStores shows it. */
  readonly trustStore: TrustStore & { readonly TrustStoreArn: string; readonly Name: string; readonly TotalRevokedEntries: number }
  readonly bundle: S3Location
  /** Ids of revocations are never used twice. */
  readonly lastRevocationId: number
  readonly tags: readonly Tag[]
}

/** Keyed by ARN. */
export const trustStores: TableDefinition<TrustStoreRow, 'scope' | 'name'> = {
  name: 'elbv2_trust_stores',
  key: row => row.trustStore.TrustStoreArn,
  indexes: { scope: row => row.scope, name: row => nameKey(row.scope, row.trustStore.Name) },
}

export interface TrustStoreRevocationRow {
  readonly trustStoreArn: string
  readonly revocationId: number
  readonly revocationType: RevocationType
  readonly numberOfRevokedEntries: number
  readonly content: S3Location
}

export const revocationKey = (trustStoreArn: string, revocationId: number): string =>
  `${trustStoreArn} ${String(revocationId).padStart(10, '0')}`

/** Keyed by `revocationKey`. */
export const trustStoreRevocations: TableDefinition<TrustStoreRevocationRow, 'trustStore'> = {
  name: 'elbv2_trust_store_revocations',
  key: row => revocationKey(row.trustStoreArn, row.revocationId),
  indexes: { trustStore: row => row.trustStoreArn },
}
