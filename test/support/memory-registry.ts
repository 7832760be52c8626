import { createHash } from 'node:crypto'
import type { ImageRegistry, Manifest } from '../../server/registry/registry.ts'

export const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** A registry in memory that keeps to what the real one was seen to do: deleting a manifest takes all its tags. */
export class MemoryRegistry implements ImageRegistry {
  readonly host = 'localhost:4566'
  /** By `REPOSITORY:TAG` and `REPOSITORY@DIGEST`. */
  readonly #manifests = new Map<string, Manifest>()
  readonly #blobs = new Map<string, string>()

  async ready(): Promise<void> {}

  async holds(repository: string): Promise<boolean> {
    return [...this.#manifests.keys()].some(key => key.startsWith(`${repository}:`))
  }

  /** As `docker push` does it. */
  push(repository: string, tag: string, created: string): Manifest {
    const config = JSON.stringify({ created })
    this.#blobs.set(`${repository}@${digestOf(config)}`, config)
    const text = JSON.stringify({ config: { digest: digestOf(config), size: 100 }, layers: [{ digest: digestOf('layer'), size: 1000 }] })
    const manifest = { digest: digestOf(text), mediaType: 'application/vnd.oci.image.manifest.v1+json', text }
    this.#put(repository, tag, manifest)
    return manifest
  }

  #put(repository: string, tag: string, manifest: Manifest): void {
    this.#manifests.set(`${repository}:${tag}`, manifest)
    this.#manifests.set(`${repository}@${manifest.digest}`, manifest)
  }

  async tags(repository: string): Promise<readonly string[]> {
    return [...this.#manifests.keys()].flatMap(key => (key.startsWith(`${repository}:`) ? [key.slice(repository.length + 1)] : []))
  }

  async manifest(repository: string, reference: string): Promise<Manifest | undefined> {
    return this.#manifests.get(`${repository}${reference.startsWith('sha256:') ? '@' : ':'}${reference}`)
  }

  async putManifest(repository: string, reference: string, { text, mediaType }: Pick<Manifest, 'text' | 'mediaType'>): Promise<string> {
    this.#put(repository, reference, { digest: digestOf(text), mediaType, text })
    return digestOf(text)
  }

  async deleteManifest(repository: string, digest: string): Promise<void> {
    for (const [key, manifest] of this.#manifests) {
      if (manifest.digest === digest && /^[:@]/.test(key.slice(repository.length))) this.#manifests.delete(key)
    }
  }

  async blob(repository: string, digest: string): Promise<string | undefined> {
    return this.#blobs.get(`${repository}@${digest}`)
  }
}
