// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
import type { TargetGroup } from '../../aws/generated/elbv2.ts'
import { type AttributeRule, type AttributeRules, type CheckValue, oneOf, trueOrFalse, wholeNumber } from './attributes.ts'
import { invalidConfiguration, validationError } from './refusals.ts'
import { type TargetGroupFamily, familyOf, isUdp } from './target-group-family.ts'

type Subject = Pick<TargetGroup, 'TargetType' | 'Protocol'>

const aWeek = 604_800

const deregistrationDelay: AttributeRule = { key: 'deregistration_delay.timeout_seconds', default: '300', check: wholeNumber(0, 3600) }
const sticky: AttributeRule = { key: 'stickiness.enabled', default: 'false', check: trueOrFalse }

/** The message that AWS has for a type of stickiness names it so. */
const stickinessType = (value: string, ...values: readonly string[]): AttributeRule => ({
  key: 'stickiness.type',
  default: value,
  check: given => (values.includes(given) ? undefined : `'Stickiness type' must be one of [${values.join(', ')}]`),
})

const crossZone: AttributeRule = {
  key: 'load_balancing.cross_zone.enabled',
  default: 'use_load_balancer_configuration',
  check: oneOf('true', 'false', 'use_load_balancer_configuration'),
}

const minimum = (kind: string, unit: 'count' | 'percentage', check: CheckValue): AttributeRule => ({
  key: `target_group_health.${kind}.minimum_healthy_targets.${unit}`,
  default: unit === 'count' ? '1' : 'off',
  check,
})

const mostTargets = 1000
const groupHealth: readonly AttributeRule[] = [
  minimum('unhealthy_state_routing', 'count', wholeNumber(1, mostTargets)),
  minimum('unhealthy_state_routing', 'percentage', wholeNumber(1, 100, 'off')),
  minimum('dns_failover', 'count', wholeNumber(1, mostTargets, 'off')),
  minimum('dns_failover', 'percentage', wholeNumber(1, 100, 'off')),
]

const cookieName: CheckValue = value =>
  value.startsWith('AWSALB')
    ? `The cookie name '${value}' cannot begin with 'AWSALB', which is reserved for use by the load balancer`
    : undefined

const applicationRules: readonly AttributeRule[] = [
  sticky,
  deregistrationDelay,
  stickinessType('lb_cookie', 'app_cookie', 'lb_cookie'),
  { key: 'stickiness.lb_cookie.duration_seconds', default: '86400', check: wholeNumber(1, aWeek) },
  { key: 'stickiness.app_cookie.cookie_name', default: '', check: cookieName },
  { key: 'stickiness.app_cookie.duration_seconds', default: '86400', check: wholeNumber(1, aWeek) },
  { key: 'slow_start.duration_seconds', default: '0', check: wholeNumber(30, 900, '0') },
  {
    key: 'load_balancing.algorithm.type',
    default: 'round_robin',
    check: oneOf('round_robin', 'least_outstanding_requests', 'weighted_random'),
  },
  { key: 'load_balancing.algorithm.anomaly_mitigation', default: 'off', check: oneOf('on', 'off') },
  crossZone,
  ...groupHealth,
]

/** AWS preserves clients' addresses but for targets by address under TCP and TLS. */
const preservesClientIp = ({ TargetType, Protocol }: Subject): boolean =>
  !(TargetType === 'ip' && (Protocol === 'TCP' || Protocol === 'TLS'))

const networkRules = (subject: Subject): readonly AttributeRule[] => [
  sticky,
  deregistrationDelay,
  stickinessType('source_ip', 'source_ip'),
  { key: 'deregistration_delay.connection_termination.enabled', default: String(isUdp(subject.Protocol)), check: trueOrFalse },
  { key: 'preserve_client_ip.enabled', default: String(preservesClientIp(subject)), check: trueOrFalse },
  { key: 'proxy_protocol_v2.enabled', default: 'false', check: trueOrFalse },
  crossZone,
  ...groupHealth,
  {
    key: 'target_health_state.unhealthy.connection_termination.enabled',
    default: String(!isUdp(subject.Protocol)),
    check: trueOrFalse,
  },
  { key: 'target_health_state.unhealthy.draining_interval_seconds', default: '0', check: wholeNumber(0, 360_000) },
]

const failover = oneOf('rebalance', 'no_rebalance')

const gatewayRules: readonly AttributeRule[] = [
  sticky,
  deregistrationDelay,
  stickinessType('source_ip_dest_ip_proto', 'source_ip_dest_ip_proto', 'source_ip_dest_ip'),
  { key: 'target_failover.on_deregistration', default: 'no_rebalance', check: failover },
  { key: 'target_failover.on_unhealthy', default: 'no_rebalance', check: failover },
]

const lambdaRules: readonly AttributeRule[] = [
  sticky,
  stickinessType('lb_cookie', 'app_cookie', 'lb_cookie'),
  { key: 'stickiness.lb_cookie.duration_seconds', default: '86400', check: wholeNumber(1, aWeek) },
  { key: 'lambda.multi_value_headers.enabled', default: 'false', check: trueOrFalse },
]

const known = new Set([...applicationRules, ...networkRules({}), ...gatewayRules, ...lambdaRules].map(({ key }) => key))

const rulesOf: Readonly<Record<TargetGroupFamily, (subject: Subject) => readonly AttributeRule[]>> = {
  application: () => applicationRules,
  network: networkRules,
  gateway: () => gatewayRules,
  lambda: () => lambdaRules,
}

/** What a target group has as attributes. */
export const targetGroupAttributeRules = (subject: Subject): AttributeRules => ({
  subject: 'Target group',
  rules: rulesOf[familyOf(subject)](subject),
  known,
  kind: subject.TargetType === 'lambda' ? "target groups with target type 'lambda'" : `target groups with protocol '${subject.Protocol}'`,
})

/** Throws for attributes that do not go together; `values` are all that there are. */
export function checkTargetGroupAttributes(subject: Subject, values: ReadonlyMap<string, string>): void {
  const is = (key: string, value: string): boolean => values.get(key) === value
  if (is('stickiness.enabled', 'true') && is('stickiness.type', 'app_cookie') && !values.get('stickiness.app_cookie.cookie_name')) {
    throw validationError("You must set an application cookie name to enable stickiness of type 'app_cookie'")
  }
  const isWeighted = is('load_balancing.algorithm.type', 'weighted_random')
  if (is('load_balancing.algorithm.anomaly_mitigation', 'on') && !isWeighted) {
    throw invalidConfiguration(
      "'load_balancing.algorithm.anomaly_mitigation' can only be 'on' when 'load_balancing.algorithm.type' is 'weighted_random'",
    )
  }
  if (
    Number(values.get('slow_start.duration_seconds') ?? 0) > 0 &&
    values.has('load_balancing.algorithm.type') &&
    !is('load_balancing.algorithm.type', 'round_robin')
  ) {
    throw invalidConfiguration("'slow_start.duration_seconds' can only be set when 'load_balancing.algorithm.type' is 'round_robin'")
  }
  if (isUdp(subject.Protocol) && is('preserve_client_ip.enabled', 'false')) {
    throw invalidConfiguration(`Client IP preservation cannot be disabled for target groups with protocol '${subject.Protocol}'`)
  }
  const terminates = 'target_health_state.unhealthy.connection_termination.enabled'
  if (isUdp(subject.Protocol) && is(terminates, 'true')) {
    throw invalidConfiguration(`'${terminates}' cannot be enabled for target groups with protocol '${subject.Protocol}'`)
  }
  const interval = 'target_health_state.unhealthy.draining_interval_seconds'
  if (is(terminates, 'true') && !is(interval, '0')) {
    throw invalidConfiguration(`'${interval}' can only be set when '${terminates}' is 'false'`)
  }
  if (values.get('target_failover.on_deregistration') !== values.get('target_failover.on_unhealthy')) {
    throw invalidConfiguration("'target_failover.on_deregistration' and 'target_failover.on_unhealthy' must have the same value")
  }
}
