// Differs from AWS: without a backend the bundle is not read, so it may be missing or no bundle at all, and NumberOfCaCertificates is absent. The trust store is ACTIVE at once.
import { ServiceError } from '../../../aws/errors.ts'
import type { CreateTrustStoreInput, CreateTrustStoreOutput } from '../../../aws/generated/elbv2.ts'
import { trustStoreArn } from '../../../domain/elbv2/arns.ts'
import { hiddenQuotas } from '../../../domain/elbv2/quotas.ts'
import { withTags } from '../../../domain/elbv2/tags.ts'
import { type TrustStoreRow, nameKey, trustStores } from '../../../store/elbv2-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { type Elbv2Context, newId } from '../context.ts'
import { bundleOf, countCertificates } from '../trust-store-bundle.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTrustStore.html */
export async function createTrustStore(context: Elbv2Context, input: CreateTrustStoreInput): Promise<CreateTrustStoreOutput> {
  const bundle = bundleOf(input)
  const tags = withTags([], input.Tags ?? [])
  const NumberOfCaCertificates = await countCertificates(context, bundle)
  return context.store.commit(transaction => {
    const scope = scopeOf(context.account, context.region)
    const table = context.store.table(trustStores)
    if (table.count('name', nameKey(scope, input.Name)) > 0) {
      throw new ServiceError('DuplicateTrustStoreNameException', `A trust store with the same name '${input.Name}' exists`)
    }
    if (table.count('scope', scope) >= hiddenQuotas.trustStores) {
      throw new ServiceError('TooManyTrustStoresException', `The limit of '${hiddenQuotas.trustStores}' trust stores has been reached`)
    }
    const TrustStoreArn = trustStoreArn(context, input.Name, newId(context))
    const trustStore = { Name: input.Name, TrustStoreArn, Status: 'ACTIVE', NumberOfCaCertificates, TotalRevokedEntries: 0 } as const
    const row: TrustStoreRow = { scope, trustStore, bundle, lastRevocationId: 0, tags }
    transaction.put(trustStores, row)
    return { TrustStores: [trustStore] }
  })
}
