// Differs from AWS: no Route 53 health checks come of HealthCheckConfig: it is kept and shown. Names are answered with a
// TTL of five seconds at most, whatever the records say.
import { epochSeconds } from '../../../../shared/clock.ts'
import { ServiceError } from '../../../aws/errors.ts'
import type { CreateServiceRequest, CreateServiceResponse } from '../../../aws/generated/servicediscovery.ts'
import { discoveryServiceArn } from '../../../domain/service-discovery.ts'
import { discoveryServices } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow, NamespaceRow } from '../../../store/servicediscovery-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { checkService, shownSettings } from '../check-service.ts'
import type { DiscoveryContext } from '../context.ts'
import { serviceOfName } from '../discover.ts'
import { invalidInput } from '../errors.ts'
import { findNamespace } from '../find.ts'
import { newServiceId } from '../../../domain/discovery/ids.ts'
import { digestOf } from '../request-digest.ts'
import { showService } from '../show.ts'
import { checkTags } from '../tags.ts'

/**
 * Makes a service. A call that is repeated with its CreatorRequestId answers the service that it made.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html
 */
export async function createService(context: DiscoveryContext, input: CreateServiceRequest): Promise<CreateServiceResponse> {
  const namespaceId = input.NamespaceId ?? input.DnsConfig?.NamespaceId
  if (namespaceId === undefined) throw invalidInput('Service namespace id cannot be null')
  const row = await context.store.commit(transaction => {
    const repeated = earlierCall(context, input)
    if (repeated !== undefined) return repeated
    const namespace = findNamespace(context, namespaceId)
    checkService(input, namespace.namespace.Type)
    const existing = serviceOfName(context, namespace, input.Name)
    if (existing !== undefined) throw serviceExists(existing)
    const made = newService(context, namespace, input)
    transaction.put(discoveryServices, made)
    return made
  })
  return { Service: showService(context, row) }
}

function earlierCall({ account, region, store }: DiscoveryContext, input: CreateServiceRequest): DiscoveryServiceRow | undefined {
  const key = `${scopeOf(account, region)} ${input.CreatorRequestId ?? ''}`
  const [row] = store.table(discoveryServices).by('creatorRequestId', key)
  return row?.requestDigest === digestOf(input) ? row : undefined
}

const serviceExists = ({ service }: DiscoveryServiceRow): ServiceError =>
  new ServiceError('ServiceAlreadyExists', 'Service already exists.', {
    CreatorRequestId: service.CreatorRequestId,
    ServiceId: service.Id,
    ServiceArn: service.Arn,
  })

function newService(context: DiscoveryContext, { namespace }: NamespaceRow, input: CreateServiceRequest): DiscoveryServiceRow {
  const Id = newServiceId(context.ids)
  return {
    scope: scopeOf(context.account, context.region),
    namespaceArn: namespace.Arn,
    service: {
      Id,
      Arn: discoveryServiceArn(context, Id),
      ResourceOwner: context.account,
      Name: input.Name,
      NamespaceId: namespace.Id,
      ...(input.Description === undefined ? {} : { Description: input.Description }),
      ...shownSettings(input, namespace.Id),
      Type: input.DnsConfig === undefined ? 'HTTP' : 'DNS_HTTP',
      CreateDate: epochSeconds(context.clock.now()),
      ...(input.CreatorRequestId === undefined ? {} : { CreatorRequestId: input.CreatorRequestId }),
      CreatedByAccount: context.account,
    },
    attributes: {},
    tags: checkTags(input.Tags ?? [], input.Name),
    instancesRevision: 1,
    requestDigest: digestOf(input),
  }
}
