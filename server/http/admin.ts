import { Elysia } from 'elysia'
import { healthResponse, type HealthReport } from './health.ts'
import { httpServer, type HttpServer } from './listen.ts'
import type { Metrics } from './metrics.ts'

/** A route that another part of the control plane adds. */
export interface AdminRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  handle(request: Request): Response | Promise<Response>
}

/** What an administration route refuses: what is wrong and, behind a line break, what to do. */
export const refuseAdmin = (message: string, status: 400 | 404 | 409 = 400): Response => new Response(`${message}\n`, { status })

export interface AdminOptions {
  readonly health: () => HealthReport
  /** Whether the API may be called: Kubernetes' readiness. */
  readonly ready: () => boolean | Promise<boolean>
  readonly metrics: Metrics
  readonly routes?: readonly AdminRoute[]
}

/** The administration port: `/health`, `/ready`, `/metrics`, and what other parts add. */
export function createAdmin({ health, ready, metrics, routes = [] }: AdminOptions): HttpServer {
  const app = new Elysia()
  const own: readonly AdminRoute[] = [
    { method: 'GET', path: '/health', handle: () => healthResponse(health()) },
    { method: 'GET', path: '/ready', handle: async () => readyResponse(await ready()) },
    { method: 'GET', path: '/metrics', handle: async () => metricsResponse(metrics) },
  ]
  for (const { method, path, handle } of [...own, ...routes]) {
    app.route(method, path, ({ request }) => handle(request), { parse: 'none' })
  }
  return httpServer(app)
}

const readyResponse = (ready: boolean): Response => new Response(ready ? 'ready\n' : 'not ready\n', { status: ready ? 200 : 503 })

const metricsResponse = async ({ registry }: Metrics): Promise<Response> =>
  new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } })
