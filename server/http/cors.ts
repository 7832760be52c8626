// Browsers. The API is not authenticated and runs containers, so a page of a foreign origin may neither read answers nor
// send the simple requests that need no preflight (the query protocol's forms): only pages of this machine may. What goes
// to the backend is the backend's to refuse.

const allowedMethods = 'HEAD, GET, PUT, POST, DELETE, PATCH, OPTIONS'
const exposedHeaders = 'x-amzn-requestid, x-amzn-errortype, x-amz-request-id, date, etag'
/** What AWS SDKs send from a browser, for preflights that ask for nothing by name. */
const allowedHeaders =
  'authorization, content-type, x-amz-target, x-amz-date, x-amz-content-sha256, x-amz-security-token, x-amz-user-agent, amz-sdk-invocation-id, amz-sdk-request'

/** Whether a page of `origin` may use the API: it was served by this machine. `null` is a sandboxed or local file's page. */
export function isOwnOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { hostname } = new URL(origin)
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

export const isPreflight = (request: Request): boolean =>
  request.method === 'OPTIONS' && request.headers.has('access-control-request-method')

/** The answer to a preflight. */
export function preflight(request: Request, origin: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': allowedMethods,
      'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? allowedHeaders,
      'access-control-max-age': '600',
      vary: 'Origin',
    },
  })
}

/** Lets a page of `origin` read an answer, unless the backend has already said who may. */
export function expose(response: Response, origin: string): Response {
  if (response.headers.has('access-control-allow-origin')) return response
  response.headers.set('access-control-allow-origin', origin)
  response.headers.set('access-control-expose-headers', exposedHeaders)
  response.headers.append('vary', 'Origin')
  return response
}

/** Refuses a call that a page of a foreign origin makes. */
export function refuseForeignOrigin(request: Request): Response | undefined {
  const origin = request.headers.get('origin')
  if (origin === null || isOwnOrigin(origin)) return undefined
  const message = `Pages of ${origin} may not use this API; pages of localhost may.`
  return Response.json({ __type: 'AccessDeniedException', message }, { status: 403 })
}
