import { type Backend, type BackendPlace, type CallOptions } from './backend.ts'

/**
 * An object's text. Addressed by path, which needs no name of its own for each bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export const getObjectText = async (
  backend: Backend,
  { bucket, key, version }: { readonly bucket: string; readonly key: string; readonly version?: string },
  place: BackendPlace,
  options?: CallOptions,
): Promise<string> => {
  const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/')
  const response = await backend.rest(
    { service: 's3', method: 'GET', path: `/${path}${version === undefined ? '' : `?versionId=${encodeURIComponent(version)}`}` },
    place,
    options,
  )
  return response.text()
}
