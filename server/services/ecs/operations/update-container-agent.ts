// Differs from AWS: no agent is updated: a node's is kecs itself, of which there is no newer one, and kecs speaks to no
// other agent.
import { ServiceError } from '../../../aws/errors.ts'
import type { UpdateContainerAgentRequest, UpdateContainerAgentResponse } from '../../../aws/generated/ecs.ts'
import { findInstance, instanceArnIn } from '../container-instances/instances.ts'
import { showInstance } from '../container-instances/show-instance.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'

/**
 * Answers that there is nothing to update to.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerAgent.html
 */
export function updateContainerAgent(context: EcsContext, input: UpdateContainerAgentRequest): UpdateContainerAgentResponse {
  const cluster = findCluster(context, input.cluster)
  const arn = instanceArnIn(context, cluster, input.containerInstance)
  const found = findInstance(context, cluster, arn)
  if (found === undefined || found.row.status === 'INACTIVE') {
    throw new ServiceError('ClientException', `Referenced container instance ${arn.slice(arn.lastIndexOf('/') + 1)} not found.`)
  }
  if (showInstance(context, found).versionInfo?.agentVersion === undefined) {
    throw new ServiceError('MissingVersionException', 'The version of the container agent is not known.')
  }
  throw new ServiceError('NoUpdateAvailableException', 'There is no update available for your container agent.')
}
