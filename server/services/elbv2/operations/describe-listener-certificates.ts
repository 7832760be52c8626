import type { Certificate, DescribeListenerCertificatesInput, DescribeListenerCertificatesOutput } from '../../../aws/generated/elbv2.ts'
import type { Elbv2Context } from '../context.ts'
import { findListener } from '../find.ts'
import { listPage, sortedAfter } from '../list-page.ts'

/** The default certificate comes first. */
const orderOf = ({ CertificateArn = '', IsDefault = false }: Certificate): string => `${IsDefault ? 0 : 1} ${CertificateArn}`

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListenerCertificates.html */
export function describeListenerCertificates(
  context: Elbv2Context,
  input: DescribeListenerCertificatesInput,
): DescribeListenerCertificatesOutput {
  const { listener, certificates } = findListener(context, input.ListenerArn)
  const all: readonly Certificate[] = [
    ...(listener.Certificates ?? []).map(({ CertificateArn }) => ({ CertificateArn, IsDefault: true })),
    ...certificates.map(CertificateArn => ({ CertificateArn, IsDefault: false })),
  ]
  const { rows, nextMarker } = listPage({
    operation: 'DescribeListenerCertificates',
    filters: [input.ListenerArn],
    marker: input.Marker,
    pageSize: input.PageSize,
    rows: sortedAfter(all, orderOf),
    orderOf,
  })
  return { Certificates: rows, NextMarker: nextMarker }
}
