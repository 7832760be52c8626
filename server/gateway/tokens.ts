import { rootCertificates } from 'node:tls'
import { createRemoteJWKSet, customFetch, errors, jwtVerify } from 'jose'
import type { Clock } from '../../shared/clock.ts'
import type { JwtValidationActionConfig } from '../aws/generated/elbv2.ts'
import { meetsClaims } from '../domain/elbv2/guards.ts'

/** What a token is to a rule; `unknown` where the issuer's keys cannot be had. */
export type TokenVerdict = 'valid' | 'invalid' | 'unknown'

/** A JWKS endpoint's answer, as it came. */
export type FetchKeys = (url: string, signal: AbortSignal) => Promise<Response>

export interface TokensParts {
  readonly clock: Clock
  readonly fetchKeys: FetchKeys
}

/** What AWS takes of a JWKS endpoint. */
const mostBytes = 150 * 1024
const mostKeys = 10
/** Endpoints whose keys are remembered: rules change, and nobody tells of an endpoint that is not asked for any more. */
const mostEndpoints = 200

type Keys = ReturnType<typeof createRemoteJWKSet>

/**
 * JSON Web Tokens as rules with `jwt-validation` check them. Keys are fetched when the first token needs them, kept for
 * ten minutes, and fetched again for a key that is not among them, at most every 30 seconds.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
 */
export class Tokens {
  readonly #parts: TokensParts
  readonly #keys = new Map<string, Keys>()

  constructor(parts: TokensParts) {
    this.#parts = parts
  }

  async check(token: string, { JwksEndpoint, Issuer, AdditionalClaims }: JwtValidationActionConfig): Promise<TokenVerdict> {
    const now = this.#parts.clock.now()
    try {
      const { payload } = await jwtVerify(token, this.#keysOf(JwksEndpoint), {
        algorithms: ['RS256'],
        issuer: Issuer,
        requiredClaims: ['exp'],
        currentDate: new Date(now),
      })
      if (payload.iat !== undefined && payload.iat * 1000 > now) return 'invalid'
      return meetsClaims(payload, AdditionalClaims) ? 'valid' : 'invalid'
    } catch (error) {
      return isOfToken(error) ? 'invalid' : 'unknown'
    }
  }

  #keysOf(endpoint: string): Keys {
    const known = this.#keys.get(endpoint)
    if (known !== undefined) return known
    if (this.#keys.size >= mostEndpoints) this.#keys.clear()
    const keys = createRemoteJWKSet(new URL(endpoint), {
      [customFetch]: async (url, { signal }) => withinLimits(await this.#parts.fetchKeys(url, signal)),
    })
    this.#keys.set(endpoint, keys)
    return keys
  }
}

/** Whether the token is at fault, and not what its keys are asked of. */
const isOfToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !(error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) &&
  // What the endpoint answered is no set of keys: jose has no class for it.
  error.code !== errors.JOSEError.code

async function withinLimits(response: Response): Promise<Response> {
  if (response.status !== 200) return response
  const text = await response.text()
  if (Buffer.byteLength(text) > mostBytes) throw new Error(`the JWKS endpoint answers more than ${mostBytes} bytes`)
  const found: unknown = JSON.parse(text)
  const keys: unknown = typeof found === 'object' && found !== null && 'keys' in found ? found.keys : undefined
  if (Array.isArray(keys) && keys.length > mostKeys) throw new Error(`the JWKS endpoint has more than ${mostKeys} keys`)
  return new Response(text, { headers: { 'content-type': 'application/json' } })
}

/** A request by HTTPS to who is believed; a redirect is an answer like others. */
export type FetchTrusting = (url: string, init: RequestInit) => Promise<Response>

/** Believes the roots that come with Bun, and an instance's own authority, PEM. */
export const fetchTrusting =
  (authority: string): FetchTrusting =>
  (url, init) =>
    fetch(url, { ...init, redirect: 'manual', tls: { ca: [authority, ...rootCertificates] } })
