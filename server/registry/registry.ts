/**
 * The registry that runs beside kecs, for images with an ECR address. Images of an account's region lie below
 * `ACCOUNT/REGION/`, as one registry serves them all.
 */
export interface ImageRegistry {
  /** What Docker on the user's machine calls it: `localhost:4566`. */
  readonly host: string
  /** Whether anything was ever pushed to a repository. Told without the registry running. */
  holds(repository: string): Promise<boolean>
  /**
   * Starts it where it does not run. Resolves when it answers; rejects with `RegistryUnavailable` when that is not
   * within the limit, in milliseconds, or is hopeless.
   */
  ready(options?: { readonly limitMs?: number; readonly signal?: AbortSignal }): Promise<void>
  /** Tags of a repository in no order; none where nothing was pushed to it. */
  tags(repository: string): Promise<readonly string[]>
  /** A manifest by tag or digest; undefined where there is none. */
  manifest(repository: string, reference: string): Promise<Manifest | undefined>
  /** Under a tag or its digest. Answers the digest; rejects with `ManifestRefused` where it is none or a blob that it names is not there. */
  putManifest(repository: string, reference: string, manifest: Pick<Manifest, 'text' | 'mediaType'>): Promise<string>
  /** With every tag that it has. */
  deleteManifest(repository: string, digest: string): Promise<void>
  /** A small blob, such as an image's configuration; undefined where there is none. */
  blob(repository: string, digest: string): Promise<string | undefined>
}

export interface Manifest {
  /** `sha256:…` */
  readonly digest: string
  readonly mediaType: string
  /** As it was pushed: its digest is of these bytes. */
  readonly text: string
}

/** It does not run, or does not answer. */
export class RegistryUnavailable extends Error {
  /** Whether it may come yet. */
  readonly isStarting: boolean

  constructor(message: string, isStarting: boolean) {
    super(message)
    this.name = 'RegistryUnavailable'
    this.isStarting = isStarting
  }
}

/** The registry does not take a manifest, however often it is put. */
export class ManifestRefused extends Error {
  /** Whether a blob that it names is not there. */
  readonly lacksBlob: boolean

  constructor(message: string, lacksBlob: boolean) {
    super(message)
    this.name = 'ManifestRefused'
    this.lacksBlob = lacksBlob
  }
}
