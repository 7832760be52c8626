// What an instance's attributes may be. The texts are AWS's where they were recorded.
import { isIPv4, isIPv6 } from 'node:net'
import type { RecordType } from '../../aws/generated/servicediscovery.ts'
import type { DiscoveryServiceRow, NamespaceRow } from '../../store/servicediscovery-tables.ts'
import { refuseIf } from './errors.ts'

type Attributes = Readonly<Record<string, string>>

const known: ReadonlySet<string> = new Set([
  'AWS_ALIAS_DNS_NAME',
  'AWS_EC2_INSTANCE_ID',
  'AWS_INIT_HEALTH_STATUS',
  'AWS_INSTANCE_CNAME',
  'AWS_INSTANCE_IPV4',
  'AWS_INSTANCE_IPV6',
  'AWS_INSTANCE_PORT',
])
const mostCustom = 30
const mostCharacters = 5_000

const requiredBy: Readonly<Record<RecordType, readonly string[]>> = {
  A: ['AWS_INSTANCE_IPV4'],
  AAAA: ['AWS_INSTANCE_IPV6'],
  CNAME: ['AWS_INSTANCE_CNAME'],
  SRV: ['AWS_INSTANCE_PORT'],
}

/** Throws InvalidInput for attributes that an instance of the service cannot have. */
export function checkInstance(attributes: Attributes, row: DiscoveryServiceRow, { namespace }: NamespaceRow): void {
  checkNames(attributes)
  checkValues(attributes)
  checkEc2(attributes, namespace.Type)
  const { DnsConfig: dns, HealthCheckConfig: check } = row.service
  if (attributes['AWS_ALIAS_DNS_NAME'] !== undefined) {
    refuseIf(dns?.RoutingPolicy !== 'WEIGHTED', 'ALIAS instance can be registered only in services with WEIGHTED routing policy')
    return
  }
  checkRecords(attributes, dns?.DnsRecords.map(record => record.Type) ?? [])
  if (check !== undefined) checkReachable(attributes)
}

function checkNames(attributes: Attributes): void {
  const names = Object.keys(attributes)
  const reserved = names.filter(name => /^aws_/i.test(name) && !known.has(name))
  refuseIf(reserved.length > 0, `Invalid attribute: [${reserved.join(', ')}]. [aws_] prefix is reserved for AWS attributes.`)
  const custom = names.filter(name => !known.has(name))
  refuseIf(custom.length > mostCustom, `Too many attributes provided: [${custom.join(', ')}]. The current limit is ${mostCustom}`)
  const characters = Object.entries(attributes).reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  refuseIf(
    characters > mostCharacters,
    `Instance attributes too large. Maximum allowed size of all attributes is ${mostCharacters} characters.`,
  )
}

function checkValues(attributes: Attributes): void {
  const { AWS_INIT_HEALTH_STATUS: health, AWS_INSTANCE_IPV4: ipv4, AWS_INSTANCE_IPV6: ipv6, AWS_INSTANCE_PORT: port } = attributes
  refuseIf(
    health !== undefined && health !== 'HEALTHY' && health !== 'UNHEALTHY',
    `No enum constant com.amazon.route53.autonaming.model.InitHealthStatus.${health ?? ''}`,
  )
  refuseIf(ipv4 !== undefined && !isIPv4(ipv4), `AWS_INSTANCE_IPV4 ${ipv4 ?? ''} is not a valid IPv4 address.`)
  refuseIf(ipv6 !== undefined && !isIPv6(ipv6), `AWS_INSTANCE_IPV6 ${ipv6 ?? ''} is not a valid IPv6 address.`)
  refuseIf(
    port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) <= 65_535),
    `AWS_INSTANCE_PORT ${port ?? ''} is not a valid port: it must be an integer from 0 to 65535.`,
  )
}

function checkEc2(attributes: Attributes, namespaceType: string): void {
  if (attributes['AWS_EC2_INSTANCE_ID'] === undefined) return
  refuseIf(
    namespaceType !== 'HTTP',
    `AWS_EC2_INSTANCE_ID provided in namespace type ${namespaceType}. It is only supported in HTTP namespace`,
  )
  const companions = Object.keys(attributes).filter(
    name => known.has(name) && name !== 'AWS_EC2_INSTANCE_ID' && name !== 'AWS_INIT_HEALTH_STATUS',
  )
  refuseIf(
    companions.length > 0,
    `Invalid combination of attributes received. AWS_EC2_INSTANCE_ID is not supported with [${companions.join(', ')}].`,
  )
}

function checkRecords(attributes: Attributes, types: readonly RecordType[]): void {
  const missing = [...new Set(types.flatMap(type => requiredBy[type]))].filter(name => attributes[name] === undefined)
  refuseIf(missing.length > 0, `Required attribute(s) ${missing.join(', ')} are missing.`)
  const hasAddress = attributes['AWS_INSTANCE_IPV4'] !== undefined || attributes['AWS_INSTANCE_IPV6'] !== undefined
  refuseIf(types.includes('SRV') && !hasAddress, 'At least one of AWS_INSTANCE_IPV4 AWS_INSTANCE_IPV6 is required.')
}

/** Route 53 asks the instance from the internet. */
function checkReachable(attributes: Attributes): void {
  const { AWS_INSTANCE_IPV4: ipv4, AWS_INSTANCE_PORT: port } = attributes
  refuseIf(port === undefined, 'A port must be supplied in order to register this instance.')
  refuseIf(ipv4 !== undefined && isNotRoutable(ipv4), `IPv4 address ${ipv4 ?? ''} is forbidden for healthChecks`)
}

/** Private, local and multicast addresses: RFC 6890. */
function isNotRoutable(ipv4: string): boolean {
  const [first = 0, second = 0] = ipv4.split('.').map(Number)
  if (first === 0 || first === 10 || first === 127 || first >= 224) return true
  if (first === 100) return second >= 64 && second < 128
  if (first === 172) return second >= 16 && second < 32
  return (first === 169 && second === 254) || (first === 192 && second === 168) || (first === 198 && (second === 18 || second === 19))
}
