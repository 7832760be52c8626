import type { Elysia } from 'elysia'

/** A listening server. */
export interface Listening {
  readonly host: string
  /** The port that was got: the asked one, or any free one where 0 was asked. */
  readonly port: number
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string
  /** Takes no new connection, lets what is in flight finish for at most `graceMilliseconds`, closes the rest. Can be called again. */
  stop(): Promise<void>
}

export interface HttpServer {
  /** Rejects where the port is taken, with the cause's `code` EADDRINUSE. */
  listen(host: string, port: number): Promise<Listening>
  /** Answers a request without a socket. */
  fetch(request: Request): Promise<Response>
}

export interface ServeOptions {
  /** How long `stop` waits for what is in flight. */
  readonly graceMilliseconds?: number
  /** Told how many requests are in flight; `stop` waits for none. */
  readonly inFlight: () => number
}

/** What both apps need of Elysia. */
type App = Pick<Elysia, 'fetch'>

/** Seconds after which a connection without traffic is closed; Bun allows 255. */
const idleSeconds = 120
/** Bodies for the backend, such as S3's parts, are streamed: only our own services bound them. */
const largestStreamedBody = 5 * 1024 ** 3

export function httpServer(app: App, { graceMilliseconds = 5000, inFlight }: ServeOptions): HttpServer {
  const answer = async (request: Request): Promise<Response> => await app.fetch(request)
  return {
    fetch: answer,
    async listen(host, port) {
      const server = Bun.serve({ hostname: host, port, idleTimeout: idleSeconds, maxRequestBodySize: largestStreamedBody, fetch: answer })
      const bound = server.port ?? port
      let stopping: Promise<void> | undefined
      const stop = async (): Promise<void> => {
        // Closes the listening socket and, once they are idle, the connections.
        const closed = server.stop(false)
        const deadline = Date.now() + graceMilliseconds
        while (inFlight() > 0 && Date.now() < deadline) await new Promise(resolve => setTimeout(resolve, 5))
        await Promise.race([closed, server.stop(true)])
      }
      return {
        host,
        port: bound,
        url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
        stop: async () => await (stopping ??= stop()),
      }
    },
  }
}
