// Differs from AWS: each node of the Kubernetes cluster is a container instance of every ECS cluster, with its labels as
// attributes; its agent's version is that of kecs. Health is the node's own.
import type { DescribeContainerInstancesRequest, DescribeContainerInstancesResponse } from '../../../aws/generated/ecs.ts'
import { findInstance, instanceArnIn } from '../container-instances/instances.ts'
import { showInstance } from '../container-instances/show-instance.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'

/**
 * Container instances by id or ARN, each once, in the order in which they are asked for.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html
 */
export function describeContainerInstances(
  context: EcsContext,
  input: DescribeContainerInstancesRequest,
): DescribeContainerInstancesResponse {
  refuseIf(input.containerInstances.length === 0, 'Container Instances cannot be empty.')
  refuseMoreThan('containerInstanceIds', input.containerInstances, 100)
  const cluster = findCluster(context, input.cluster)
  const include = new Set(input.include)
  const arns = [...new Set(input.containerInstances.map(idOrArn => instanceArnIn(context, cluster, idOrArn)))]
  const found = arns.map(arn => ({ arn, instance: findInstance(context, cluster, arn) }))
  return {
    containerInstances: found.flatMap(({ instance }) => (instance === undefined ? [] : [showInstance(context, instance, include)])),
    failures: found.flatMap(({ arn, instance }) => (instance === undefined ? [{ arn, reason: 'MISSING' }] : [])),
  }
}
