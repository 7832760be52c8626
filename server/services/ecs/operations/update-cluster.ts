import type { UpdateClusterRequest, UpdateClusterResponse } from '../../../aws/generated/ecs.ts'
import type { Transaction } from '../../../store/store.ts'
import { clusters } from '../../../store/tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import { putDefaultNamespace } from '../cluster/default-namespace.ts'
import { checkClusterConfiguration, clusterSettings } from '../cluster/settings.ts'
import { showWholeCluster } from '../cluster/show-cluster.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'

/**
 * Changes what is given of a cluster; the rest stays. An empty Service Connect namespace takes the default away.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateCluster.html
 */
export async function updateCluster(context: EcsContext, input: UpdateClusterRequest): Promise<UpdateClusterResponse> {
  const row = await context.store.commit(transaction => {
    const changed = changedCluster(context, transaction, findCluster(context, input.cluster), input)
    transaction.put(clusters, changed)
    return changed
  })
  return { cluster: showWholeCluster(context, row) }
}

function changedCluster(
  context: EcsContext,
  transaction: Transaction,
  row: ClusterRow,
  { settings, configuration, serviceConnectDefaults: given }: UpdateClusterRequest,
): ClusterRow {
  if (configuration !== undefined) checkClusterConfiguration(configuration)
  const { serviceConnectDefaults: before, ...cluster } = row.cluster
  const asked = given === undefined || given.namespace === '' ? undefined : putDefaultNamespace(context, transaction, given)
  const serviceConnectDefaults = given === undefined ? before : asked
  return {
    ...row,
    cluster: {
      ...cluster,
      ...(settings === undefined ? {} : { settings: clusterSettings([...(cluster.settings ?? []), ...settings]) }),
      ...(configuration === undefined ? {} : { configuration }),
      ...(serviceConnectDefaults === undefined ? {} : { serviceConnectDefaults }),
    },
  }
}
