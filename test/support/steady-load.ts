// Requests at a steady pace, and what became of each.
import { Agent, request } from 'node:http'
import { connect } from 'node:net'

export interface LoadReport {
  readonly sent: number
  /** What went wrong, with seconds since the load began. */
  readonly failures: readonly string[]
  /** How often each body was answered. */
  readonly bodies: ReadonlyMap<string, number>
}

export interface SteadyLoad {
  /** How often a body was answered so far. */
  count(body: string): number
  /** Sends no more, and resolves when all is answered. */
  stop(): Promise<LoadReport>
}

/** One request: resolves with the body, trimmed; rejects with what is not a success. */
export type Send = () => Promise<string>

/** At most so many are under way at once: what is beyond counts as failed, for nothing answers any more. */
const mostAtOnce = 400

export function steadyLoad(send: Send, perSecond: number): SteadyLoad {
  const began = performance.now()
  const failures: string[] = []
  const bodies = new Map<string, number>()
  const running = new Set<Promise<void>>()
  let sent = 0
  const fail = (error: unknown): void => {
    failures.push(`${((performance.now() - began) / 1000).toFixed(2)} s: ${error instanceof Error ? error.message : String(error)}`)
  }
  const one = (): void => {
    sent += 1
    if (running.size >= mostAtOnce) return fail('too many are under way')
    const run: Promise<void> = send()
      .then(body => void bodies.set(body, (bodies.get(body) ?? 0) + 1), fail)
      .finally(() => running.delete(run))
    running.add(run)
  }
  const timer = setInterval(one, 1000 / perSecond)
  return {
    count: body => bodies.get(body) ?? 0,
    async stop() {
      clearInterval(timer)
      await Promise.all(running)
      return { sent, failures, bodies }
    },
  }
}

const timeoutMs = 30_000

/** A GET over connections that are kept and used again, as a browser's or an SDK's. */
export function httpSender(port: number, path: string): { readonly send: Send; close(): void } {
  const agent = new Agent({ keepAlive: true })
  const send: Send = () =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, agent, timeout: timeoutMs }, response => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => (body += text))
        response.on('error', reject)
        response.on('end', () =>
          response.statusCode === 200 ? resolve(body.trim()) : reject(new Error(`HTTP ${response.statusCode}: ${body.slice(0, 200)}`)),
        )
      })
      sent.on('timeout', () => sent.destroy(new Error('timed out')))
      sent.on('error', reject)
      sent.end()
    })
  return { send, close: () => agent.destroy() }
}

/** The same over a TCP connection of its own each time, read to its end. */
export const tcpSender =
  (port: number, path: string): Send =>
  () =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port })
      let text = ''
      socket.setTimeout(timeoutMs, () => socket.destroy(new Error('timed out')))
      socket.on('connect', () => socket.write(`GET ${path} HTTP/1.0\r\nHost: load\r\n\r\n`))
      socket.setEncoding('utf8').on('data', (part: string) => (text += part))
      socket.on('error', reject)
      socket.on('close', () => {
        // Some servers end lines of a CGI script's headers as the script does.
        const [head = '', ...body] = text.split(/\r?\n\r?\n/)
        if (/^HTTP\/1\.[01] 200 /.test(head)) resolve(body.join('').trim())
        else reject(new Error(`the connection ended with ${JSON.stringify(text.slice(0, 200))}`))
      })
    })
