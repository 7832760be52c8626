import type { ConfiguredKey } from '../../../shared/access-keys.ts'

/** Credentials that calls may be signed with where signatures are verified. */
export interface AccessKey extends ConfiguredKey {
  /** Of temporary credentials: what every call has to bring along. */
  readonly sessionToken?: string
  /** Of temporary credentials: until when they are taken. Milliseconds since the epoch. */
  readonly expiresAt?: number
}

/** Where keys are looked up: those that were configured, those of tasks. */
export interface KeySource {
  find(accessKeyId: string): AccessKey | undefined
}

export const keysFrom = (keys: readonly AccessKey[]): KeySource => {
  const byId = new Map(keys.map(key => [key.accessKeyId, key]))
  return { find: accessKeyId => byId.get(accessKeyId) }
}

/** The first source that knows a key has it. */
export const firstOf = (...sources: readonly KeySource[]): KeySource => ({
  find(accessKeyId) {
    for (const source of sources) {
      const found = source.find(accessKeyId)
      if (found !== undefined) return found
    }
    return undefined
  },
})
