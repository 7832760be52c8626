// What is asked of an identity provider, by OpenID Connect. https://openid.net/specs/openid-connect-core-1_0.html
import * as oauth from 'oauth4webapi'
import { messageOf } from '../../../shared/errors.ts'
import type { FetchTrusting } from '../tokens.ts'
import { type LoginSettings, SecretUnknown } from './login-settings.ts'

/** What a login gave. */
export interface Granted {
  /** Of the user info endpoint. */
  readonly claims: Readonly<Record<string, unknown>>
  readonly accessToken: string
  readonly refreshToken?: string
  /** Seconds that the access token is good for, where the provider says so. */
  readonly expiresIn?: number
}

/**
 * Why there is no login, and the status that says so: 561 where the provider refuses, 500 where it cannot be asked, answers
 * what is none, or tells of the user more than 11 KB, 401 where the login was not done as asked for.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
 */
export class LoginFailed extends Error {
  override readonly name = 'LoginFailed'
  readonly status: 401 | 500 | 561

  constructor(status: 401 | 500 | 561, message: string) {
    super(message)
    this.status = status
  }
}

/** Bytes of claims and access token together. */
const mostToldBytes = 11 * 1024
/** For each answer of a provider. Milliseconds. */
const patience = 10_000

export interface Callback {
  /** The query that the provider sent the user back with. */
  readonly parameters: URLSearchParams
  /** The state that it was asked with. */
  readonly state: string
  readonly redirectUri: string
}

/** Where a user is sent to log in. */
export function authorizationUrl(settings: LoginSettings, state: string, redirectUri: string): string {
  const url = new URL(settings.authorizationEndpoint)
  const parameters = {
    ...settings.extra,
    client_id: settings.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: settings.scope,
    state,
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}

/** Redeems the code of a callback. Rejects with `LoginFailed`. */
export const redeem = (settings: LoginSettings, callback: Callback, fetchTrusting: FetchTrusting): Promise<Granted> =>
  telling(async () => {
    const { server, client, options } = partiesOf(settings, fetchTrusting)
    const parameters = oauth.validateAuthResponse(server, client, callback.parameters, callback.state)
    const secret = oauth.ClientSecretPost(await settings.clientSecret())
    const { redirectUri } = callback
    const answer = await oauth.authorizationCodeGrantRequest(server, client, secret, parameters, redirectUri, oauth.nopkce, options())
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, { requireIdToken: true })
    const subject = oauth.getValidatedIdTokenClaims(tokens)?.sub
    if (subject === undefined) throw new LoginFailed(401, 'the provider gave no ID token')
    return granted(tokens, await userInfo(settings, tokens.access_token, subject, fetchTrusting))
  })

/** A session goes on by its refresh token. Rejects with `LoginFailed`. */
export const refresh = (
  settings: LoginSettings,
  { refreshToken, subject }: { readonly refreshToken: string; readonly subject: string },
  fetchTrusting: FetchTrusting,
): Promise<Granted> =>
  telling(async () => {
    const { server, client, options } = partiesOf(settings, fetchTrusting)
    const secret = oauth.ClientSecretPost(await settings.clientSecret())
    const answer = await oauth.refreshTokenGrantRequest(server, client, secret, refreshToken, options())
    const tokens = await oauth.processRefreshTokenResponse(server, client, answer)
    const found = granted(tokens, await userInfo(settings, tokens.access_token, subject, fetchTrusting))
    // A provider that gives no new one lets the old one be used again.
    return found.refreshToken === undefined ? { ...found, refreshToken } : found
  })

async function userInfo(settings: LoginSettings, accessToken: string, subject: string, fetchTrusting: FetchTrusting) {
  const { server, client, options } = partiesOf(settings, fetchTrusting)
  const claims = await oauth.processUserInfoResponse(
    server,
    client,
    subject,
    await oauth.userInfoRequest(server, client, accessToken, options()),
  )
  if (Buffer.byteLength(JSON.stringify(claims)) + Buffer.byteLength(accessToken) > mostToldBytes) {
    throw new LoginFailed(500, `the user's claims and the access token have more than ${mostToldBytes} bytes`)
  }
  return claims
}

const granted = (tokens: oauth.TokenEndpointResponse, claims: Readonly<Record<string, unknown>>): Granted => ({
  claims,
  accessToken: tokens.access_token,
  ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
  ...(tokens.expires_in === undefined ? {} : { expiresIn: tokens.expires_in }),
})

function partiesOf(settings: LoginSettings, fetchTrusting: FetchTrusting) {
  const server: oauth.AuthorizationServer = {
    issuer: settings.issuer,
    authorization_endpoint: settings.authorizationEndpoint,
    token_endpoint: settings.tokenEndpoint,
    userinfo_endpoint: settings.userInfoEndpoint,
  }
  const client: oauth.Client = { client_id: settings.clientId }
  const options = () => ({
    signal: AbortSignal.timeout(patience),
    [oauth.customFetch]: (url: string, init: oauth.CustomFetchOptions<string, URLSearchParams | undefined>) =>
      fetchTrusting(url, { method: init.method, headers: init.headers, body: init.body ?? null, signal: init.signal ?? null }),
  })
  return { server, client, options }
}

/** Whatever goes wrong, as what a client is answered. */
async function telling(ask: () => Promise<Granted>): Promise<Granted> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof LoginFailed) throw error
    const refuses =
      error instanceof oauth.AuthorizationResponseError ||
      error instanceof oauth.ResponseBodyError ||
      error instanceof oauth.WWWAuthenticateChallengeError
    if (refuses) throw new LoginFailed(561, `the provider refuses: ${messageOf(error)}`)
    if (error instanceof SecretUnknown) throw new LoginFailed(500, error.message)
    if (!(error instanceof oauth.OperationProcessingError)) throw new LoginFailed(500, `the provider cannot be asked: ${messageOf(error)}`)
    // A status that is neither success nor an OAuth error: the provider fails.
    const status = error.code === oauth.RESPONSE_IS_NOT_CONFORM || error.code === oauth.RESPONSE_IS_NOT_JSON ? 500 : 401
    throw new LoginFailed(status, `the provider's answer is no login: ${messageOf(error)}`)
  }
}
