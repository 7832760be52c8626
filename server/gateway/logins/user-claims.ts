// What a target is told of the user: three headers, one of them signed.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding
import { createHash } from 'node:crypto'
import type { LoginKeys } from './login-keys.ts'
import { signingAlgorithm } from './login-keys.ts'

export interface ToldClaims {
  readonly claims: Readonly<Record<string, unknown>>
  readonly issuer: string
  readonly clientId: string
  /** The load balancer's ARN. */
  readonly signer: string
  /** Milliseconds. */
  readonly now: number
}

/** Seconds: what a target is told is for the request that it comes with. */
const lifetime = 120

/**
 * The user's claims as a JSON Web Token, which is the load balancer's own kind: its parts are padded, where RFC 7515 has them
 * without. What verifies AWS' tokens expects that, and what does not would fail on AWS too.
 */
export async function claimsToken({ id, privateKey }: LoginKeys['signing'], told: ToldClaims): Promise<string> {
  const exp = Math.floor(told.now / 1000) + lifetime
  const header = { typ: 'JWT', kid: id, alg: signingAlgorithm, iss: told.issuer, client: told.clientId, signer: told.signer, exp }
  const signed = `${padded(JSON.stringify(header))}.${padded(JSON.stringify({ ...told.claims, exp, iss: told.issuer }))}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, new TextEncoder().encode(signed))
  return `${signed}.${padded(Buffer.from(signature))}`
}

const padded = (content: string | Buffer): string => {
  const text = Buffer.from(content).toString('base64url')
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=')
}

/** What tells two sessions' origins apart: one that was begun for another provider or client is none here. */
export const originOf = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\n')).digest('base64url')
