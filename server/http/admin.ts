import { Elysia } from 'elysia'
import { adminTokenHeader, cannotWrite } from '../../shared/names.ts'
import { refuseForeignOrigin } from './cors.ts'
import { healthResponse, type HealthReport } from './health.ts'
import { httpServer, type HttpServer } from './listen.ts'
import type { Metrics } from './metrics.ts'

/** A route that another part of the control plane adds. */
export interface AdminRoute {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Whether it is answered to whoever reaches the port: what it tells or does is nobody's secret. */
  readonly isOpen?: true
  handle(request: Request): Response | Promise<Response>
}

/** What an administration route refuses: what is wrong and, behind a line break, what to do. */
export const refuseAdmin = (message: string, status: 400 | 404 | 409 = 400): Response => new Response(`${message}\n`, { status })

export interface AdminOptions {
  readonly health: () => HealthReport | Promise<HealthReport>
  /** Whether the API may be called. */
  readonly ready: () => boolean | Promise<boolean>
  /** Why the API refuses all changes, such as a full disk; undefined where it takes them. */
  readonly trouble?: () => Promise<string | undefined>
  readonly metrics: Metrics
  readonly routes?: readonly AdminRoute[]
  /** Whether a token may have all routes but the open ones. Absent where the port is this machine's alone: all may. */
  readonly authorize?: ((token: string) => Promise<boolean>) | undefined
}

/** The administration port: `/health`, `/ready`, `/metrics`, and what other parts add. Pages of foreign origins can do nothing. */
export function createAdmin({ health, ready, trouble, metrics, routes = [], authorize }: AdminOptions): HttpServer {
  const app = new Elysia()
  const own: readonly AdminRoute[] = [
    { method: 'GET', path: '/health', isOpen: true, handle: async () => healthResponse(await health()) },
    { method: 'GET', path: '/ready', isOpen: true, handle: async request => readyResponse(await ready(), await trouble?.(), request) },
    { method: 'GET', path: '/metrics', isOpen: true, handle: async () => metricsResponse(metrics) },
  ]
  for (const { method, path, isOpen, handle } of [...own, ...routes]) {
    const answer = async (request: Request): Promise<Response> => {
      // A page's POST needs no preflight. GET changes nothing and is unreadable to pages; the gateway's have its callers' headers.
      const foreign = method === 'GET' ? undefined : refuseForeignOrigin(request)
      if (foreign !== undefined) return foreign
      const isAllowed = isOpen === true || authorize === undefined || (await authorize(request.headers.get(adminTokenHeader) ?? ''))
      return isAllowed ? handle(request) : refused()
    }
    app.route(method, path, ({ request }) => answer(request), { parse: 'none' })
  }
  return httpServer(app)
}

const refused = (): Response =>
  new Response('Only who administers the cluster may ask this: use the kecs command with the instance.\n', { status: 403 })

/**
 * With `?for=answers`, as Kubernetes asks, a state that cannot be written does not count: who calls is to have reads
 * answered, and changes refused in the words of AWS, instead of finding nobody.
 */
const readyResponse = (ready: boolean, trouble: string | undefined, { url }: Request): Response => {
  if (!ready) return new Response('not ready\n', { status: 503 })
  if (trouble === undefined) return new Response('ready\n')
  const isEnough = new URL(url).searchParams.get('for') === 'answers'
  return new Response(`${cannotWrite}: ${trouble}\n`, { status: isEnough ? 200 : 503 })
}

const metricsResponse = async ({ registry }: Metrics): Promise<Response> =>
  new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } })
