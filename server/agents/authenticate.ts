import { createHash } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'
import { type KubeClient, reviewToken } from '../../shared/kube/index.ts'
import { agentAudience, agentName, systemNamespace } from '../../shared/names.ts'

/** Says whether a bearer token is that of the agent of a node. */
export type Authenticate = (token: string, node: string) => Promise<boolean>

/** How long an answer is believed. Milliseconds. */
const believedMs = 60_000
const account = `system:serviceaccount:${systemNamespace}:${agentName}`
const nodeClaim = 'authentication.kubernetes.io/node-name'

/**
 * By Kubernetes: an agent's token is its service account's, for our audience alone, which the kubelet mounts and renews.
 * Tasks have no token, and none of another pod is taken. From Kubernetes 1.30 on a token names its node, and is good
 * for the tasks of that node only. https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/
 */
export const authenticateAgents = (client: KubeClient, clock: Clock): Authenticate => {
  const known = new Map<string, { readonly isAgent: boolean; readonly until: number }>()
  return async (token, node) => {
    const key = `${createHash('sha256').update(token).digest('hex')} ${node}`
    const before = known.get(key)
    if (before !== undefined && before.until > clock.now()) return before.isAgent
    const isAgent = await isAgentOf(client, token, node)
    for (const [each, { until }] of known) if (until <= clock.now()) known.delete(each)
    known.set(key, { isAgent, until: clock.now() + believedMs })
    return isAgent
  }
}

const isAgentOf = async (client: KubeClient, token: string, node: string): Promise<boolean> => {
  const user = await reviewToken(client, token, agentAudience)
  if (user?.username !== account) return false
  const named = user.extra?.[nodeClaim]
  return named === undefined || named.includes(node)
}
