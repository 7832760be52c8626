import { type ImageRegistry, type Manifest, ManifestRefused, RegistryUnavailable } from './registry.ts'

/** Kinds of manifests that are asked for: what is not named is converted or refused. */
const manifestTypes = [
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
].join(', ')

const timeoutMs = 10_000

type Send = (url: string, init: RequestInit) => Promise<Response>

/**
 * A registry's own API. Calls reject with `RegistryUnavailable` when it does not answer.
 * https://distribution.github.io/distribution/spec/api/
 */
export const distributionApi = (url: string, send: Send = fetch): Omit<ImageRegistry, 'host' | 'holds' | 'ready'> => {
  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await send(`${url}/v2/${path}`, { ...init, signal: AbortSignal.timeout(timeoutMs) }).catch((error: unknown) => {
      throw new RegistryUnavailable(`The registry does not answer: ${String(error)}`, true)
    })
    if (response.status >= 500) throw new RegistryUnavailable(`The registry failed with ${response.status}.`, true)
    return response
  }
  const expected = async (response: Response, what: string): Promise<Response> => {
    if (response.ok) return response
    throw new Error(`The registry refused ${what} with ${response.status}: ${await response.text()}`)
  }

  return {
    tags: async repository => {
      const response = await call(`${repository}/tags/list`)
      if (response.status === 404) return []
      const answer: { tags?: readonly string[] | null } = await (await expected(response, 'its tags')).json()
      return answer.tags ?? []
    },
    manifest: async (repository, reference): Promise<Manifest | undefined> => {
      const response = await call(`${repository}/manifests/${reference}`, { headers: { accept: manifestTypes } })
      if (response.status === 404) return undefined
      const { headers } = await expected(response, 'a manifest')
      return {
        digest: headers.get('docker-content-digest') ?? '',
        mediaType: headers.get('content-type') ?? '',
        text: await response.text(),
      }
    },
    putManifest: async (repository, reference, { text, mediaType }) => {
      const init = { method: 'PUT', headers: { 'content-type': mediaType }, body: text }
      const response = await call(`${repository}/manifests/${reference}`, init)
      if (response.status === 400 || response.status === 404) {
        const told = await response.text()
        throw new ManifestRefused(`The registry refused a manifest: ${told}`, told.includes('BLOB_UNKNOWN'))
      }
      const { headers } = await expected(response, 'a manifest')
      return headers.get('docker-content-digest') ?? ''
    },
    deleteManifest: async (repository, digest) => {
      const response = await call(`${repository}/manifests/${digest}`, { method: 'DELETE' })
      if (response.status !== 404) await expected(response, 'to delete a manifest')
    },
    blob: async (repository, digest) => {
      const response = await call(`${repository}/blobs/${digest}`)
      return response.status === 404 ? undefined : (await expected(response, 'a blob')).text()
    },
  }
}

/** Whether it answers at all, within a moment. */
export const answers = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/v2/`, { signal: AbortSignal.timeout(1_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
