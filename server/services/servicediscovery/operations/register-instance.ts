// Differs from AWS: an instance that is named by AWS_EC2_INSTANCE_ID or AWS_ALIAS_DNS_NAME is not looked up: it gets no
// AWS_INSTANCE_IPV4 from EC2, and DNS does not answer the alias.
import { ServiceError } from '../../../aws/errors.ts'
import type { RegisterInstanceRequest, RegisterInstanceResponse } from '../../../aws/generated/servicediscovery.ts'
import { firstHealth, withChangedInstances } from '../../../domain/service-discovery.ts'
import { discoveryServices, instanceKey, instances } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow, InstanceRow } from '../../../store/servicediscovery-tables.ts'
import { checkInstance } from '../check-instance.ts'
import type { DiscoveryContext } from '../context.ts'
import { findService, namespaceOfService } from '../find.ts'
import { submit } from '../submit.ts'

/** AWS's quota of instances in a service. */
const mostInstances = 1_000

/**
 * Registers an instance, or gives one that is there its new attributes.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html
 */
export function registerInstance(context: DiscoveryContext, input: RegisterInstanceRequest): Promise<RegisterInstanceResponse> {
  const { Arn, Id, NamespaceId } = findService(context, input.ServiceId).service
  return submit(context, {
    name: 'RegisterInstance',
    type: 'REGISTER_INSTANCE',
    request: input,
    token: input.CreatorRequestId,
    target: instanceKey(Arn, input.InstanceId),
    change: transaction => {
      const service = findService(context, Arn)
      checkInstance(input.Attributes, service, namespaceOfService(context, service))
      checkQuota(context, service, input.InstanceId)
      transaction.put(instances, instanceRow(context, service, input))
      transaction.put(discoveryServices, withChangedInstances(service))
      const targets = { INSTANCE: input.InstanceId, SERVICE: Id, NAMESPACE: NamespaceId }
      return { targets, namespaceArn: service.namespaceArn, namespaceId: NamespaceId, serviceId: Id }
    },
  })
}

function checkQuota({ store }: DiscoveryContext, { service }: DiscoveryServiceRow, instanceId: string): void {
  const table = store.table(instances)
  if (table.count('service', service.Arn) < mostInstances || table.get(instanceKey(service.Arn, instanceId)) !== undefined) return
  throw new ServiceError(
    'ResourceLimitExceeded',
    `The resource can't be created because you've reached the quota on the number of instances in a service: ${mostInstances}.`,
  )
}

function instanceRow(context: DiscoveryContext, service: DiscoveryServiceRow, input: RegisterInstanceRequest): InstanceRow {
  const customHealth = firstHealth(service, input.Attributes)
  return {
    scope: service.scope,
    serviceArn: service.service.Arn,
    instance: {
      Id: input.InstanceId,
      ...(input.CreatorRequestId === undefined ? {} : { CreatorRequestId: input.CreatorRequestId }),
      Attributes: input.Attributes,
      CreatedByAccount: context.account,
    },
    ...(customHealth === undefined ? {} : { customHealth }),
    registeredAt: context.clock.now(),
  }
}
