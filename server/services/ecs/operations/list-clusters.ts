import type { ListClustersRequest, ListClustersResponse } from '../../../aws/generated/ecs.ts'
import { clusters, scopeOf } from '../../../store/tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { listPage } from '../list-page.ts'

/**
 * Lists the ARNs of ACTIVE clusters by name.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListClusters.html
 */
export function listClusters(context: EcsContext, input: ListClustersRequest): ListClustersResponse {
  const scope = scopeOf(context.account, context.region)
  const { rows, nextToken } = listPage<ClusterRow>({
    operation: 'ListClusters',
    filters: [scope],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: after => active(context.store.table(clusters).by('scope', scope, after)),
    orderOf: row => row.cluster.clusterArn,
  })
  return { clusterArns: rows.map(row => row.cluster.clusterArn), nextToken }
}

function* active(rows: Iterable<ClusterRow>): Iterable<ClusterRow> {
  for (const row of rows) if (row.cluster.status === 'ACTIVE') yield row
}
