import { Elysia } from 'elysia'
import type { Clock } from '../../shared/clock.ts'
import { createAwsApi, type AwsApiOptions } from '../aws/aws-api.ts'
import { expose, isOwnOrigin, isPreflight, preflight, refuseForeignOrigin } from './cors.ts'
import { healthResponse, type HealthReport } from './health.ts'
import { type AcceptSocket, httpServer, type HttpServer } from './listen.ts'

export interface ApiOptions {
  readonly aws: Omit<AwsApiOptions, 'refuse'>
  readonly health: () => HealthReport
  /** How long `stop` waits for what is in flight; 5000 where it is not said. */
  readonly graceMilliseconds?: number
  readonly clock?: Clock
  /** Takes WebSockets, which only pages of this machine may open from a browser. */
  readonly acceptSocket?: AcceptSocket
}

/** The AWS API, and `/_kecs/health`. */
export function createApi({ aws, health, graceMilliseconds, clock, acceptSocket }: ApiOptions): HttpServer {
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
    .get('/_kecs/health', () => healthResponse(health()))
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
