import type { GetInstanceRequest, GetInstanceResponse } from '../../../aws/generated/servicediscovery.ts'
import type { DiscoveryContext } from '../context.ts'
import { findInstance, findService } from '../find.ts'

/**
 * An instance of a service.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_GetInstance.html
 */
export function getInstance(context: DiscoveryContext, input: GetInstanceRequest): GetInstanceResponse {
  const { instance } = findInstance(context, findService(context, input.ServiceId), input.InstanceId)
  return { ResourceOwner: context.account, Instance: instance }
}
