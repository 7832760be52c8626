import { capacityProviders } from '../../../store/ecs-tables.ts'
import type { FindTagged } from '../tagging/tagged.ts'
import { missing } from '../tagging/untaggable.ts'
import { capacityProviderRow } from './find-capacity-provider.ts'

/** A capacity provider for the tagging operations. Fargate's own have no tags. */
export const findTaggedCapacityProvider: FindTagged = (context, [name = '']) => {
  const row = capacityProviderRow(context, name)
  if (row?.capacityProvider.status !== 'ACTIVE') throw missing('capacity provider')
  return { tags: row.tags, put: (transaction, tags) => transaction.put(capacityProviders, { ...row, tags }) }
}
