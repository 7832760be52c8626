import { createHmac } from 'node:crypto'
import { defaultAccount } from '../../../shared/names.ts'
import { isAccount } from '../credential.ts'
import type { KeySource } from './keys.ts'

/** What containers sign with where signatures are verified: a key for each account, none of which is stored. */
export interface TaskKeys extends KeySource {
  secretAccessKey(account: string): string
}

/** `secret` is the instance's own, the same after a restart: containers keep the key that they were started with. */
export const taskKeys = (secret: string): TaskKeys => {
  const secretAccessKey = (account: string): string => createHmac('sha256', secret).update(account).digest('base64url').slice(0, 40)
  return {
    secretAccessKey,
    find(accessKeyId) {
      const account = accessKeyId === 'test' ? defaultAccount : accessKeyId
      return isAccount(account) ? { accessKeyId, secretAccessKey: secretAccessKey(account), account } : undefined
    },
  }
}
