import { doorHost, doorPort } from '../../../shared/names.ts'
import { validationError } from '../../domain/elbv2/refusals.ts'
import type { S3Location } from '../../store/elbv2-tables.ts'

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

/** The address of an object at the door, by path; AWS answers one that is signed for ten minutes. */
export function locationOf({ bucket, key, version }: S3Location): string {
  const path = key.split('/').map(encodeURIComponent).join('/')
  const query = version === undefined ? '' : `?versionId=${encodeURIComponent(version)}`
  return `http://${doorHost}:${doorPort}/${encodeURIComponent(bucket)}/${path}${query}`
}
