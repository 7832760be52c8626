// What a service's settings may be together. The texts are AWS's where they were recorded.
import type { DnsConfig, HealthCheckConfig, HealthCheckCustomConfig, ServiceTypeOption } from '../../aws/generated/servicediscovery.ts'
import { refuseIf } from './errors.ts'

export interface ServiceSettings {
  readonly Type?: ServiceTypeOption | undefined
  readonly DnsConfig?: Pick<DnsConfig, 'DnsRecords' | 'RoutingPolicy'> | undefined
  readonly HealthCheckConfig?: HealthCheckConfig | undefined
  readonly HealthCheckCustomConfig?: HealthCheckCustomConfig | undefined
}

/** Throws InvalidInput for settings that do not go together or not with the namespace's type. */
export function checkService(settings: ServiceSettings, namespaceType: string): void {
  const { DnsConfig: dns, HealthCheckConfig: check } = settings
  refuseIf(
    settings.Type === 'HTTP' && dns !== undefined,
    "When you create a service with a type of HTTP, you can't include a DnsConfig element.",
  )
  refuseIf(
    namespaceType === 'HTTP' && dns !== undefined,
    "When you create a service using a namespace that has a type of HTTP, you can't include a DnsConfig element.",
  )
  if (dns !== undefined) checkDns(dns)
  refuseIf(
    check !== undefined && settings.HealthCheckCustomConfig !== undefined,
    'You can specify either HealthCheckConfig or HealthCheckCustomConfig, but not both.',
  )
  if (check === undefined) return
  refuseIf(namespaceType === 'DNS_PRIVATE', 'Health check config cannot be applied to a service with private namespace')
  refuseIf(
    dns?.DnsRecords.some(record => record.Type === 'CNAME') ?? false,
    'Health check config must not be used. Health checks are not supported for CNAME',
  )
  refuseIf(check.Type === 'TCP' && check.ResourcePath !== undefined, 'TCP health checks must not have a resource path specified.')
}

function checkDns({ DnsRecords: records, RoutingPolicy: policy }: Pick<DnsConfig, 'DnsRecords' | 'RoutingPolicy'>): void {
  const types = records.map(record => record.Type)
  const twice = types.find((type, index) => types.indexOf(type) !== index)
  // The missing spaces are AWS's.
  refuseIf(twice !== undefined, `Duplicate resource record type${twice ?? ''}in DNS config is not expected`)
  if (!types.includes('CNAME')) return
  refuseIf(types.length > 1, 'DnsRecord Type CNAME cannot be combined with other types')
  refuseIf(policy !== 'WEIGHTED', 'WEIGHTED routing policy must be used with DNS Record Type CNAME')
}

/** Settings as GetService shows them: AWS fills in what a call leaves out. */
export function shownSettings(settings: ServiceSettings, namespaceId: string) {
  const { DnsConfig: dns, HealthCheckConfig: check, HealthCheckCustomConfig: custom } = settings
  return {
    ...(dns === undefined
      ? {}
      : { DnsConfig: { NamespaceId: namespaceId, RoutingPolicy: dns.RoutingPolicy ?? 'MULTIVALUE', DnsRecords: dns.DnsRecords } }),
    ...(check === undefined ? {} : { HealthCheckConfig: shownCheck(check) }),
    // The threshold is no longer a setting: AWS sets it to 1, whatever is given.
    ...(custom === undefined ? {} : { HealthCheckCustomConfig: { FailureThreshold: 1 } }),
  }
}

const shownCheck = ({ Type, ResourcePath, FailureThreshold = 1 }: HealthCheckConfig): HealthCheckConfig =>
  Type === 'TCP' ? { Type, FailureThreshold } : { Type, ResourcePath: ResourcePath ?? '/', FailureThreshold }
