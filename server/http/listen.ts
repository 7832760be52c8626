import type { Elysia } from 'elysia'
import { systemClock, type Clock } from '../../shared/clock.ts'
import { pause } from '../../shared/pause.ts'

/** A listening server. */
export interface Listening {
  readonly host: string
  /** The port that was got: the asked one, or any free one where 0 was asked. */
  readonly port: number
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string
  /**
   * Takes no new connection, lets what is in flight finish for at most `graceMilliseconds`, closes the rest. Can be called
   * again. Bun leaves a connection that never sent a byte to its idle time-out or the end of the process.
   */
  stop(): Promise<void>
}

/** A connection that was upgraded to a WebSocket. https://www.rfc-editor.org/rfc/rfc6455 */
export interface Socket {
  send(bytes: Uint8Array<ArrayBuffer>): void
  close(code: number, reason: string): void
}

/** What a WebSocket tells of. */
export interface SocketListener {
  text(text: string): void
  binary(bytes: Uint8Array): void
  closed(): void
}

/** Says who takes the WebSocket that a request asks for, or what it is refused with; undefined: it is a request like others. */
export type AcceptSocket = (request: Request) => ((socket: Socket) => SocketListener) | Response | undefined

export interface HttpServer {
  /** Rejects where the port is taken, with the cause's `code` EADDRINUSE. */
  listen(host: string, port: number): Promise<Listening>
  /** Answers a request without a socket. */
  fetch(request: Request): Promise<Response>
}

export interface ServeOptions {
  /** How long `stop` waits for what is in flight; 5000 where it is not said. */
  readonly graceMilliseconds?: number | undefined
  /** Seconds after which a connection without traffic is closed; 0: never. 120 where it is not said. */
  readonly idleSeconds?: number | undefined
  readonly clock?: Clock | undefined
  readonly acceptSocket?: AcceptSocket | undefined
}

/** What both apps need of Elysia. */
type App = Pick<Elysia, 'fetch'>

/** Seconds; Bun allows 255. */
const usualIdleSeconds = 120
/** Bodies for the backend, such as S3's parts, are streamed: only our own services bound them. */
const largestStreamedBody = 5 * 1024 ** 3

/** Seconds after which a WebSocket whose client does not even answer pings is closed. */
const socketIdleSeconds = 120
const largestSocketMessage = 2 ** 20

export function httpServer(
  app: App,
  { graceMilliseconds = 5000, idleSeconds = usualIdleSeconds, clock = systemClock, acceptSocket }: ServeOptions = {},
): HttpServer {
  const answer = async (request: Request): Promise<Response> => app.fetch(request)
  const serve = async (request: Request, server: Bun.Server<SocketData>): Promise<Response | undefined> => {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return answer(request)
    const accepted = acceptSocket?.(request)
    if (accepted === undefined || accepted instanceof Response) return accepted ?? answer(request)
    if (server.upgrade(request, { data: { listen: accepted } })) return undefined
    return new Response('This is no WebSocket request.\n', { status: 400 })
  }
  return {
    fetch: answer,
    async listen(host, port) {
      const server = Bun.serve<SocketData>({
        hostname: host,
        port,
        idleTimeout: idleSeconds,
        // What is thrown is told to the log, not to whoever asks. Without development Bun shares ports unless told otherwise.
        development: false,
        reusePort: false,
        maxRequestBodySize: largestStreamedBody,
        fetch: serve,
        websocket: socketHandlers,
      })
      const bound = server.port ?? port
      let stopping: Promise<void> | undefined
      const stop = async (): Promise<void> => {
        // Closes the listening socket. Connections are closed below: one that is kept alive would hold Bun's promise for good.
        void server.stop(false)
        const deadline = clock.now() + graceMilliseconds
        // Bun tells how many requests are in flight, their answers' last bytes included, but not when there is none left.
        while (server.pendingRequests > 0 && clock.now() < deadline) await pause(clock, 5)
        await server.stop(true)
      }
      return {
        host,
        port: bound,
        url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
        stop: async () => (stopping ??= stop()),
      }
    },
  }
}

interface SocketData {
  readonly listen: (socket: Socket) => SocketListener
  listener?: SocketListener
}

const socketHandlers: Bun.WebSocketHandler<SocketData> = {
  idleTimeout: socketIdleSeconds,
  maxPayloadLength: largestSocketMessage,
  open: socket => {
    socket.data.listener = socket.data.listen({
      send: bytes => void socket.send(bytes),
      close: (code, reason) => socket.close(code, reason),
    })
  },
  message: ({ data }, message) => (typeof message === 'string' ? data.listener?.text(message) : data.listener?.binary(message)),
  close: ({ data }) => data.listener?.closed(),
}
