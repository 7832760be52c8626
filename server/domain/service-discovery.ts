// What Cloud Map's services and instances mean, for its API and for whoever registers tasks.
import type { CustomHealthStatus, HealthStatus } from '../aws/generated/servicediscovery.ts'
import type { DiscoveryServiceRow, InstanceRow } from '../store/servicediscovery-tables.ts'
import { partitionOf } from './arn.ts'
import type { Place } from './arn.ts'

const discoveryArn = (place: Place, resource: string): string =>
  `arn:${partitionOf(place.region)}:servicediscovery:${place.region}:${place.account}:${resource}`

export const namespaceArn = (place: Place, namespaceId: string): string => discoveryArn(place, `namespace/${namespaceId}`)
export const discoveryServiceArn = (place: Place, serviceId: string): string => discoveryArn(place, `service/${serviceId}`)

/** The service after one of its instances came or went. */
export const withChangedInstances = (row: DiscoveryServiceRow): DiscoveryServiceRow => ({
  ...row,
  instancesRevision: row.instancesRevision + 1,
})

/**
 * What a custom health check begins with: what the instance's attributes say, else HEALTHY. Undefined for services
 * without one.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html
 */
export function firstHealth(
  { service }: Pick<DiscoveryServiceRow, 'service'>,
  attributes: Readonly<Record<string, string>>,
): CustomHealthStatus | undefined {
  if (service.HealthCheckCustomConfig === undefined) return undefined
  return attributes['AWS_INIT_HEALTH_STATUS'] === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY'
}

/** An instance's health: UNKNOWN where the service has no custom health check. */
export const healthOf = ({ service }: Pick<DiscoveryServiceRow, 'service'>, { customHealth }: InstanceRow): HealthStatus =>
  service.HealthCheckCustomConfig === undefined ? 'UNKNOWN' : (customHealth ?? 'HEALTHY')
