import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../../shared/errors.ts'
import type { Clock } from '../../shared/clock.ts'
import { firstOf, keysFrom } from '../aws/auth/keys.ts'
import { taskKeys } from '../aws/auth/task-keys.ts'
import { type Verify, createVerify } from '../aws/auth/verify.ts'
import type { ServerConfig } from '../config.ts'

export interface Authentication {
  /** Undefined where any signature is taken. */
  readonly verify: Verify | undefined
  /** The secret access key that an account's tasks are given. */
  readonly taskSecret: (account: string) => string
}

/** The file of the instance's own secret, in its data folder. */
const secretFile = 'task-key'

/** What the configuration asks for: anybody, or those who hold a configured key and the instance's own tasks. */
export const createAuthentication = async ({
  config,
  clock,
}: {
  readonly config: ServerConfig
  readonly clock: Clock
}): Promise<Authentication> => {
  if (config.keys === undefined) return { verify: undefined, taskSecret: () => 'test' }
  const own = taskKeys(await ownSecret(config.dataDir))
  const keys = firstOf(keysFrom(config.keys), own)
  return { verify: createVerify({ keys, now: () => clock.now() }), taskSecret: account => own.secretAccessKey(account) }
}

/** Tasks outlive the process, and their environment with its key cannot be changed: the secret has to stay the same. */
const ownSecret = async (dataDir: string): Promise<string> => {
  const path = join(dataDir, secretFile)
  const found = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return ''
    throw error
  })
  if (found !== '') return found
  const secret = randomBytes(32).toString('hex')
  await writeFile(`${path}.new`, secret, { mode: 0o600 })
  await rename(`${path}.new`, path)
  return secret
}
