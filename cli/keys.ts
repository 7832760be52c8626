import { readFile } from 'node:fs/promises'
import { type ConfiguredKey, KeysError, parseKeys } from '../shared/access-keys.ts'
import { CliError, isMissing } from '../shared/errors.ts'

const howToWrite = 'One key a line: ACCESS_KEY_ID SECRET_ACCESS_KEY [ACCOUNT]'

/** The keys in a file. Throws `CliError` with exit code 2 where it is missing, has none, or a line is none. */
export const readKeysFile = async (path: string): Promise<readonly ConfiguredKey[]> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) throw new CliError(`There is no file of keys ${path}.`, howToWrite, { exitCode: 2 })
    throw error
  })
  return keysIn(text, path)
}

/** The keys in a text that came from `from`. Throws `CliError` with exit code 2. */
export const keysIn = (text: string, from: string): readonly ConfiguredKey[] => {
  try {
    const keys = parseKeys(text)
    if (keys.length > 0) return keys
  } catch (error) {
    if (!(error instanceof KeysError)) throw error
    throw new CliError(`${from}, ${error.message}.`, howToWrite, { exitCode: 2 })
  }
  throw new CliError(`${from} has no key.`, howToWrite, { exitCode: 2 })
}

export const authModes = ['open', 'strict'] as const
export type AuthMode = (typeof authModes)[number]

export const isAuthMode = (text: string): text is AuthMode => authModes.some(mode => mode === text)

/** Throws `CliError` with exit code 2 for what is neither. */
export const parseAuthMode = (text: string, from: string): AuthMode => {
  if (isAuthMode(text)) return text
  throw new CliError(`${from}: ${text} is not one of ${authModes.join(', ')}.`, '', { exitCode: 2 })
}

/** Nobody could call an instance that verifies signatures and knows no key. */
export const noKeys = (): CliError =>
  new CliError('--auth strict needs keys to verify signatures with.', `Give it a file: --keys FILE. ${howToWrite}`, { exitCode: 2 })
