import type { ListDaemonsRequest, ListDaemonsResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { daemons } from '../../../store/ecs-daemon-tables.ts'
import type { DaemonRow } from '../../../store/ecs-daemon-tables.ts'
import type { EcsContext } from '../context.ts'
import { daemonStatus } from '../daemons/find-daemon.ts'
import { findCluster } from '../find-cluster.ts'
import { listPage } from '../list-page.ts'

/**
 * Lists a cluster's daemons by ARN, all or those of some capacity providers.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListDaemons.html
 */
export function listDaemons(context: EcsContext, input: ListDaemonsRequest): ListDaemonsResponse {
  const { clusterArn } = findCluster(context, input.clusterArn).cluster
  const providers = input.capacityProviderArns ?? []
  const isWanted = (row: DaemonRow): boolean => providers.length === 0 || row.capacityProviderArns.some(arn => providers.includes(arn))
  const page = listPage<DaemonRow>({
    operation: 'ListDaemons',
    filters: [clusterArn, ...providers],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: after => [...context.store.table(daemons).by('cluster', clusterArn, after)].filter(isWanted),
    orderOf: row => row.daemonArn,
  })
  return {
    daemonSummariesList: page.rows.map(row => ({
      daemonArn: row.daemonArn,
      status: daemonStatus(row),
      createdAt: epochSeconds(row.createdAt),
      updatedAt: epochSeconds(row.updatedAt),
    })),
    nextToken: page.nextToken,
  }
}
