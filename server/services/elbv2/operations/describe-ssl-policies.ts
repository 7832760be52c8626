// Differs from AWS: the policies for RFC 9151 are not there, for which ciphers they have is not documented to the last.
import { ServiceError } from '../../../aws/errors.ts'
import type { DescribeSSLPoliciesInput, DescribeSSLPoliciesOutput, SslPolicy } from '../../../aws/generated/elbv2.ts'
import { sslPolicies, sslPolicyNamed } from '../../../domain/elbv2/ssl-policies.ts'
import type { Elbv2Context } from '../context.ts'
import { listPage, sortedAfter } from '../list-page.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeSSLPolicies.html */
export function describeSslPolicies(_context: Elbv2Context, input: DescribeSSLPoliciesInput): DescribeSSLPoliciesOutput {
  const { Names: names = [], LoadBalancerType: type = 'application' } = input
  const missing = names.filter(name => sslPolicyNamed(name) === undefined)
  if (missing.length > 0) throw new ServiceError('SSLPolicyNotFoundException', `SSL policy '${missing.join(', ')}' not found`)
  const isAsked = ({ Name = '', SupportedLoadBalancerTypes = [] }: SslPolicy): boolean =>
    names.length > 0 ? names.includes(Name) : SupportedLoadBalancerTypes.includes(type)
  const nameOf = ({ Name = '' }: SslPolicy): string => Name
  const { rows, nextMarker } = listPage({
    operation: 'DescribeSSLPolicies',
    filters: [type, ...names],
    marker: input.Marker,
    pageSize: input.PageSize,
    rows: sortedAfter(sslPolicies.filter(isAsked), nameOf),
    orderOf: nameOf,
  })
  return { SslPolicies: rows, NextMarker: nextMarker }
}
