// Differs from AWS: without a backend certificates are taken by the form of their ARN; whether one is issued is not asked. Other listeners show it too, to clients that ask for a name that it is for.
import { ServiceError } from '../../../aws/errors.ts'
import type { AddListenerCertificatesInput, AddListenerCertificatesOutput } from '../../../aws/generated/elbv2.ts'
import { certificateArnOf } from '../../../domain/elbv2/listener-settings.ts'
import { hiddenQuotas } from '../../../domain/elbv2/quotas.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { listeners } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { checkCertificates } from '../certificates.ts'
import { findListener } from '../find.ts'

/**
 * Adds certificates beside a listener's default one; those that are there already stay.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html
 */
export async function addListenerCertificates(
  context: Elbv2Context,
  input: AddListenerCertificatesInput,
): Promise<AddListenerCertificatesOutput> {
  if (input.Certificates.length === 0) throw validationError('A certificate ARN must be specified')
  findListener(context, input.ListenerArn)
  await checkCertificates(context, input.Certificates)
  const { balancer, added } = await context.store.commit(transaction => {
    const row = findListener(context, input.ListenerArn)
    const { Protocol, LoadBalancerArn, Certificates = [] } = row.listener
    if (Protocol !== 'HTTPS' && Protocol !== 'TLS') throw validationError(`A certificate cannot be specified for ${Protocol} listeners`)
    const arns = [...new Set(input.Certificates.map(certificateArnOf))]
    const certificates = [...new Set([...row.certificates, ...arns])]
    checkQuota(context, LoadBalancerArn, certificates.length - row.certificates.length)
    transaction.put(listeners, { ...row, certificates })
    const defaults = new Set(Certificates.map(({ CertificateArn }) => CertificateArn))
    return { balancer: LoadBalancerArn, added: arns.map(arn => ({ CertificateArn: arn, IsDefault: defaults.has(arn) })) }
  })
  context.wake('load-balancer', balancer)
  return { Certificates: added }
}

/** Default certificates do not count. */
function checkQuota({ store }: Elbv2Context, loadBalancerArn: string, more: number): void {
  const most = hiddenQuotas.certificatesPerApplicationLoadBalancer
  let count = more
  for (const row of store.table(listeners).by('loadBalancer', loadBalancerArn)) count += row.certificates.length
  if (count <= most) return
  throw new ServiceError(
    'TooManyCertificatesException',
    `A load balancer can have at most ${most} certificates, not counting default certificates`,
  )
}
