// Differs from AWS: without a backend the bundle is not read, so it may be missing or no bundle at all.
import type { ModifyTrustStoreInput, ModifyTrustStoreOutput } from '../../../aws/generated/elbv2.ts'
import { listeners, trustStores } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findTrustStore } from '../find.ts'
import { bundleOf, countCertificates } from '../trust-store-bundle.ts'

/**
 * Gives a trust store other certificates.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTrustStore.html
 */
export async function modifyTrustStore(context: Elbv2Context, input: ModifyTrustStoreInput): Promise<ModifyTrustStoreOutput> {
  const bundle = bundleOf(input)
  findTrustStore(context, input.TrustStoreArn)
  const NumberOfCaCertificates = await countCertificates(context, bundle)
  const row = await context.store.commit(transaction => {
    const found = findTrustStore(context, input.TrustStoreArn)
    const changed = { ...found, bundle, trustStore: { ...found.trustStore, NumberOfCaCertificates } }
    transaction.put(trustStores, changed)
    return changed
  })
  for (const { listener } of context.store.table(listeners).by('trustStore', input.TrustStoreArn)) {
    context.wake('load-balancer', listener.LoadBalancerArn)
  }
  return { TrustStores: [row.trustStore] }
}
