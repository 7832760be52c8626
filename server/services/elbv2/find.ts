// Looks rows up by ARN, and says in AWS' words that there is none. Resources of other accounts and regions are as good as absent.
import { ServiceError } from '../../aws/errors.ts'
import { type ResourceKind, isAt, kindOfArn } from '../../domain/elbv2/arns.ts'
import { validationError } from '../../domain/elbv2/refusals.ts'
import {
  type ListenerRow,
  type LoadBalancerRow,
  type RuleRow,
  type TargetGroupRow,
  type TrustStoreRow,
  listeners,
  loadBalancers,
  rules,
  targetGroups,
  trustStores,
} from '../../store/elbv2-tables.ts'
import type { Table } from '../../store/store.ts'
import type { Elbv2Context } from './context.ts'

type Finding = Pick<Elbv2Context, 'store' | 'account' | 'region'>

const missing: Readonly<Record<ResourceKind, readonly [code: string, message: string]>> = {
  'load balancer': ['LoadBalancerNotFoundException', 'One or more load balancers not found'],
  listener: ['ListenerNotFoundException', 'One or more listeners not found'],
  'listener rule': ['RuleNotFoundException', 'One or more rules not found'],
  'target group': ['TargetGroupNotFoundException', 'One or more target groups not found'],
  'trust store': ['TrustStoreNotFoundException', 'One or more trust stores not found'],
}

export const notFound = (kind: ResourceKind): ServiceError => new ServiceError(...missing[kind])

/** Throws ValidationError for a text that is no ARN of such a resource. */
export function checkArn(kind: ResourceKind, arn: string): void {
  if (kindOfArn(arn) !== kind) throw validationError(`'${arn}' is not a valid ${kind} ARN`)
}

function find<Row extends object>(context: Finding, kind: ResourceKind, table: Table<Row>, arn: string): Row {
  checkArn(kind, arn)
  const row = isAt(arn, context) ? table.get(arn) : undefined
  if (row === undefined) throw notFound(kind)
  return row
}

/** Each throws ValidationError for what is no ARN of its kind, and its kind's NotFound. */
export const findLoadBalancer = (context: Finding, arn: string): LoadBalancerRow =>
  find(context, 'load balancer', context.store.table(loadBalancers), arn)

export const findListener = (context: Finding, arn: string): ListenerRow => find(context, 'listener', context.store.table(listeners), arn)

export const findRule = (context: Finding, arn: string): RuleRow => find(context, 'listener rule', context.store.table(rules), arn)

export const findTargetGroup = (context: Finding, arn: string): TargetGroupRow =>
  find(context, 'target group', context.store.table(targetGroups), arn)

export const findTrustStore = (context: Finding, arn: string): TrustStoreRow =>
  find(context, 'trust store', context.store.table(trustStores), arn)
