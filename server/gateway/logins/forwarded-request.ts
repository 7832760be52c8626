import { cookiesOf } from './cookies.ts'

/** A client's request as the gateway tells of it when it asks whether it may pass. */
export interface ForwardedRequest {
  /** The Host header, with its port; empty where there is none. */
  readonly host: string
  /** Path and query, as they came. */
  readonly uri: string
  readonly cookies: ReadonlyMap<string, string>
}

/** https://doc.traefik.io/traefik/v3.6/reference/routing-configuration/http/middlewares/forwardauth/ */
export const forwardedRequest = ({ headers }: Request): ForwardedRequest => ({
  host: headers.get('x-forwarded-host') ?? '',
  uri: headers.get('x-forwarded-uri') ?? '/',
  cookies: cookiesOf(headers.get('cookie')),
})
