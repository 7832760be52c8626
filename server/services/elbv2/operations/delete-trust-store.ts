import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteTrustStoreInput, DeleteTrustStoreOutput } from '../../../aws/generated/elbv2.ts'
import { listeners, revocationKey, trustStoreRevocations, trustStores } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findTrustStore } from '../find.ts'

/**
 * Deletes a trust store that no listener verifies certificates with.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTrustStore.html
 */
export async function deleteTrustStore(context: Elbv2Context, input: DeleteTrustStoreInput): Promise<DeleteTrustStoreOutput> {
  const arn = input.TrustStoreArn
  await context.store.commit(transaction => {
    findTrustStore(context, arn)
    for (const { listener } of context.store.table(listeners).by('trustStore', arn)) {
      if (listener.MutualAuthentication?.TrustStoreAssociationStatus === 'removed') continue
      throw new ServiceError('TrustStoreInUseException', `Trust store '${arn}' is currently in use by a listener`)
    }
    const revocations = [...context.store.table(trustStoreRevocations).by('trustStore', arn)]
    for (const { revocationId } of revocations) transaction.remove(trustStoreRevocations, revocationKey(arn, revocationId))
    transaction.remove(trustStores, arn)
  })
  return {}
}
