// Differs from AWS: no Route 53 health checks are made: the health status chooses among instances of services with a
// custom health check alone.
import type { DiscoverInstancesRequest, DiscoverInstancesResponse, HealthStatusFilter } from '../../../aws/generated/servicediscovery.ts'
import { healthOf } from '../../../domain/service-discovery.ts'
import { instances } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow, InstanceRow } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { discover } from '../discover.ts'

type Attributes = Readonly<Record<string, string>>

/**
 * The instances of a service that pass the filters, in random order, so that callers spread their requests.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstances.html
 */
export function discoverInstances(context: DiscoveryContext, input: DiscoverInstancesRequest): DiscoverInstancesResponse {
  const { namespace, service } = discover(context, input)
  const all = [...context.store.table(instances).by('service', service.service.Arn)]
  const matching = all.filter(row => hasAll(row, input.QueryParameters ?? {}))
  const chosen = preferred(healthy(service, matching, input.HealthStatus), input.OptionalParameters ?? {})
  const shown = shuffled(chosen, () => context.ids.hex32()).slice(0, input.MaxResults ?? 100)
  return {
    Instances: shown.map(row => ({
      InstanceId: row.instance.Id,
      NamespaceName: namespace.httpName,
      ServiceName: service.service.Name,
      HealthStatus: healthOf(service, row),
      Attributes: row.instance.Attributes,
    })),
    InstancesRevision: service.instancesRevision,
  }
}

const hasAll = ({ instance }: InstanceRow, wanted: Attributes): boolean =>
  Object.entries(wanted).every(([name, value]) => instance.Attributes[name] === value)

/** Optional filters are ignored where no instance passes them. */
function preferred(rows: readonly InstanceRow[], optional: Attributes): readonly InstanceRow[] {
  const passing = rows.filter(row => hasAll(row, optional))
  return passing.length > 0 ? passing : rows
}

function healthy(
  service: DiscoveryServiceRow,
  rows: readonly InstanceRow[],
  wanted: HealthStatusFilter = 'HEALTHY',
): readonly InstanceRow[] {
  if (service.service.HealthCheckCustomConfig === undefined || wanted === 'ALL') return rows
  const status = wanted === 'UNHEALTHY' ? 'UNHEALTHY' : 'HEALTHY'
  const passing = rows.filter(row => healthOf(service, row) === status)
  return wanted === 'HEALTHY_OR_ELSE_ALL' && passing.length === 0 ? rows : passing
}

/** In the order of random keys. */
const shuffled = (rows: readonly InstanceRow[], random: () => string): readonly InstanceRow[] =>
  rows
    .map(row => ({ row, key: random() }))
    .sort((one, other) => (one.key < other.key ? -1 : 1))
    .map(({ row }) => row)
