import { ServiceError } from '../../aws/errors.ts'
import type { Certificate } from '../../aws/generated/elbv2.ts'
import { certificateArnOf } from '../../domain/elbv2/listener-settings.ts'
import type { Elbv2Context } from './context.ts'

/**
 * Throws CertificateNotFound for certificates that ACM and IAM do not have, and what is thrown of an ARN that can be none
 * of theirs; takes them as given where there is nobody to ask.
 */
export async function checkCertificates(context: Elbv2Context, certificates: readonly Certificate[] = []): Promise<void> {
  for (const arn of new Set(certificates.map(certificateArnOf))) {
    if ((await context.owners?.hasCertificate(arn, context)) !== false) continue
    throw new ServiceError('CertificateNotFoundException', `Certificate '${arn}' not found`)
  }
}
