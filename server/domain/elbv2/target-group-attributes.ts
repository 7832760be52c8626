// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html
import type { TargetGroup } from '../../aws/generated/elbv2.ts'
import {
  type AttributeRule,
  type AttributeRules,
  type CheckValue,
  isOneOf,
  isWithin,
  oneOf,
  trueOrFalse,
  wholeNumber,
} from './attributes.ts'
import { invalidConfiguration, validationError } from './refusals.ts'
import { type TargetGroupFamily, familyOf, isUdp } from './target-group-family.ts'

type Subject = Pick<TargetGroup, 'TargetType' | 'Protocol'>

const aWeek = 604_800

const deregistrationDelay: AttributeRule = { key: 'deregistration_delay.timeout_seconds', default: '300', check: wholeNumber(0, 3600) }
const sticky: AttributeRule = { key: 'stickiness.enabled', default: 'false', check: trueOrFalse }

const ofApplications = ['app_cookie', 'lb_cookie']
const ofNetworks = ['source_ip']
const ofGateways = ['source_ip_dest_ip_proto', 'source_ip_dest_ip']
const stickinessTypes = [...ofApplications, ...ofNetworks, ...ofGateways]

/** The message that AWS has for a type of stickiness that is none names it so; another's is told by the protocol. */
const stickinessType = (value: string, values: readonly string[], protocol: string | undefined): AttributeRule => ({
  key: 'stickiness.type',
  default: value,
  check: given => {
    if (values.includes(given)) return undefined
    return stickinessTypes.includes(given) && protocol !== undefined
      ? `Stickiness type '${given}' is not supported for target groups with the ${protocol} protocol`
      : `'Stickiness type' must be one of [${values.join(', ')}]`
  },
})

const crossZoneValues = ['use_load_balancer_configuration', 'true', 'false']
const crossZone: AttributeRule = {
  key: 'load_balancing.cross_zone.enabled',
  default: 'use_load_balancer_configuration',
  check: (value, key) => (crossZoneValues.includes(value) ? undefined : `'${key}' must be one of ${crossZoneValues.join(',')}`),
}

const minimum = (kind: string, unit: 'count' | 'percentage', check: CheckValue): AttributeRule => ({
  key: `target_group_health.${kind}.minimum_healthy_targets.${unit}`,
  default: unit === 'count' ? '1' : 'off',
  check,
})

const mostTargets = 1000
const count: CheckValue = (value, key) => (isWithin(value, 1, mostTargets) ? undefined : `The value of '${key}' must be a positive integer`)
const countOrOff: CheckValue = (value, key) =>
  value === 'off' || isWithin(value, 1, mostTargets) ? undefined : `The value of '${key}' must be 'off' or a positive integer`
const percentage: CheckValue = (value, key) => {
  if (value === 'off' || isWithin(value, 1, 100)) return undefined
  const isTooMuch = /^\d{1,9}$/.test(value) && Number(value) > 100
  return isTooMuch
    ? `'${key}' must be 'off' or an integer from 1 to 100 inclusive`
    : `The value of '${key}' must be 'off' or a positive integer`
}
const groupHealth: readonly AttributeRule[] = [
  minimum('unhealthy_state_routing', 'count', count),
  minimum('unhealthy_state_routing', 'percentage', percentage),
  minimum('dns_failover', 'count', countOrOff),
  minimum('dns_failover', 'percentage', percentage),
]

const cookieName: CheckValue = value =>
  value.startsWith('AWSALB')
    ? `The cookie name '${value}' cannot begin with 'AWSALB', which is reserved for use by the load balancer`
    : undefined

const algorithms = ['round_robin', 'weighted_random', 'least_outstanding_requests']
const algorithm: CheckValue = value =>
  algorithms.includes(value) ? undefined : `'Load balancer algorithm' must be one of [${algorithms.join(', ')}]`

const applicationRules = ({ Protocol }: Subject): readonly AttributeRule[] => [
  sticky,
  deregistrationDelay,
  stickinessType('lb_cookie', ofApplications, Protocol),
  { key: 'stickiness.lb_cookie.duration_seconds', default: '86400', check: wholeNumber(1, aWeek) },
  { key: 'stickiness.app_cookie.cookie_name', default: '', check: cookieName },
  { key: 'stickiness.app_cookie.duration_seconds', default: '86400', check: wholeNumber(1, aWeek) },
  { key: 'slow_start.duration_seconds', default: '0', check: wholeNumber(30, 900, '0') },
  { key: 'load_balancing.algorithm.type', default: 'round_robin', check: algorithm },
  { key: 'load_balancing.algorithm.anomaly_mitigation', default: 'off', check: oneOf('off', 'on') },
  crossZone,
  ...groupHealth,
]

/** AWS preserves clients' addresses but for targets by address under TCP and TLS. */
const preservesClientIp = ({ TargetType, Protocol }: Subject): boolean =>
  !(TargetType === 'ip' && (Protocol === 'TCP' || Protocol === 'TLS'))

const networkRules = (subject: Subject): readonly AttributeRule[] => [
  sticky,
  deregistrationDelay,
  stickinessType('source_ip', ofNetworks, subject.Protocol),
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

const failover = isOneOf('rebalance', 'no_rebalance')

const gatewayRules: readonly AttributeRule[] = [
  sticky,
  deregistrationDelay,
  { key: 'stickiness.type', default: 'source_ip_dest_ip_proto', check: isOneOf(...ofGateways) },
  { key: 'target_failover.on_deregistration', default: 'no_rebalance', check: failover },
  { key: 'target_failover.on_unhealthy', default: 'no_rebalance', check: failover },
]

const lambdaRules: readonly AttributeRule[] = [
  sticky,
  stickinessType('lb_cookie', ofApplications, undefined),
  { key: 'stickiness.lb_cookie.duration_seconds', default: '86400', check: wholeNumber(1, aWeek) },
  { key: 'lambda.multi_value_headers.enabled', default: 'false', check: trueOrFalse },
]

const known = new Set([...applicationRules({}), ...networkRules({}), ...gatewayRules, ...lambdaRules].map(({ key }) => key))

const rulesOf: Readonly<Record<TargetGroupFamily, (subject: Subject) => readonly AttributeRule[]>> = {
  application: applicationRules,
  network: networkRules,
  gateway: () => gatewayRules,
  lambda: () => lambdaRules,
}

/** What a target group has as attributes. */
export const targetGroupAttributeRules = (subject: Subject): AttributeRules => ({
  subject: 'Target group',
  rules: rulesOf[familyOf(subject)](subject),
  known,
  ofOthers: key =>
    `A target group with ${subject.TargetType === 'lambda' ? "target type 'lambda'" : `${subject.Protocol} protocol`} does not support the attribute ${key}`,
})

/** Throws for attributes that do not go together; `values` are all that there are. */
export function checkTargetGroupAttributes(subject: Subject, values: ReadonlyMap<string, string>): void {
  const is = (key: string, value: string): boolean => values.get(key) === value
  if (is('stickiness.enabled', 'true') && is('stickiness.type', 'app_cookie') && !values.get('stickiness.app_cookie.cookie_name')) {
    throw validationError("You must set an application cookie name to enable stickiness of type 'app_cookie'")
  }
  const chosen = values.get('load_balancing.algorithm.type') ?? 'round_robin'
  if (is('load_balancing.algorithm.anomaly_mitigation', 'on') && chosen !== 'weighted_random') {
    throw invalidConfiguration(`You cannot enable both anomaly mitigation and ${chosen.replaceAll('_', ' ')} algorithm on a target group`)
  }
  if (
    Number(values.get('slow_start.duration_seconds') ?? 0) > 0 &&
    values.has('load_balancing.algorithm.type') &&
    !is('load_balancing.algorithm.type', 'round_robin')
  ) {
    throw invalidConfiguration("'slow_start.duration_seconds' can only be set when 'load_balancing.algorithm.type' is 'round_robin'")
  }
  if (isUdp(subject.Protocol) && is('preserve_client_ip.enabled', 'false')) {
    throw invalidConfiguration('preserve_client_ip.enabled cannot be false if the target group protocol is UDP or TCP_UDP.')
  }
  const terminates = 'target_health_state.unhealthy.connection_termination.enabled'
  if (isUdp(subject.Protocol) && is(terminates, 'true')) {
    throw invalidConfiguration(`'${terminates}' cannot be enabled for target groups with protocol '${subject.Protocol}'`)
  }
  const interval = 'target_health_state.unhealthy.draining_interval_seconds'
  if (is(terminates, 'true') && !is(interval, '0')) {
    throw invalidConfiguration(`You cannot have both '${terminates}' and '${interval}' enabled on a target group`)
  }
  if (values.get('target_failover.on_deregistration') !== values.get('target_failover.on_unhealthy')) {
    throw invalidConfiguration(
      "Target group attribute keys 'target_failover.on_unhealthy' and 'target_failover.on_deregistration' must both be set to the same value for this target group",
    )
  }
  for (const unit of ['count', 'percentage']) {
    const least = (kind: string): number => Number(values.get(`target_group_health.${kind}.minimum_healthy_targets.${unit}`))
    // What is off is no number, and smaller than none.
    if (least('dns_failover') < least('unhealthy_state_routing')) {
      throw invalidConfiguration('DNS failover threshold must be greater than or equal to unhealthy state routing threshold')
    }
  }
}
