import type { UpdateClusterSettingsRequest, UpdateClusterSettingsResponse } from '../../../aws/generated/ecs.ts'
import { clusters } from '../../../store/tables.ts'
import { clusterSettings } from '../cluster/settings.ts'
import { showWholeCluster } from '../cluster/show-cluster.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

/**
 * Changes a cluster's settings; there is one, `containerInsights`.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateClusterSettings.html
 */
export async function updateClusterSettings(
  context: EcsContext,
  input: UpdateClusterSettingsRequest,
): Promise<UpdateClusterSettingsResponse> {
  refuseIf(input.settings.length === 0, 'Settings can not be empty.')
  const row = await context.store.commit(transaction => {
    const found = findCluster(context, input.cluster)
    const changed = {
      ...found,
      cluster: { ...found.cluster, settings: clusterSettings([...(found.cluster.settings ?? []), ...input.settings]) },
    }
    transaction.put(clusters, changed)
    return changed
  })
  return { cluster: showWholeCluster(context, row) }
}
