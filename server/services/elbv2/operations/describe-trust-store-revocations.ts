import type { DescribeTrustStoreRevocationsInput, DescribeTrustStoreRevocationsOutput } from '../../../aws/generated/elbv2.ts'
import { type TrustStoreRevocationRow, revocationKey, trustStoreRevocations } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findRevocation } from '../find-revocation.ts'
import { findTrustStore } from '../find.ts'
import { listPage, sortedAfter } from '../list-page.ts'

const orderOf = (row: TrustStoreRevocationRow): string => revocationKey(row.trustStoreArn, row.revocationId)

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTrustStoreRevocations.html */
export function describeTrustStoreRevocations(
  context: Elbv2Context,
  input: DescribeTrustStoreRevocationsInput,
): DescribeTrustStoreRevocationsOutput {
  const { TrustStoreArn: arn, RevocationIds: ids = [] } = input
  findTrustStore(context, arn)
  const named = [...new Set(ids)].map(id => findRevocation(context, arn, id))
  const { rows, nextMarker } = listPage({
    operation: 'DescribeTrustStoreRevocations',
    filters: [arn, ...ids.map(String)],
    marker: input.Marker,
    pageSize: input.PageSize,
    rows: named.length > 0 ? sortedAfter(named, orderOf) : after => context.store.table(trustStoreRevocations).by('trustStore', arn, after),
    orderOf,
  })
  const shown = rows.map(row => ({
    TrustStoreArn: row.trustStoreArn,
    RevocationId: row.revocationId,
    RevocationType: row.revocationType,
    NumberOfRevokedEntries: row.numberOfRevokedEntries,
  }))
  return { TrustStoreRevocations: shown, NextMarker: nextMarker }
}
