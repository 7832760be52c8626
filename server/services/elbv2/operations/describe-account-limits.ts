import type { DescribeAccountLimitsInput, DescribeAccountLimitsOutput } from '../../../aws/generated/elbv2.ts'
import { accountLimits } from '../../../domain/elbv2/quotas.ts'
import type { Elbv2Context } from '../context.ts'
import { listPage, sortedAfter } from '../list-page.ts'

/**
 * Answers AWS' default quotas, which hold here too.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeAccountLimits.html
 */
export function describeAccountLimits(_context: Elbv2Context, input: DescribeAccountLimitsInput): DescribeAccountLimitsOutput {
  const nameOf = ({ Name = '' }: { readonly Name?: string | undefined }): string => Name
  const { rows, nextMarker } = listPage({
    operation: 'DescribeAccountLimits',
    filters: [],
    marker: input.Marker,
    pageSize: input.PageSize,
    rows: sortedAfter(accountLimits, nameOf),
    orderOf: nameOf,
  })
  return { Limits: rows, NextMarker: nextMarker }
}
