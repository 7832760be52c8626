// Calls of services that are not ours: passed on to the backend as they came, or refused in a form that SDKs understand.
import { messageOf } from '../../shared/errors.ts'
import { awsJson11 } from './protocols/aws-json-1-1.ts'
import { awsQuery } from './protocols/aws-query.ts'
import { escapeXml } from './protocols/query-xml.ts'
import type { WireAnswer } from './protocols/protocol.ts'
import type { Fault } from './fault.ts'
import type { ForeignForm } from './router.ts'

/** RFC 9110, section 7.6.1: these belong to one connection. `Expect` has been answered when a request gets here. */
const hopByHop = ['expect', 'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']

/**
 * Passes a request on, bodies streamed both ways. The Host header stays what the client sent: it is signed, and a name
 * such as `bucket.s3.…` means the bucket. Rejects when the backend cannot be reached.
 */
export async function passOn(request: Request, body: string | undefined, backendUrl: string): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const headers = new Headers(request.headers)
  for (const name of hopByHop) headers.delete(name)
  const response = await fetch(new URL(pathname + search, backendUrl), {
    method: request.method,
    headers,
    body: body ?? request.body,
    redirect: 'manual',
    // Bun's own: what is compressed goes through compressed.
    decompress: false,
    signal: request.signal,
  })
  const answered = new Headers(response.headers)
  for (const name of hopByHop) answered.delete(name)
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers: answered })
}

/** There is no backend: status 400, so that SDKs do not try again. */
export const noBackend = (name: string | undefined): Fault => ({
  code: 'UnsupportedOperation',
  status: 400,
  message:
    `This kecs instance has no backend for ${name ? `the service ${name}` : 'this request'}: it answers Amazon ECS and Elastic Load Balancing v2 itself. ` +
    'Start it with a backend for the other AWS services: kecs up --backend IMAGE or URL, kecs serve --backend URL.',
  members: {},
})

/** The backend is there by configuration but does not answer: trying again can help. */
export const backendUnreachable = (backendUrl: string, error: unknown): Fault => ({
  code: 'ServiceUnavailable',
  status: 503,
  message: `The backend ${backendUrl} does not answer: ${messageOf(error)}`,
  members: {},
})

export function foreignFault(form: ForeignForm, fault: Fault, requestId: string): WireAnswer {
  if (form === 'aws-json') return awsJson11.fault(undefined, fault, requestId)
  if (form === 'aws-query') return awsQuery.fault(undefined, fault, requestId)
  const body =
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(fault.code)}</Code>` +
    `<Message>${escapeXml(fault.message)}</Message><RequestId>${requestId}</RequestId></Error>`
  return { status: fault.status, headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId }, body }
}
