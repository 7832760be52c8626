// Differs from AWS: each node of the Kubernetes cluster is a container instance of every ECS cluster. In a filter, regular
// expressions that could take long to match are refused.
import type { ListContainerInstancesRequest, ListContainerInstancesResponse } from '../../../aws/generated/ecs.ts'
import { instancesOf } from '../container-instances/instances.ts'
import type { Instance } from '../container-instances/instances.ts'
import { matching } from '../container-instances/matching.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { listPage } from '../list-page.ts'

/**
 * ARNs of a cluster's container instances, all but INACTIVE ones unless a status is asked for. The filter is an
 * expression of the cluster query language.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html
 */
export function listContainerInstances(context: EcsContext, input: ListContainerInstancesRequest): ListContainerInstancesResponse {
  const cluster = findCluster(context, input.cluster)
  const { status, filter } = input
  const isMatching = filter === undefined || filter.trim() === '' ? () => true : matching(context, filter)
  const wanted = instancesOf(context, cluster).filter(
    instance => (status === undefined ? instance.row.status !== 'INACTIVE' : instance.row.status === status) && isMatching(instance),
  )
  const page = listPage<Instance>({
    operation: 'ListContainerInstances',
    filters: [cluster.cluster.clusterArn, status, filter],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: after => wanted.filter(({ row }) => after === undefined || row.containerInstanceArn > after),
    orderOf: ({ row }) => row.containerInstanceArn,
  })
  return { containerInstanceArns: page.rows.map(({ row }) => row.containerInstanceArn), nextToken: page.nextToken }
}
