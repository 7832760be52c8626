import { Elysia } from 'elysia'
import { createAwsApi, type AwsApiOptions } from '../aws/aws-api.ts'
import { expose, foreignOrigin, isOwnOrigin, preflight } from './cors.ts'
import { healthResponse, type HealthReport } from './health.ts'
import { httpServer, type HttpServer } from './listen.ts'
import type { Metrics } from './metrics.ts'

export interface ApiOptions {
  readonly aws: Omit<AwsApiOptions, 'observe'>
  readonly health: () => HealthReport
  readonly metrics?: Metrics
  /** How long `stop` waits for what is in flight. */
  readonly graceMilliseconds?: number
}

/** The AWS API, and `/_kecs/health`. */
export function createApi({ aws, health, metrics, graceMilliseconds = 5000 }: ApiOptions): HttpServer {
  const { handle } = createAwsApi({ ...aws, observe: metrics ? call => metrics.observe(call) : undefined })
  let inFlight = 0

  const answer = async ({ request }: { request: Request }): Promise<Response> => {
    inFlight++
    try {
      const origin = request.headers.get('origin')
      if (origin === null) return await handle(request)
      if (!isOwnOrigin(origin)) return foreignOrigin(origin)
      if (request.method === 'OPTIONS' && request.headers.has('access-control-request-method')) return preflight(request, origin)
      return expose(await handle(request), origin)
    } finally {
      inFlight--
    }
  }

  const app = new Elysia()
    .get('/_kecs/health', () => healthResponse(health()))
    // The body is the router's: it reads what is ours and streams what is not.
    .all('/*', answer, { parse: 'none' })
  return httpServer(app, { graceMilliseconds, inFlight: () => inFlight })
}
