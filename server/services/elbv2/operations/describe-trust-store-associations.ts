import type { DescribeTrustStoreAssociationsInput, DescribeTrustStoreAssociationsOutput } from '../../../aws/generated/elbv2.ts'
import { associatedLoadBalancers } from '../associations.ts'
import type { Elbv2Context } from '../context.ts'
import { findTrustStore } from '../find.ts'
import { listPage, sortedAfter } from '../list-page.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTrustStoreAssociations.html */
export function describeTrustStoreAssociations(
  context: Elbv2Context,
  input: DescribeTrustStoreAssociationsInput,
): DescribeTrustStoreAssociationsOutput {
  findTrustStore(context, input.TrustStoreArn)
  const itself = (arn: string): string => arn
  const { rows, nextMarker } = listPage({
    operation: 'DescribeTrustStoreAssociations',
    filters: [input.TrustStoreArn],
    marker: input.Marker,
    pageSize: input.PageSize,
    rows: sortedAfter(associatedLoadBalancers(context.store, input.TrustStoreArn), itself),
    orderOf: itself,
  })
  return { TrustStoreAssociations: rows.map(ResourceArn => ({ ResourceArn })), NextMarker: nextMarker }
}
