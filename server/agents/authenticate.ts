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
  /** Until when, in milliseconds. What is refused is not remembered: tasks reach this port, with any tokens they like. */
  const known = new Map<string, number>()
  return async (token, node) => {
    const key = `${createHash('sha256').update(token).digest('hex')} ${node}`
    if ((known.get(key) ?? 0) > clock.now()) return true
    if (!(await isAgentOf(client, token, node))) return false
    for (const [each, until] of known) if (until <= clock.now()) known.delete(each)
    known.set(key, clock.now() + believedMs)
    return true
  }
}

const isAgentOf = async (client: KubeClient, token: string, node: string): Promise<boolean> => {
  const user = await reviewToken(client, token, agentAudience)
  if (user?.username !== account) return false
  const named = user.extra?.[nodeClaim]
  return named === undefined || named.includes(node)
}
