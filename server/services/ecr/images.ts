import { ServiceError } from '../../aws/errors.ts'
import type { ImageIdentifier } from '../../aws/generated/ecr.ts'
import { type ImageRegistry, type Manifest, RegistryUnavailable } from '../../registry/registry.ts'
import type { EcrContext } from './context.ts'
import { pathOf } from './find.ts'

/** An image that has tags: the registry tells of no other. */
export interface TaggedImage {
  readonly digest: string
  readonly tags: readonly string[]
  readonly manifest: Manifest
}

/** Shorter than the AWS CLI waits for an answer. Milliseconds. */
const startLimitMs = 50_000

/** The registry, running. Throws ECRServiceException, which SDKs do not repeat: it was waited for. */
export const runningRegistry = async ({ registry }: EcrContext): Promise<ImageRegistry> => {
  if (registry === undefined) {
    throw new ServiceError(
      'ECRServiceException',
      'This instance of kecs runs no registry: images need a cluster that kecs made, with k3d or kind.',
    )
  }
  await registry.ready({ limitMs: startLimitMs }).catch((error: unknown) => {
    throw error instanceof RegistryUnavailable ? new ServiceError('ECRServiceException', error.message) : error
  })
  return registry
}

/** Images of a repository, by digest. The registry is not started for one that nothing was ever pushed to. */
export const taggedImages = async (context: EcrContext, repositoryName: string): Promise<readonly TaggedImage[]> => {
  const path = pathOf(context, repositoryName)
  if (context.registry === undefined || !(await context.registry.holds(path))) return []
  const registry = await runningRegistry(context)
  const tags = [...(await registry.tags(path))].sort()
  const found = await Promise.all(tags.map(async tag => ({ tag, manifest: await registry.manifest(path, tag) })))
  const byDigest = new Map<string, { digest: string; tags: string[]; manifest: Manifest }>()
  for (const { tag, manifest } of found) {
    // Deleted since its tag was listed.
    if (manifest === undefined) continue
    const known = byDigest.get(manifest.digest)
    if (known === undefined) byDigest.set(manifest.digest, { digest: manifest.digest, tags: [tag], manifest })
    else known.tags.push(tag)
  }
  return [...byDigest.values()].sort((one, other) => (one.digest < other.digest ? -1 : 1))
}

/** The image that a tag, a digest or both name; undefined where there is none. */
export const imageOf = (images: readonly TaggedImage[], { imageTag, imageDigest }: ImageIdentifier): TaggedImage | undefined =>
  images.find(
    ({ digest, tags }) =>
      (imageDigest !== undefined || imageTag !== undefined) &&
      (imageDigest === undefined || imageDigest === digest) &&
      (imageTag === undefined || tags.includes(imageTag)),
  )

interface Descriptor {
  readonly size?: unknown
  readonly digest?: unknown
}

/** What of a manifest is told: its configuration and its parts. Those of an index are manifests. */
export const readManifest = ({ text }: Manifest): { readonly config: Descriptor | undefined; readonly parts: readonly Descriptor[] } => {
  const { config, layers = [], manifests = [] }: { config?: Descriptor; layers?: Descriptor[]; manifests?: Descriptor[] } = JSON.parse(text)
  return { config, parts: [...(config === undefined ? [] : [config]), ...layers, ...manifests] }
}
