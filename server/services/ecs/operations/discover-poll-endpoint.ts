// Differs from AWS: the endpoints are this very instance's address: kecs speaks to no agent of ECS, so one that connects
// there is refused.
import type { DiscoverPollEndpointRequest, DiscoverPollEndpointResponse } from '../../../aws/generated/ecs.ts'
import { instanceArnIn } from '../container-instances/instances.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'

/**
 * Where ECS' agent would poll for work. The instance does not have to be there.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DiscoverPollEndpoint.html
 */
export function discoverPollEndpoint(context: EcsContext, input: DiscoverPollEndpointRequest): DiscoverPollEndpointResponse {
  const cluster = findCluster(context, input.cluster)
  if (input.containerInstance !== undefined) instanceArnIn(context, cluster, input.containerInstance)
  const endpoint = new URL('/', context.endpointUrl).href
  return { endpoint, telemetryEndpoint: endpoint, serviceConnectEndpoint: endpoint }
}
