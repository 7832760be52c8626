import { ServiceError } from '../../../aws/errors.ts'
import type { RemoveListenerCertificatesInput, RemoveListenerCertificatesOutput } from '../../../aws/generated/elbv2.ts'
import { removedCertificateArnOf } from '../../../domain/elbv2/listener-settings.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { listeners } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findListener } from '../find.ts'

/**
 * Removes certificates beside the default one, which is not removed but replaced by ModifyListener.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RemoveListenerCertificates.html
 */
export async function removeListenerCertificates(
  context: Elbv2Context,
  input: RemoveListenerCertificatesInput,
): Promise<RemoveListenerCertificatesOutput> {
  if (input.Certificates.length === 0) throw validationError('A certificate ARN must be specified')
  const balancer = await context.store.commit(transaction => {
    const row = findListener(context, input.ListenerArn)
    const arns = new Set(input.Certificates.map(removedCertificateArnOf))
    const isDefault = row.listener.Certificates?.some(
      ({ CertificateArn = '' }) => arns.has(CertificateArn) && !row.certificates.includes(CertificateArn),
    )
    if (isDefault === true) throw new ServiceError('OperationNotPermittedException', 'Default certificate cannot be removed')
    transaction.put(listeners, { ...row, certificates: row.certificates.filter(arn => !arns.has(arn)) })
    return row.listener.LoadBalancerArn
  })
  context.wake('load-balancer', balancer)
  return {}
}
