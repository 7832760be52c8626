// An identity provider of a test, by OpenID Connect: a page to log in at, tokens, and what is known of users.
import { type CryptoKey, SignJWT, generateKeyPair } from 'jose'

export interface ProviderSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

interface Grant {
  readonly subject: string
  readonly redirectUri: string
}

/** What a test says of the provider may be changed at any time. */
export class IdentityProvider {
  readonly #settings: ProviderSettings
  readonly #key: CryptoKey
  readonly #grants = new Map<string, Grant>()
  readonly #accessTokens = new Map<string, string>()
  readonly #refreshTokens = new Map<string, string>()
  /** What was asked of it, in order: path and parameters. */
  readonly asked: { readonly path: string; readonly parameters: Readonly<Record<string, string>> }[] = []
  /** Of every user, beside the subject. */
  claims: Readonly<Record<string, unknown>> = { email: 'ann@example.com' }
  /** Seconds. */
  expiresIn = 300
  givesRefreshTokens = false
  givesIdTokens = true
  /** What its token endpoint refuses with. */
  refusal: string | undefined
  /** The issuer that its ID tokens name, where it is another one. */
  idTokenIssuer: string | undefined
  isAway = false

  private constructor(settings: ProviderSettings, key: CryptoKey) {
    this.#settings = settings
    this.#key = key
  }

  static async open(settings: ProviderSettings): Promise<IdentityProvider> {
    return new IdentityProvider(settings, (await generateKeyPair('RS256')).privateKey)
  }

  answer = async (request: Request): Promise<Response> => {
    if (this.isAway) throw new TypeError('connection refused')
    const url = new URL(request.url)
    const body = request.method === 'POST' ? new URLSearchParams(await request.text()) : new URLSearchParams()
    this.asked.push({ path: url.pathname, parameters: Object.fromEntries([...url.searchParams, ...body]) })
    if (url.pathname === '/authorize') return this.#authorize(url, body)
    if (url.pathname === '/token') return this.#token(body)
    if (url.pathname === '/userinfo') return this.#userInfo(request.headers.get('authorization'))
    return new Response('', { status: 404 })
  }

  /** A page with a form, and the way back when it is sent; `prompt=none` is for a user who has logged in already. */
  #authorize({ searchParams: asked }: URL, form: URLSearchParams): Response {
    if (asked.get('client_id') !== this.#settings.clientId) return new Response('unknown client', { status: 400 })
    const user = form.get('user') ?? (asked.get('prompt') === 'none' ? 'ann' : undefined)
    if (user === undefined) {
      const page = '<title>Log in</title><form method="post"><input name="user" id="user"><button id="go">Log in</button></form>'
      return new Response(page, { headers: { 'content-type': 'text/html' } })
    }
    const back = new URL(asked.get('redirect_uri') ?? '')
    back.searchParams.set('state', asked.get('state') ?? '')
    if (user === 'nobody') back.searchParams.set('error', 'access_denied')
    else back.searchParams.set('code', this.#remember(this.#grants, { subject: user, redirectUri: asked.get('redirect_uri') ?? '' }))
    return new Response(null, { status: 303, headers: { location: back.href } })
  }

  async #token(form: URLSearchParams): Promise<Response> {
    const { clientId, clientSecret } = this.#settings
    if (this.refusal !== undefined) return refused(this.refusal)
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) return refused('invalid_client', 401)
    const subject = form.get('grant_type') === 'refresh_token' ? this.#refreshed(form) : this.#redeemed(form)
    if (subject === undefined) return refused('invalid_grant')
    return Response.json({
      token_type: 'Bearer',
      access_token: this.#remember(this.#accessTokens, subject),
      expires_in: this.expiresIn,
      ...(this.givesRefreshTokens ? { refresh_token: this.#remember(this.#refreshTokens, subject) } : {}),
      ...(this.givesIdTokens ? { id_token: await this.#idToken(subject) } : {}),
    })
  }

  /** A code is good once, and for the address that it was given to. */
  #redeemed(form: URLSearchParams): string | undefined {
    const code = form.get('code') ?? ''
    const grant = this.#grants.get(code)
    this.#grants.delete(code)
    return grant?.redirectUri === form.get('redirect_uri') ? grant?.subject : undefined
  }

  #refreshed(form: URLSearchParams): string | undefined {
    return this.#refreshTokens.get(form.get('refresh_token') ?? '')
  }

  #idToken(subject: string): Promise<string> {
    return new SignJWT({})
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(this.idTokenIssuer ?? this.#settings.issuer)
      .setAudience(this.#settings.clientId)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime('5 minutes')
      .sign(this.#key)
  }

  #userInfo(authorization: string | null): Response {
    const subject = this.#accessTokens.get(authorization?.replace(/^Bearer /, '') ?? '')
    if (subject === undefined) return new Response('', { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
    return Response.json({ sub: subject, ...this.claims })
  }

  #remember<T>(kept: Map<string, T>, value: T): string {
    const key = crypto.randomUUID()
    kept.set(key, value)
    return key
  }
}

const refused = (error: string, status = 400): Response => Response.json({ error }, { status })
