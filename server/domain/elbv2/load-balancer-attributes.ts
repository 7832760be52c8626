// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
import type { LoadBalancer, LoadBalancerTypeEnum } from '../../aws/generated/elbv2.ts'
import { type AttributeRule, type AttributeRules, type CheckValue, anyText, isOneOf, isWithin, trueOrFalse } from './attributes.ts'
import { invalidConfiguration } from './refusals.ts'

/** What attributes depend on. */
type Subject = Pick<LoadBalancer, 'Scheme' | 'IpAddressType'>

const logs = (prefix: string): readonly AttributeRule[] => [
  { key: `${prefix}.s3.enabled`, default: 'false', check: trueOrFalse },
  { key: `${prefix}.s3.bucket`, default: '', check: anyText },
  { key: `${prefix}.s3.prefix`, default: '', check: anyText },
]

const deletionProtection: AttributeRule = { key: 'deletion_protection.enabled', default: 'false', check: trueOrFalse }
const crossZone = (value: string): AttributeRule => ({ key: 'load_balancing.cross_zone.enabled', default: value, check: trueOrFalse })
const zonalShift: AttributeRule = { key: 'zonal_shift.config.enabled', default: 'false', check: trueOrFalse }
/** Only load balancers with IPv6 addresses show it. */
const igwTraffic = ({ Scheme, IpAddressType }: Subject): readonly AttributeRule[] =>
  IpAddressType === 'ipv4'
    ? []
    : [{ key: 'ipv6.deny_all_igw_traffic', default: Scheme === 'internal' ? 'true' : 'false', check: trueOrFalse }]

/** AWS counts these seconds as characters. */
const idleTimeout: CheckValue = (value, key) => {
  if (isWithin(value, 1, 4000)) return undefined
  if (!/^-?\d{1,9}$/.test(value)) return `The value of '${key}' must be an integer between 1 and 4000`
  return `The value of '${key}' cannot be ${Number(value) < 1 ? 'less than 1' : 'greater than 4000'} characters`
}

const keepAlive: CheckValue = (value, key) =>
  isWithin(value, 60, 604_800) ? undefined : `The value of '${key}' must be an integer between 60 and 604800`

const xffModes = ['append', 'preserve', 'remove']
const xffMode: CheckValue = (value, key) =>
  xffModes.includes(value) ? undefined : `'${key}' must be set as 'preserve', 'append', or 'remove'`

const applicationRules = (subject: Subject): readonly AttributeRule[] => [
  ...logs('access_logs'),
  ...logs('health_check_logs'),
  { key: 'idle_timeout.timeout_seconds', default: '60', check: idleTimeout },
  deletionProtection,
  { key: 'routing.http2.enabled', default: 'true', check: trueOrFalse },
  { key: 'routing.http.drop_invalid_header_fields.enabled', default: 'false', check: trueOrFalse },
  { key: 'routing.http.xff_client_port.enabled', default: 'false', check: trueOrFalse },
  { key: 'routing.http.preserve_host_header.enabled', default: 'false', check: trueOrFalse },
  { key: 'routing.http.xff_header_processing.mode', default: 'append', check: xffMode },
  crossZone('true'),
  { key: 'routing.http.desync_mitigation_mode', default: 'defensive', check: isOneOf('defensive', 'monitor', 'strictest') },
  { key: 'client_keep_alive.seconds', default: '3600', check: keepAlive },
  { key: 'waf.fail_open.enabled', default: 'false', check: trueOrFalse },
  { key: 'routing.http.x_amzn_tls_version_and_cipher_suite.enabled', default: 'false', check: trueOrFalse },
  zonalShift,
  ...logs('connection_logs'),
  ...igwTraffic(subject),
]

const affinities = ['availability_zone_affinity', 'partial_availability_zone_affinity', 'any_availability_zone']
const clientRouting: CheckValue = (value, key) => (affinities.includes(value) ? undefined : `'${value}' is not a valid value for '${key}'`)

const secondaryAddresses: CheckValue = value =>
  isWithin(value, 0, 7) ? undefined : "Valid range for the number of secondary IP addresses is from '0-7'"

const networkRules = (subject: Subject): readonly AttributeRule[] => [
  ...logs('access_logs'),
  deletionProtection,
  crossZone('false'),
  { key: 'dns_record.client_routing_policy', default: 'any_availability_zone', check: clientRouting },
  zonalShift,
  { key: 'secondary_ips.auto_assigned.per_subnet', default: '0', check: secondaryAddresses },
  ...igwTraffic(subject),
]

const gatewayRules: readonly AttributeRule[] = [deletionProtection, crossZone('false')]

const known = new Set([...applicationRules({}), ...networkRules({})].map(({ key }) => key))

/** What load balancers of a type have as attributes, in AWS' order. */
export function loadBalancerAttributeRules(type: LoadBalancerTypeEnum, subject: Subject): AttributeRules {
  const rules = { application: applicationRules, network: networkRules, gateway: () => gatewayRules }[type](subject)
  return { subject: 'Load balancer', rules, known }
}

/** Throws InvalidConfigurationRequest for attributes that do not go together; `values` are all that are set. */
export function checkLoadBalancerAttributes(
  type: LoadBalancerTypeEnum,
  values: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
): void {
  for (const kind of ['access', 'connection', 'health_check']) {
    const bucket = `${kind}_logs.s3.bucket`
    if (values[`${kind}_logs.s3.enabled`] === 'true' && !values[bucket]) {
      throw invalidConfiguration(`The key '${bucket}' must set in order to enable ${kind.replace('_', ' ')} logs`)
    }
  }
  if (type === 'application' && values['load_balancing.cross_zone.enabled'] === 'false') {
    throw invalidConfiguration("The value for 'load_balancing.cross_zone.enabled' must always be 'true' for an Application Load Balancer")
  }
  const addresses = 'secondary_ips.auto_assigned.per_subnet'
  if (Number(values[addresses] ?? 0) < Number(before[addresses] ?? 0)) {
    throw invalidConfiguration(`The value for '${addresses}' cannot be decreased`)
  }
}
