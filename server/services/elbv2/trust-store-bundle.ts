import { X509Certificate } from 'node:crypto'
import { doorHost, doorPort } from '../../../shared/names.ts'
import { ServiceError } from '../../aws/errors.ts'
import { validationError } from '../../domain/elbv2/refusals.ts'
import type { S3Location } from '../../store/elbv2-tables.ts'
import type { Elbv2Context } from './context.ts'

export interface BundleInput {
  readonly CaCertificatesBundleS3Bucket: string
  readonly CaCertificatesBundleS3Key: string
  readonly CaCertificatesBundleS3ObjectVersion?: string | undefined
}

/** Where a trust store's certificates lie. Throws ValidationError where a part is empty. */
export function bundleOf(input: BundleInput): S3Location {
  const { CaCertificatesBundleS3Bucket: bucket, CaCertificatesBundleS3Key: key, CaCertificatesBundleS3ObjectVersion: version } = input
  if (bucket === '' || key === '') throw validationError('The S3 bucket and key of the CA certificates bundle must be specified')
  return version ? { bucket, key, version } : { bucket, key }
}

/**
 * How many certificates a bundle has; undefined where there is no S3 to ask. Throws CaCertificatesBundleNotFound and
 * InvalidCaCertificatesBundle.
 */
export async function countCertificates(context: Elbv2Context, bundle: S3Location): Promise<number | undefined> {
  const text = await context.owners?.object(bundle, context)
  if (text === undefined) return undefined
  if (text === null) throw new ServiceError('CaCertificatesBundleNotFoundException', `${nameOf(bundle)} was not found`)
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new ServiceError('InvalidCaCertificatesBundleException', `${nameOf(bundle)} is not a bundle of certificates in PEM format`)
  }
  return certificates.length
}

const nameOf = ({ bucket, key }: S3Location): string => `The CA certificates bundle 's3://${bucket}/${key}'`

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined
  } catch {
    return false
  }
}

/** Throws RevocationContentNotFound where S3 has no such object; a list is taken as given where there is none to ask. */
export async function checkRevocation(context: Elbv2Context, content: S3Location): Promise<void> {
  if ((await context.owners?.object(content, context)) !== null) return
  throw new ServiceError(
    'RevocationContentNotFoundException',
    `The revocation content 's3://${content.bucket}/${content.key}' was not found`,
  )
}

/** The address of an object at the door, by path; AWS answers one that is signed for ten minutes. */
export function locationOf({ bucket, key, version }: S3Location): string {
  const path = key.split('/').map(encodeURIComponent).join('/')
  const query = version === undefined ? '' : `?versionId=${encodeURIComponent(version)}`
  return `http://${doorHost}:${doorPort}/${encodeURIComponent(bucket)}/${path}${query}`
}
