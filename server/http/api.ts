import { Elysia } from 'elysia'
import type { Clock } from '../../shared/clock.ts'
import { publicKeysPath } from '../../shared/names.ts'
import { createAwsApi, type AwsApiOptions } from '../aws/aws-api.ts'
import { expose, isOwnOrigin, isPreflight, preflight, refuseForeignOrigin } from './cors.ts'
import { healthResponse, type HealthReport } from './health.ts'
import { type AcceptSocket, httpServer, type HttpServer } from './listen.ts'

export interface ApiOptions {
  readonly aws: Omit<AwsApiOptions, 'refuse'>
  readonly health: () => HealthReport | Promise<HealthReport>
  /** How long `stop` waits for what is in flight; 5000 where it is not said. */
  readonly graceMilliseconds?: number
  readonly clock?: Clock
  /** Takes WebSockets, which only pages of this machine may open from a browser. */
  readonly acceptSocket?: AcceptSocket
  /** Keys by which targets of load balancers verify what they are told of users: PEM, by id. */
  readonly publicKeys?: ReadonlyMap<string, string> | undefined
}

/** The AWS API, `/_kecs/health`, and public keys. */
export function createApi({ aws, health, graceMilliseconds, clock, acceptSocket, publicKeys }: ApiOptions): HttpServer {
  const { handle } = createAwsApi({
    ...aws,
    refuse: refuseForeignOrigin,
  })

  const answer = async (request: Request): Promise<Response> => {
    const origin = request.headers.get('origin')
    if (origin === null || !isOwnOrigin(origin)) return handle(request)
    if (isPreflight(request)) return preflight(request, origin)
    return expose(await handle(request), origin)
  }

  const app = new Elysia()
    .get('/_kecs/health', async () => healthResponse(await health()))
    .get(`${publicKeysPath}/:id`, ({ params }) => publicKey(publicKeys?.get(params.id)))
    // The body is the router's: it reads what is ours and streams what is not.
    .all('/*', ({ request }) => answer(request), { parse: 'none' })
  return httpServer(app, {
    graceMilliseconds,
    clock,
    acceptSocket: request => {
      const listen = acceptSocket?.(request)
      return listen === undefined ? undefined : (refuseForeignOrigin(request) ?? listen)
    },
  })
}

const publicKey = (pem: string | undefined): Response =>
  pem === undefined
    ? new Response('There is no such key.\n', { status: 404 })
    : new Response(pem, { headers: { 'content-type': 'application/x-pem-file' } })
