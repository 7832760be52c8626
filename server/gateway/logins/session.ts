/** What a browser is sent to the provider with, sealed, and brings back. */
export interface LoginState {
  readonly kind: 'state'
  /** The ARN of the rule that wants the login. */
  readonly rule: string
  /** What was asked for: where the user is sent when the login is done. */
  readonly host: string
  readonly uri: string
  /** What the browser that began has in a cookie. */
  readonly nonce: string
  /** Milliseconds. */
  readonly until: number
}

/** A user that has logged in, as the browser keeps it, sealed. */
export interface Session {
  readonly kind: 'session'
  /** Tells sessions of other load balancers, providers, clients and scopes apart. */
  readonly origin: string
  /** The user's `sub`. */
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly accessToken: string
  readonly refreshToken?: string
  /** Milliseconds until which the access token is good; absent where the provider does not say. */
  readonly freshUntil?: number
  /** Milliseconds. */
  readonly until: number
}

// What is unsealed was sealed here, by this version or another: its kind says which of the two it is.

export const isState = (found: unknown): found is LoginState => hasKind(found, 'state') && 'nonce' in found && 'until' in found
export const isSession = (found: unknown): found is Session => hasKind(found, 'session') && 'claims' in found && 'until' in found

const hasKind = (found: unknown, kind: string): found is object =>
  typeof found === 'object' && found !== null && 'kind' in found && found.kind === kind
