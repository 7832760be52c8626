import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'

import { messageOf } from '../errors.ts'
import { measured } from '../tracing.ts'
import type { Credentials, Endpoint } from './endpoint.ts'
import { KubeConfigError, KubeError } from './errors.ts'

export interface Exchange {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: { readonly type: string; readonly text: string }
  /** Beside those of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** May be sent twice without harm. */
  readonly repeatable: boolean
  readonly signal?: AbortSignal | undefined
  /** For one try: until the whole answer is in, or for a stream until its head is. */
  readonly timeoutMs?: number | undefined
}

/**
 * HTTP to one API server over node:https, which hands TLS options on under Node, Bun and Deno alike (client-node's
 * own transport loses them under Bun).
 */
export interface Transport {
  /** The whole answer's text. Throws `KubeError` for a status of 400 and above. */
  text(exchange: Exchange): Promise<string>
  /**
   * An answer's lines as they come. `idleMs`: gives up after so long a silence. Ends early when the consumer
   * breaks off. Opening it is tried once; a stream that breaks throws `KubeError`.
   */
  lines(exchange: Exchange, options?: { readonly idleMs?: number }): AsyncGenerator<string, void, undefined>
  close(): void
}

const tries = 4
const defaultTimeout = 30_000
/** Kubernetes asks for a second or so; what asks for longer is not a transient failure. */
const longestPause = 10_000

export const transportTo = (endpoint: Endpoint): Transport => {
  const connect = connector(endpoint)

  const open = async (exchange: Exchange, signal: AbortSignal): Promise<IncomingMessage> => {
    const message = await connect.send(exchange, signal, false)
    if (message.statusCode !== 401) return message
    message.resume()
    return connect.send(exchange, signal, true)
  }

  const once = async (exchange: Exchange): Promise<string> =>
    withDeadline(exchange, async signal => {
      const message = await open(exchange, signal)
      const text = await textOf(message)
      if ((message.statusCode ?? 0) >= 400) throw refusal(exchange, message, text)
      return text
    })

  const repeated = async (exchange: Exchange): Promise<string> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(exchange)
      } catch (error) {
        if (attempt === tries || exchange.signal?.aborted === true || !mayRepeat(error, exchange.repeatable)) throw error
        const asked = error instanceof KubeError ? (error.retryAfterSeconds ?? 0) * 1000 : 0
        await pause(
          Math.min(longestPause, Math.max(asked, 50 * 2 ** attempt)),
          undefined,
          exchange.signal && { signal: exchange.signal },
        ).catch(() => {})
        exchange.signal?.throwIfAborted()
      }
    }
  }

  return {
    text: exchange =>
      measured(
        'kubernetes',
        exchange.method,
        () => ({
          name: `kubernetes ${exchange.method}`,
          kind: 'client',
          attributes: { 'http.request.method': exchange.method, 'url.path': exchange.path.replace(/\?.*$/, '') },
        }),
        () => repeated(exchange),
      ),

    async *lines(exchange, options = {}) {
      const broken = new AbortController()
      const stop = (): void => broken.abort(exchange.signal?.reason)
      exchange.signal?.addEventListener('abort', stop, { once: true })
      let idle: ReturnType<typeof setTimeout> | undefined
      try {
        exchange.signal?.throwIfAborted()
        const opening = setTimeout(() => broken.abort(timedOut(exchange)), exchange.timeoutMs ?? defaultTimeout)
        const message = await open(exchange, broken.signal).finally(() => clearTimeout(opening))
        if ((message.statusCode ?? 0) >= 400) throw refusal(exchange, message, await textOf(message))
        const silence = options.idleMs
        if (silence !== undefined) idle = setTimeout(() => broken.abort(timedOut(exchange)), silence)
        yield* split(message, () => idle?.refresh())
      } catch (error) {
        throw failure(exchange, broken.signal.aborted ? broken.signal.reason : error)
      } finally {
        clearTimeout(idle)
        exchange.signal?.removeEventListener('abort', stop)
        broken.abort()
      }
    },

    close: connect.close,
  }
}

/** Sends over kept-alive connections, which are made anew when the client certificate changes. */
function connector(endpoint: Endpoint) {
  const secure = endpoint.server.startsWith('https:')
  let agent: { readonly cert: string | undefined; readonly of: HttpAgent } | undefined
  const agentFor = (credentials: Credentials): HttpAgent => {
    if (agent !== undefined && agent.cert === credentials.cert) return agent.of
    agent?.of.destroy()
    const settings = { keepAlive: true, keepAliveMsecs: 15_000, maxFreeSockets: 8 }
    const of = secure
      ? new HttpsAgent({
          ...settings,
          ...(endpoint.ca !== undefined && { ca: endpoint.ca }),
          ...(endpoint.serverName !== undefined && { servername: endpoint.serverName }),
          ...(credentials.cert !== undefined && { cert: credentials.cert, key: credentials.key }),
          rejectUnauthorized: !endpoint.skipVerify,
        })
      : new HttpAgent(settings)
    agent = { cert: credentials.cert, of }
    return of
  }

  return {
    close: () => {
      agent?.of.destroy()
      agent = undefined
    },
    send: async (exchange: Exchange, signal: AbortSignal, renew: boolean): Promise<IncomingMessage> => {
      const credentials = await endpoint.credentials(renew)
      const body = exchange.body === undefined ? undefined : Buffer.from(exchange.body.text)
      const headers = {
        accept: 'application/json',
        'user-agent': 'kecs',
        ...exchange.headers,
        ...credentials.headers,
        ...(exchange.body !== undefined && { 'content-type': exchange.body.type, 'content-length': String(body?.length ?? 0) }),
      }
      return new Promise<IncomingMessage>((resolve, reject) => {
        const request = (secure ? httpsRequest : httpRequest)(
          endpoint.server + exchange.path,
          { method: exchange.method, headers, agent: agentFor(credentials), signal },
          resolve,
        )
        request.on('error', reject)
        request.end(body)
      })
    },
  }
}

/** Runs one try under its time limit and the caller's signal. */
async function withDeadline<T>(exchange: Exchange, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  exchange.signal?.throwIfAborted()
  const one = new AbortController()
  const stop = (): void => one.abort(exchange.signal?.reason)
  exchange.signal?.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(() => one.abort(timedOut(exchange)), exchange.timeoutMs ?? defaultTimeout)
  try {
    return await run(one.signal)
  } catch (error) {
    throw failure(exchange, one.signal.aborted ? one.signal.reason : error)
  } finally {
    clearTimeout(timer)
    exchange.signal?.removeEventListener('abort', stop)
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = ''
  message.setEncoding('utf8')
  for await (const chunk of message) text += String(chunk)
  return text
}

async function* split(message: IncomingMessage, onChunk: () => void): AsyncGenerator<string, void, undefined> {
  let rest = ''
  message.setEncoding('utf8')
  for await (const chunk of message) {
    onChunk()
    const parts = String(chunk).split('\n')
    const last = parts.pop() ?? ''
    for (const part of parts) {
      yield rest + part
      rest = ''
    }
    rest += last
  }
  if (rest !== '') yield rest
}

const nameOf = (exchange: Exchange): string => `${exchange.method} ${exchange.path.replace(/\?.*/, '')}`

const timedOut = (exchange: Exchange): KubeError =>
  new KubeError(`The Kubernetes API did not answer in time: ${nameOf(exchange)}`, {
    status: 0,
    reason: 'Timeout',
    request: nameOf(exchange),
  })

/** Errors of ours and of the caller's signal stay what they are; all else is a connection that failed. */
const failure = (exchange: Exchange, error: unknown): unknown =>
  error instanceof KubeError || error instanceof KubeConfigError || exchange.signal?.aborted === true
    ? error
    : new KubeError(`The Kubernetes API cannot be reached: ${messageOf(error)}`, {
        status: 0,
        reason: 'Unreachable',
        request: nameOf(exchange),
        cause: error,
      })

/** The server's metav1.Status, where it sent one; else the body as it is, such as a proxy's. */
function refusal(exchange: Exchange, message: IncomingMessage, text: string): KubeError {
  const status = message.statusCode ?? 0
  const said = statusOf(text)
  const retryAfter = Number(message.headers['retry-after'] ?? said.retryAfterSeconds)
  return new KubeError(said.message ?? (text.trim().slice(0, 500) || `HTTP ${status}`), {
    status,
    reason: said.reason ?? `HTTP${status}`,
    request: nameOf(exchange),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  })
}

function statusOf(text: string): { message?: string; reason?: string; retryAfterSeconds?: number } {
  try {
    const value: { kind?: string; message?: string; reason?: string; details?: { retryAfterSeconds?: number } } = JSON.parse(text)
    if (value.kind !== 'Status') return {}
    return {
      ...(value.message !== undefined && { message: value.message }),
      ...(value.reason !== undefined && { reason: value.reason }),
      ...(value.details?.retryAfterSeconds !== undefined && { retryAfterSeconds: value.details.retryAfterSeconds }),
    }
  } catch {
    return {}
  }
}

const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ConnectionRefused', 'FailedToOpenSocket'])

function mayRepeat(error: unknown, repeatable: boolean): boolean {
  if (!(error instanceof KubeError)) return false
  if (error.status === 429) return true
  if (error.reason === 'Timeout' && error.status === 0) return false
  if (error.status === 0)
    return repeatable || (error.cause instanceof Error && 'code' in error.cause && neverSent.has(String(error.cause.code)))
  return repeatable && [500, 502, 503, 504].includes(error.status)
}
