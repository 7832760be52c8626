import { randomBytes } from 'node:crypto'
import { connect as connectPlain, isIP, type Socket } from 'node:net'
import { connect as connectSecure } from 'node:tls'

import { messageOf } from '../errors.ts'
import type { Credentials, Endpoint } from './endpoint.ts'
import { KubeError } from './errors.ts'
import { clientFrame, FrameReader, opcodes } from './websocket-frames.ts'

/** A WebSocket to an API server. */
export interface KubeWebSocket {
  /** Sends a binary message. Resolves when more may be sent; what is sent after the end is dropped. */
  send(payload: Uint8Array): Promise<void>
  /** Its messages; the server is held back while none is asked for. Ends with the connection, whatever ended it. */
  readonly messages: AsyncIterable<Uint8Array>
  close(): void
}

export interface WebSocketRequest {
  /** With its query. */
  readonly path: string
  readonly protocol: string
  readonly signal?: AbortSignal | undefined
  /** Until the server has accepted or refused: milliseconds. */
  readonly timeoutMs: number
}

/**
 * Opens a WebSocket by hand over node:tls: it takes a private CA and client certificates alike under Node, Bun and Deno,
 * and a reader who is slow slows the server down, neither of which Bun's own WebSocket does. Throws `KubeError`.
 */
export async function openWebSocket(endpoint: Endpoint, request: WebSocketRequest): Promise<KubeWebSocket> {
  const first = await attempt(endpoint, request, await endpoint.credentials(false))
  const opened = first === 'unauthorized' ? await attempt(endpoint, request, await endpoint.credentials(true)) : first
  if (opened !== 'unauthorized') return opened
  throw refused(request, 401, 'Unauthorized')
}

const refused = ({ path }: WebSocketRequest, status: number, message: string, cause?: unknown): KubeError =>
  new KubeError(message, {
    status,
    reason: status === 0 ? 'Unreachable' : `HTTP${status}`,
    request: `GET ${path.replace(/\?.*/, '')}`,
    cause,
  })

/** Answers to an upgrade that are longer are no answers. */
const longestHead = 65_536

async function attempt(endpoint: Endpoint, request: WebSocketRequest, credentials: Credentials): Promise<KubeWebSocket | 'unauthorized'> {
  request.signal?.throwIfAborted()
  const url = new URL(endpoint.server)
  const socket = socketTo(endpoint, url, credentials)
  const stop = (): void => void socket.destroy()
  request.signal?.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(() => socket.destroy(new Error('it did not answer in time')), request.timeoutMs)
  const key = randomBytes(16).toString('base64')
  const chunks = chunksOf(socket)
  try {
    socket.write(
      [
        `GET ${url.pathname === '/' ? '' : url.pathname}${request.path} HTTP/1.1`,
        `host: ${url.host}`,
        'user-agent: kecs',
        'connection: Upgrade',
        'upgrade: websocket',
        'sec-websocket-version: 13',
        `sec-websocket-key: ${key}`,
        `sec-websocket-protocol: ${request.protocol}`,
        ...Object.entries(credentials.headers).map(([name, value]) => `${name}: ${value}`),
        '\r\n',
      ].join('\r\n'),
    )
    const { status, text, rest } = await readHead(chunks)
    if (status === 101) return speak(socket, chunks, rest)
    socket.destroy()
    if (status === 401) return 'unauthorized'
    throw refused(request, status, messageIn(text) ?? `HTTP ${status}`)
  } catch (error) {
    socket.destroy()
    request.signal?.throwIfAborted()
    throw error instanceof KubeError ? error : refused(request, 0, `The Kubernetes API cannot be reached: ${messageOf(error)}`, error)
  } finally {
    clearTimeout(timer)
    request.signal?.removeEventListener('abort', stop)
  }
}

function socketTo(endpoint: Endpoint, url: URL, { cert, key }: Credentials): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol === 'http:') return connectPlain({ host, port: Number(url.port || 80) })
  const name = endpoint.serverName ?? (isIP(host) === 0 ? host : undefined)
  return connectSecure({
    host,
    port: Number(url.port || 443),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: !endpoint.skipVerify,
    ...(endpoint.ca !== undefined && { ca: endpoint.ca }),
    ...(name !== undefined && { servername: name }),
    ...(cert !== undefined && key !== undefined && { cert, key }),
  })
}

/** A socket's bytes, of which no more come than are asked for. Ends where the socket does; rejects where it breaks. */
async function* chunksOf(socket: Socket): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of socket) yield Buffer.from(chunk)
}

type Chunks = AsyncGenerator<Buffer, void, undefined>

/** An answer's status and head, or its whole text where it is a refusal; and what came behind the head. */
async function readHead(chunks: Chunks): Promise<{ readonly status: number; readonly text: string; readonly rest: Buffer }> {
  let bytes = Buffer.alloc(0)
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n')
    const head = bytes.subarray(0, Math.max(end, 0)).toString()
    const rest = bytes.subarray(end + 4)
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
    if (end >= 0 && (status === 101 || rest.length >= length)) return { status, text: rest.toString(), rest }
    if (bytes.length > longestHead) throw new Error('its answer is no answer to an upgrade')
    const next = await chunks.next()
    if (next.done === true) throw new Error('it hung up')
    bytes = Buffer.concat([bytes, next.value])
  }
}

/** The message of a metav1.Status. */
function messageIn(text: string): string | undefined {
  try {
    const status: { readonly message?: string } = JSON.parse(text)
    return status.message
  } catch {
    return text.trim() === '' ? undefined : text.trim().slice(0, 500)
  }
}

function speak(socket: Socket, chunks: Chunks, rest: Buffer): KubeWebSocket {
  const write = async (opcode: number, payload: Uint8Array): Promise<void> => {
    if (socket.destroyed || !socket.writable) return
    if (socket.write(clientFrame(opcode, payload, randomBytes(4)))) return
    await new Promise<void>(resolve => {
      const done = (): void => {
        for (const event of ['drain', 'close'] as const) socket.off(event, done)
        resolve()
      }
      for (const event of ['drain', 'close'] as const) socket.on(event, done)
    })
  }
  const reader = new FrameReader()
  const received = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (let bytes = rest; ;) {
        for (const { opcode, payload } of reader.push(bytes)) {
          if (opcode === opcodes.close) return
          if (opcode === opcodes.ping) void write(opcodes.pong, payload)
          else if (opcode !== opcodes.pong) yield payload
        }
        const next = await chunks.next()
        if (next.done === true) return
        bytes = next.value
      }
    } catch {
      // A connection that breaks has ended too: who listens finds out by what was not said.
    } finally {
      socket.destroy()
    }
  }
  return {
    send: payload => write(opcodes.binary, payload),
    messages: received(),
    close: () => {
      void write(opcodes.close, new Uint8Array())
      socket.end()
    },
  }
}
