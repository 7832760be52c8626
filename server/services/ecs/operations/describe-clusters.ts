import { ServiceError } from '../../../aws/errors.ts'
import type { Cluster, DescribeClustersRequest, DescribeClustersResponse, Failure } from '../../../aws/generated/ecs.ts'
import { clusterArn } from '../../../domain/arn.ts'
import { clusters } from '../../../store/tables.ts'
import { showCluster } from '../cluster/show-cluster.ts'
import type { EcsContext } from '../context.ts'
import { clusterNameIn, defaultClusterName } from '../find-cluster.ts'

const mostClusters = 100

/**
 * Describes up to 100 clusters, ACTIVE or INACTIVE; what is not there is among the failures as MISSING.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html
 */
export function describeClusters(context: EcsContext, input: DescribeClustersRequest): DescribeClustersResponse {
  const asked = input.clusters ?? []
  if (asked.length > mostClusters) {
    throw new ServiceError('InvalidParameterException', `Clusters can have at most ${mostClusters} items.`)
  }
  if (asked.some(name => name.trim() === '')) throw new ServiceError('InvalidParameterException', 'Clusters can not be blank.')
  const names = new Set(asked.length === 0 ? [defaultClusterName] : asked.map(name => clusterNameIn(context, name)))
  const include = new Set(input.include)
  const found: Cluster[] = []
  const failures: Failure[] = []
  for (const name of names) {
    const arn = clusterArn(context, name)
    const row = context.store.table(clusters).get(arn)
    if (row === undefined) failures.push({ arn, reason: 'MISSING' })
    else found.push(showCluster(context, row, include))
  }
  return { clusters: found, failures }
}
