import type { KubeClient } from './client.ts'
import { kinds } from './objects.ts'

/** Whose a token is, as Kubernetes says. */
export interface TokenUser {
  readonly username?: string
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/**
 * Whose token this is; undefined when Kubernetes does not know it or it is not for the audience.
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/
 */
export const reviewToken = async (client: KubeClient, token: string, audience: string): Promise<TokenUser | undefined> => {
  const { apiVersion, kind } = kinds.tokenReview
  const review = { apiVersion, kind, metadata: { name: audience }, spec: { token, audiences: [audience] } }
  const { status } = await client.create<typeof review & { status?: { readonly authenticated?: boolean; readonly user?: TokenUser } }>(
    review,
  )
  return status?.authenticated === true ? status.user : undefined
}
