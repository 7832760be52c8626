import { createHash } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'
import { type KubeClient, reviewToken } from '../../shared/kube/index.ts'
import { adminName, systemNamespace } from '../../shared/names.ts'

/** How long a token that was good is believed to be. Milliseconds. */
const believedMs = 60_000
const account = `system:serviceaccount:${systemNamespace}:${adminName}`

/**
 * Whether a token is one of those who administer the cluster: of a service account that no pod has, made on request for
 * us alone. Tasks reach the administration port as they reach any address of the cluster, and have none.
 */
export const administrators = (client: KubeClient, clock: Clock): ((token: string) => Promise<boolean>) => {
  const good = new Map<string, number>()
  return async token => {
    if (token === '') return false
    const now = clock.now()
    for (const [each, until] of good) if (until <= now) good.delete(each)
    const key = createHash('sha256').update(token).digest('hex')
    if (good.has(key)) return true
    const user = await reviewToken(client, token, adminName)
    if (user?.username !== account) return false
    good.set(key, now + believedMs)
    return true
  }
}
