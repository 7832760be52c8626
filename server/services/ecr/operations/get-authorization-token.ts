// Differs from AWS: the registry takes any token, and none. The call starts the registry where it does not run yet, and
// waits until it answers.
import { epochSeconds } from '../../../../shared/clock.ts'
import type { GetAuthorizationTokenRequest, GetAuthorizationTokenResponse } from '../../../aws/generated/ecr.ts'
import type { EcrContext } from '../context.ts'
import { runningRegistry } from '../images.ts'

const twelveHours = 12 * 3600

/**
 * What Docker logs in with: user AWS and a password, in Base64.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
 */
export async function getAuthorizationToken(
  context: EcrContext,
  _input: GetAuthorizationTokenRequest,
): Promise<GetAuthorizationTokenResponse> {
  const { account, region, clock, registry, registryHost } = context
  if (registry !== undefined) await runningRegistry(context)
  const expiresAt = epochSeconds(clock.now()) + twelveHours
  const password = Buffer.from(JSON.stringify({ account, region, expiresAt })).toString('base64url')
  return {
    authorizationData: [
      { authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'), expiresAt, proxyEndpoint: `http://${registryHost}` },
    ],
  }
}
