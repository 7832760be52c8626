import type { DescribeTrustStoresInput, DescribeTrustStoresOutput } from '../../../aws/generated/elbv2.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { type TrustStoreRow, nameKey, trustStores } from '../../../store/elbv2-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findTrustStore, notFound } from '../find.ts'
import { listPage, sortedAfter } from '../list-page.ts'

const arnOf = (row: TrustStoreRow): string => row.trustStore.TrustStoreArn

/**
 * Describes trust stores: all, or those that are named or given by ARN.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTrustStores.html
 */
export function describeTrustStores(context: Elbv2Context, input: DescribeTrustStoresInput): DescribeTrustStoresOutput {
  const { TrustStoreArns: arns = [], Names: names = [] } = input
  if (arns.length > 0 && names.length > 0)
    throw validationError('Trust store names and trust store ARNs cannot be specified at the same time')
  const scope = scopeOf(context.account, context.region)
  const table = context.store.table(trustStores)
  const byName = (name: string): TrustStoreRow => {
    const [row] = table.by('name', nameKey(scope, name))
    if (row === undefined) throw notFound('trust store')
    return row
  }
  const named = arns.length > 0 ? [...new Set(arns)].map(arn => findTrustStore(context, arn)) : [...new Set(names)].map(byName)
  const { rows, nextMarker } = listPage({
    operation: 'DescribeTrustStores',
    filters: [scope, ...arns, ...names],
    marker: input.Marker,
    pageSize: input.PageSize,
    rows: named.length > 0 ? sortedAfter(named, arnOf) : after => table.by('scope', scope, after),
    orderOf: arnOf,
  })
  return { TrustStores: rows.map(row => row.trustStore), NextMarker: nextMarker }
}
