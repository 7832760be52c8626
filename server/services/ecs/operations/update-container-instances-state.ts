// Differs from AWS: a node that is DRAINING gets tasks of Fargate all the same, which have no container instances.
import type {
  ContainerInstance,
  Failure,
  UpdateContainerInstancesStateRequest,
  UpdateContainerInstancesStateResponse,
} from '../../../aws/generated/ecs.ts'
import { findInstance, instanceArnIn } from '../container-instances/instances.ts'
import type { Instance } from '../container-instances/instances.ts'
import { showInstance } from '../container-instances/show-instance.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { invalidParameter, refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'
import { containerInstances } from '../../../store/ecs-tables.ts'

/**
 * Makes container instances DRAINING, or ACTIVE again. Of one that is DRAINING the services' tasks move to others, as
 * in a deployment; tasks of nobody's stay.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html
 */
export async function updateContainerInstancesState(
  context: EcsContext,
  input: UpdateContainerInstancesStateRequest,
): Promise<UpdateContainerInstancesStateResponse> {
  const { status } = input
  if (status !== 'ACTIVE' && status !== 'DRAINING') {
    throw invalidParameter('Container instance status should be one of [ACTIVE, DRAINING]')
  }
  refuseIf(input.containerInstances.length === 0, 'Container Instances cannot be empty.')
  refuseMoreThan('containerInstanceIds', input.containerInstances, 10)
  const { changed, failures } = await context.store.commit(transaction => {
    const cluster = findCluster(context, input.cluster)
    const changes: Instance[] = []
    const failed: Failure[] = []
    for (const arn of new Set(input.containerInstances.map(idOrArn => instanceArnIn(context, cluster, idOrArn)))) {
      const found = findInstance(context, cluster, arn)
      if (found === undefined || found.row.status === 'INACTIVE') {
        failed.push({ arn, reason: found === undefined ? 'MISSING' : 'INACTIVE' })
        continue
      }
      const row = found.row.status === status ? found.row : { ...found.row, status, version: found.row.version + 1 }
      transaction.put(containerInstances, row)
      changes.push({ ...found, row })
    }
    return { changed: changes, failures: failed }
  })
  return { containerInstances: changed.map((instance): ContainerInstance => showInstance(context, instance)), failures }
}
