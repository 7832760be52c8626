import { type Backend, type BackendPlace, type CallOptions } from './backend.ts'

/** Where an object lies. */
export interface ObjectLocation {
  readonly bucket: string
  readonly key: string
  readonly version?: string
}

/**
 * An object's text. Addressed by path, which needs no name of its own for each bucket.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export const getObjectText = async (
  backend: Backend,
  object: ObjectLocation,
  place: BackendPlace,
  options?: CallOptions,
): Promise<string> => (await get(backend, object, place, options)).text()

/** An object's bytes. */
export const getObject = async (
  backend: Backend,
  object: ObjectLocation,
  place: BackendPlace,
  options?: CallOptions,
): Promise<Uint8Array> => (await get(backend, object, place, options)).bytes()

const get = async (
  backend: Backend,
  { bucket, key, version }: ObjectLocation,
  place: BackendPlace,
  options?: CallOptions,
): Promise<Response> => {
  const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/')
  return backend.rest(
    { service: 's3', method: 'GET', path: `/${path}${version === undefined ? '' : `?versionId=${encodeURIComponent(version)}`}` },
    place,
    options,
  )
}

/** Puts an object. https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export async function putObject(
  backend: Backend,
  { bucket, key }: ObjectLocation,
  body: Uint8Array<ArrayBuffer>,
  place: BackendPlace,
  options?: CallOptions,
): Promise<void> {
  const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/')
  const response = await backend.rest({ service: 's3', method: 'PUT', path: `/${path}`, body }, place, options)
  await response.body?.cancel()
}
