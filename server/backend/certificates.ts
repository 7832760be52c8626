import { type Backend, BackendError, type BackendPlace } from './backend.ts'

/**
 * Whether ACM or IAM has a certificate, by its ARN. A certificate of ACM belongs to the region and account in its ARN.
 * https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServerCertificate.html
 */
export const hasCertificate = async (backend: Backend, arn: string, place: BackendPlace): Promise<boolean> => {
  const [, , service, region = place.region, account = place.account, ...resource] = arn.split(':')
  const name = resource.join(':').split('/').at(-1) ?? ''
  try {
    if (service === 'acm') await backend.json('acm', 'CertificateManager.DescribeCertificate', { CertificateArn: arn }, { account, region })
    else {
      const call = { service: 'iam', action: 'GetServerCertificate', version: '2010-05-08', parameters: { ServerCertificateName: name } }
      await backend.query(call, { account, region: place.region })
    }
    return true
  } catch (error) {
    // ACM refuses an ARN that can be nobody's as invalid: there is no such certificate either.
    if (error instanceof BackendError && unknownCodes.has(error.code)) return false
    throw error
  }
}

const unknownCodes: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'InvalidArnException',
  'ValidationException',
  'NoSuchEntity',
  'ValidationError',
])
