import type { Elysia } from 'elysia'
import { systemClock, type Clock } from '../../shared/clock.ts'

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

export interface HttpServer {
  /** Rejects where the port is taken, with the cause's `code` EADDRINUSE. */
  listen(host: string, port: number): Promise<Listening>
  /** Answers a request without a socket. */
  fetch(request: Request): Promise<Response>
}

export interface ServeOptions {
  /** How long `stop` waits for what is in flight; 5000 where it is not said. */
  readonly graceMilliseconds?: number | undefined
  readonly clock?: Clock | undefined
}

/** What both apps need of Elysia. */
type App = Pick<Elysia, 'fetch'>

/** Seconds after which a connection without traffic is closed; Bun allows 255. */
const idleSeconds = 120
/** Bodies for the backend, such as S3's parts, are streamed: only our own services bound them. */
const largestStreamedBody = 5 * 1024 ** 3

export function httpServer(app: App, { graceMilliseconds = 5000, clock = systemClock }: ServeOptions = {}): HttpServer {
  const answer = async (request: Request): Promise<Response> => app.fetch(request)
  return {
    fetch: answer,
    async listen(host, port) {
      const server = Bun.serve({ hostname: host, port, idleTimeout: idleSeconds, maxRequestBodySize: largestStreamedBody, fetch: answer })
      const bound = server.port ?? port
      let stopping: Promise<void> | undefined
      const stop = async (): Promise<void> => {
        // Closes the listening socket. Connections are closed below: one that is kept alive would hold Bun's promise for good.
        void server.stop(false)
        const deadline = clock.now() + graceMilliseconds
        // Bun tells how many requests are in flight, their answers' last bytes included, but not when there is none left.
        while (server.pendingRequests > 0 && clock.now() < deadline) await new Promise<void>(resolve => clock.after(5, resolve))
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
