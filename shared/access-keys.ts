import { defaultAccount } from './names.ts'

/** Long-lived credentials that `--auth strict` takes. */
export interface ConfiguredKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Whose calls they make: 12 digits. */
  readonly account: string
}

/** Says which line of a list of keys is none, never with its secret. */
export class KeysError extends Error {}

/**
 * Keys from text: one on a line or between commas, `ACCESS_KEY_ID SECRET_ACCESS_KEY [ACCOUNT]` with spaces or colons
 * between; `#` begins a comment. Without an account, a key id of 12 digits is one, and any other has 000000000000.
 * Throws `KeysError`.
 */
export const parseKeys = (text: string): readonly ConfiguredKey[] => {
  const keys = new Map<string, ConfiguredKey>()
  for (const [index, line] of text.split('\n').entries()) {
    for (const entry of line.replace(/#.*/, '').split(',')) {
      const words = entry.trim().split(/[\s:]+/)
      const [accessKeyId = '', secretAccessKey = '', account = isAccount(accessKeyId) ? accessKeyId : defaultAccount] = words
      if (accessKeyId === '') continue
      const wrong = (why: string): KeysError => new KeysError(`line ${index + 1}: ${why}`)
      if (words.length > 3 || secretAccessKey === '') throw wrong('a key is ACCESS_KEY_ID SECRET_ACCESS_KEY [ACCOUNT]')
      if (!/^\w{3,128}$/.test(accessKeyId)) throw wrong(`${accessKeyId} is no access key id: 3 to 128 letters, digits and underscores`)
      if (!isAccount(account)) throw wrong(`the account of ${accessKeyId} is not 12 digits`)
      if (keys.has(accessKeyId)) throw wrong(`${accessKeyId} is there twice`)
      keys.set(accessKeyId, { accessKeyId, secretAccessKey, account })
    }
  }
  return [...keys.values()]
}

/** The lines that `parseKeys` reads. */
export const writeKeys = (keys: readonly ConfiguredKey[]): string =>
  keys.map(({ accessKeyId, secretAccessKey, account }) => `${accessKeyId} ${secretAccessKey} ${account}`).join('\n')

/** The access key id in a task's environment: other services tell the account by it, and `test` means the default one. */
export const taskAccessKeyId = (account: string): string => (account === defaultAccount ? 'test' : account)

const isAccount = (text: string): boolean => /^\d{12}$/.test(text)
