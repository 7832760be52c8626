import { randomBytes } from 'node:crypto'
import type { Clock } from '../../../shared/clock.ts'
import { callbackPath } from '../../../shared/names.ts'
import type { Action } from '../../aws/generated/elbv2.ts'
import type { Backend } from '../../backend/backend.ts'
import { dataHeader, identityHeader, tokenHeader } from '../../domain/elbv2/user-sessions.ts'
import type { Logger } from '../../log.ts'
import { type RuleRow, rules } from '../../store/elbv2-tables.ts'
import type { Store } from '../../store/store.ts'
import type { FetchTrusting } from '../tokens.ts'
import { joinShards, mostSealed, nonceCookie, setNonce, setShards } from './cookies.ts'
import type { ForwardedRequest } from './forwarded-request.ts'
import { type Granted, LoginFailed, authorizationUrl, redeem, refresh } from './identity-provider.ts'
import type { LoginKeys } from './login-keys.ts'
import { type LoginSettings, loginSettings } from './login-settings.ts'
import { seal, unseal } from './sealed.ts'
import { type LoginState, type Session, isSession, isState } from './session.ts'
import { claimsToken, originOf } from './user-claims.ts'

export interface LoginsParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly keys: LoginKeys
  readonly fetchTrusting: FetchTrusting
  /** Whose Cognito has user pools; undefined where there is none. */
  readonly backend: Backend | undefined
}

/** What becomes of a request to a rule that logs in: it passes, with these headers, or is answered. */
export type Admission =
  | { readonly is: 'passed'; readonly headers: Readonly<Record<string, string>>; readonly setCookies: readonly string[] }
  | { readonly is: 'redirected'; readonly location: string; readonly setCookies: readonly string[] }
  | { readonly is: 'refused'; readonly status: 401 | 500 | 561 }

/** How long a user may take to log in. Milliseconds. */
const loginPatience = 15 * 60_000

/**
 * Users that a load balancer lets log in: `authenticate-oidc` and `authenticate-cognito`. All that there is of a session is in
 * the browser's cookies, sealed by a key of the instance.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
 */
export class Logins {
  readonly #parts: LoginsParts

  constructor(parts: LoginsParts) {
    this.#parts = parts
  }

  /** Whether a request may pass an action of a rule, which logs in. */
  async admit(request: ForwardedRequest, rule: RuleRow, action: Action): Promise<Admission> {
    const settings = loginSettings(action, this.#parts.backend)
    if (settings === undefined) return { is: 'refused', status: 500 }
    const session = await this.#sessionOf(request, settings, rule)
    if (session === undefined) return this.#withoutSession(request, rule, settings)
    const { clock } = this.#parts
    if (session.refreshToken === undefined || session.freshUntil === undefined || clock.now() < session.freshUntil) {
      return this.#passed(session, settings, rule, [])
    }
    try {
      const { refreshToken, subject } = session
      const granted = await refresh(settings, { refreshToken, subject }, this.#parts.fetchTrusting)
      const next = this.#session(granted, settings, rule, session.until)
      return await this.#passed(next, settings, rule, await this.#keep(next, settings, request))
    } catch (error) {
      this.#tell(error, rule)
      return this.#withoutSession(request, rule, settings)
    }
  }

  /** A user comes back from the provider, to a listener: the request's query says how it went. */
  async complete(request: ForwardedRequest, listenerArn: string): Promise<Admission> {
    const { clock, store, keys, backend, fetchTrusting } = this.#parts
    const parameters = new URLSearchParams(request.uri.slice(request.uri.indexOf('?') + 1))
    const sealed = parameters.get('state') ?? ''
    const state = await unseal(sealed, keys.sealing)
    if (!isState(state) || clock.now() > state.until) return { is: 'refused', status: 401 }
    // Before the code is spent: who has not begun this login does not end it.
    if (request.cookies.get(nonceCookie) !== state.nonce || state.host !== request.host) return { is: 'refused', status: 401 }
    const rule = store.table(rules).get(state.rule)
    const settings = rule?.rule.Actions?.map(action => loginSettings(action, backend)).find(found => found !== undefined)
    if (rule === undefined || settings === undefined || rule.listenerArn !== listenerArn) return { is: 'refused', status: 401 }
    try {
      const granted = await redeem(settings, { parameters, state: sealed, redirectUri: redirectUri(request.host) }, fetchTrusting)
      const session = this.#session(granted, settings, rule, clock.now() + settings.sessionSeconds * 1000)
      return {
        is: 'redirected',
        location: `https://${state.host}${state.uri}`,
        setCookies: await this.#keep(session, settings, request),
      }
    } catch (error) {
      return { is: 'refused', status: this.#tell(error, rule) }
    }
  }

  async #sessionOf({ cookies }: ForwardedRequest, settings: LoginSettings, rule: RuleRow): Promise<Session | undefined> {
    const text = joinShards(cookies, settings.cookieName)
    const session = text === undefined ? undefined : await unseal(text, this.#parts.keys.sealing)
    if (!isSession(session) || session.origin !== originFor(settings, rule)) return undefined
    return this.#parts.clock.now() < session.until ? session : undefined
  }

  async #withoutSession(request: ForwardedRequest, rule: RuleRow, settings: LoginSettings): Promise<Admission> {
    if (settings.onUnauthenticated === 'allow') return { is: 'passed', headers: {}, setCookies: [] }
    // Without a host there is nowhere to come back to.
    if (settings.onUnauthenticated === 'deny' || request.host === '') return { is: 'refused', status: 401 }
    // A browser that asks for several pages at once has one nonce for all of them.
    const known = request.cookies.get(nonceCookie)
    const nonce = known !== undefined && /^[A-Za-z0-9_-]{16}$/.test(known) ? known : randomBytes(12).toString('base64url')
    const { host, uri } = request
    const state: LoginState = { kind: 'state', rule: rule.rule.RuleArn, host, uri, nonce, until: this.#parts.clock.now() + loginPatience }
    const location = authorizationUrl(settings, await seal(state, this.#parts.keys.sealing), redirectUri(host))
    return { is: 'redirected', location, setCookies: [setNonce(nonce)] }
  }

  #session({ claims, accessToken, refreshToken, expiresIn }: Granted, settings: LoginSettings, rule: RuleRow, until: number): Session {
    return {
      kind: 'session',
      origin: originFor(settings, rule),
      subject: String(claims['sub']),
      claims,
      accessToken,
      until,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(expiresIn === undefined ? {} : { freshUntil: this.#parts.clock.now() + expiresIn * 1000 }),
    }
  }

  async #keep(session: Session, { cookieName }: LoginSettings, { cookies }: ForwardedRequest): Promise<readonly string[]> {
    const text = await seal(session, this.#parts.keys.sealing)
    if (text.length > mostSealed) throw new LoginFailed(500, 'the session is too large for cookies')
    return setShards(cookies, cookieName, { text, expires: session.until })
  }

  async #passed(session: Session, settings: LoginSettings, rule: RuleRow, setCookies: readonly string[]): Promise<Admission> {
    const { keys, clock } = this.#parts
    const { claims, subject, accessToken } = session
    const { issuer, clientId } = settings
    const data = await claimsToken(keys.signing, { claims, issuer, clientId, signer: rule.loadBalancerArn, now: clock.now() })
    return { is: 'passed', headers: { [dataHeader]: data, [tokenHeader]: accessToken, [identityHeader]: subject }, setCookies }
  }

  /** The status that says what went wrong. */
  #tell(error: unknown, { rule }: RuleRow): 401 | 500 | 561 {
    if (!(error instanceof LoginFailed)) throw error
    this.#parts.log.info({ rule: rule.RuleArn, status: error.status }, `a user could not log in: ${error.message}`)
    return error.status
  }
}

const redirectUri = (host: string): string => `https://${host}${callbackPath}`

/** A session is good for one load balancer, provider, client and scope. */
const originFor = ({ issuer, clientId, scope }: LoginSettings, { loadBalancerArn }: RuleRow): string =>
  originOf(loadBalancerArn, issuer, clientId, scope)
