import type { DeregisterInstanceRequest, DeregisterInstanceResponse } from '../../../aws/generated/servicediscovery.ts'
import { withChangedInstances } from '../../../domain/service-discovery.ts'
import { discoveryServices, instanceKey, instances } from '../../../store/servicediscovery-tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { findInstance, findService } from '../find.ts'
import { submit } from '../submit.ts'

/**
 * Takes an instance from its service.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html
 */
export function deregisterInstance(context: DiscoveryContext, input: DeregisterInstanceRequest): Promise<DeregisterInstanceResponse> {
  const { Arn, Id, NamespaceId } = findService(context, input.ServiceId).service
  const key = instanceKey(Arn, input.InstanceId)
  return submit(context, {
    name: 'DeregisterInstance',
    type: 'DEREGISTER_INSTANCE',
    request: input,
    token: undefined,
    target: key,
    change: transaction => {
      const service = findService(context, Arn)
      findInstance(context, service, input.InstanceId)
      transaction.remove(instances, key)
      transaction.put(discoveryServices, withChangedInstances(service))
      const targets = { INSTANCE: input.InstanceId, SERVICE: Id, NAMESPACE: NamespaceId }
      return { targets, namespaceArn: service.namespaceArn, namespaceId: NamespaceId, serviceId: Id }
    },
  })
}
