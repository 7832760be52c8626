// Differs from AWS: no Route 53 health checks come of HealthCheckConfig: it is kept and shown. Names are answered with a
// TTL of five seconds at most, whatever the records say.
import type { ServiceChange, UpdateServiceRequest, UpdateServiceResponse } from '../../../aws/generated/servicediscovery.ts'
import { discoveryServices } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow } from '../../../store/servicediscovery-tables.ts'
import { checkService, shownSettings } from '../check-service.ts'
import type { DiscoveryContext } from '../context.ts'
import { findService, namespaceOfService } from '../find.ts'
import { submit } from '../submit.ts'

/**
 * Changes a service. DNS records and the health check that a call leaves out are taken away; the description and the
 * custom health check stay.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateService.html
 */
export function updateService(context: DiscoveryContext, input: UpdateServiceRequest): Promise<UpdateServiceResponse> {
  const { Arn, Id, NamespaceId } = findService(context, input.Id).service
  return submit(context, {
    name: 'UpdateService',
    type: 'UPDATE_SERVICE',
    request: input,
    token: undefined,
    target: Arn,
    change: transaction => {
      const row = findService(context, Arn)
      transaction.put(discoveryServices, changed(row, input.Service, namespaceOfService(context, row).namespace.Type))
      return { targets: { SERVICE: Id }, namespaceArn: row.namespaceArn, namespaceId: NamespaceId, serviceId: Id }
    },
  })
}

function changed(row: DiscoveryServiceRow, change: ServiceChange, namespaceType: string): DiscoveryServiceRow {
  const { DnsConfig: dns, HealthCheckConfig: _check, HealthCheckCustomConfig: custom, ...kept } = row.service
  const settings = {
    DnsConfig: change.DnsConfig === undefined ? undefined : { ...change.DnsConfig, RoutingPolicy: dns?.RoutingPolicy },
    HealthCheckConfig: change.HealthCheckConfig,
    HealthCheckCustomConfig: custom,
  }
  checkService(settings, namespaceType)
  return {
    ...row,
    service: {
      ...kept,
      ...(change.Description === undefined ? {} : { Description: change.Description }),
      ...shownSettings(settings, kept.NamespaceId),
    },
  }
}
