// Differs from AWS: what services have on a node that was deregistered is stopped once others took its place, and the node
// still runs what is Fargate's. RegisterContainerInstance with its ARN brings it back.
import { ServiceError } from '../../../aws/errors.ts'
import type { DeregisterContainerInstanceRequest, DeregisterContainerInstanceResponse } from '../../../aws/generated/ecs.ts'
import { findInstance, instanceArnIn } from '../container-instances/instances.ts'
import { showWholeInstance, tasksOn } from '../container-instances/show-instance.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { containerInstances } from '../../../store/ecs-tables.ts'

/**
 * Makes a container instance INACTIVE. One with tasks must be forced; its tasks go on.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html
 */
export async function deregisterContainerInstance(
  context: EcsContext,
  input: DeregisterContainerInstanceRequest,
): Promise<DeregisterContainerInstanceResponse> {
  const instance = await context.store.commit(transaction => {
    const cluster = findCluster(context, input.cluster)
    const arn = instanceArnIn(context, cluster, input.containerInstance)
    const found = findInstance(context, cluster, arn)
    if (found === undefined || found.row.status === 'INACTIVE') {
      throw new ServiceError('ClientException', `Referenced container instance ${arn.slice(arn.lastIndexOf('/') + 1)} not found.`)
    }
    const hasTasks = tasksOn(context, found).some(({ task }) => task.lastStatus !== 'STOPPED')
    refuseIf(hasTasks && input.force !== true, 'Found running tasks on the instance.')
    const row = { ...found.row, status: 'INACTIVE' as const, version: found.row.version + 1 }
    transaction.put(containerInstances, row)
    return { ...found, row }
  })
  return { containerInstance: showWholeInstance(context, instance) }
}
