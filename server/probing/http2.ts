import { type ClientHttp2Session, type IncomingHttpHeaders, connect, constants } from 'node:http2'
import { userAgent } from './http.ts'
import type { ProbeOutcome, ProbeRequest } from './prober.ts'

/** A GET, or a call of gRPC without a message, on an HTTP/2 connection of its own; without TLS by prior knowledge. */
export const probeHttp2 = async (request: ProbeRequest, signal: AbortSignal): Promise<ProbeOutcome> => {
  const { host, port, isTls } = request
  const authority = `${isTls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
  const session = connect(authority, { rejectUnauthorized: false })
  const abort = (): void => session.destroy()
  signal.addEventListener('abort', abort, { once: true })
  try {
    const code = await answerOf(session, request)
    return code === undefined ? { is: 'failed', why: 'an answer without a status' } : { is: 'answered', code }
  } finally {
    signal.removeEventListener('abort', abort)
    session.destroy()
  }
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */
const grpcHeaders = { [constants.HTTP2_HEADER_METHOD]: 'POST', 'content-type': 'application/grpc', te: 'trailers' }
/** A message of length 0, not compressed. */
const emptyMessage = Buffer.from([0, 0, 0, 0, 0])

/** The status code: gRPC's comes with the headers where there is no message, else after it. */
const answerOf = (session: ClientHttp2Session, { protocol, path }: ProbeRequest): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const isGrpc = protocol === 'GRPC'
    session.on('error', reject)
    session.once('close', () => reject(new Error('the connection was closed')))
    const stream = session.request({
      [constants.HTTP2_HEADER_PATH]: path,
      'user-agent': userAgent,
      ...(isGrpc ? grpcHeaders : { [constants.HTTP2_HEADER_METHOD]: 'GET' }),
    })
    stream.on('error', reject)
    stream.once('response', headers => {
      if (!isGrpc) resolve(numberIn(headers, constants.HTTP2_HEADER_STATUS))
      else if (headers['grpc-status'] !== undefined) resolve(numberIn(headers, 'grpc-status'))
    })
    stream.once('trailers', trailers => resolve(numberIn(trailers, 'grpc-status')))
    stream.once('end', () => resolve(undefined))
    stream.resume()
    stream.end(isGrpc ? emptyMessage : undefined)
  })

const numberIn = (headers: IncomingHttpHeaders, name: string): number | undefined => {
  const value = headers[name]
  return value === undefined || Number.isNaN(Number(value)) ? undefined : Number(value)
}
