// A bounded load of one fixed HTTP request over keep-alive connections, on loopback only. It parses no more of an
// answer than its status and length, so that the client costs far less than the server that it measures.
import { connect, type Socket } from 'node:net'

export interface LoadOptions {
  /** Loopback address, such as http://127.0.0.1:8080. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly connections: number
  readonly seconds: number
}

export interface LoadResult {
  readonly requests: number
  readonly failures: number
  readonly perSecond: number
  /** Milliseconds at the 50th, 90th, 99th percentile and the largest. */
  readonly latency: { readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number }
}

const loopback = new Set(['127.0.0.1', 'localhost', '::1'])

export async function load(options: LoadOptions): Promise<LoadResult> {
  const { hostname, port, host } = new URL(options.url)
  if (!loopback.has(hostname)) throw new Error(`a load goes to loopback alone, not to ${hostname}`)
  const headers = Object.entries({ host, ...options.headers, 'content-length': String(Buffer.byteLength(options.body)) })
  const request = Buffer.from(`POST / HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${options.body}`)
  const latencies: number[] = []
  let failures = 0
  const started = performance.now()
  const end = started + options.seconds * 1000

  const worker = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true })
      let pending: Buffer = Buffer.alloc(0)
      let sentAt = 0
      const send = (): void => {
        sentAt = performance.now()
        if (sentAt >= end) {
          socket.end()
          resolve()
          return
        }
        socket.write(request)
      }
      socket.on('connect', send)
      socket.on('error', reject)
      socket.on('data', (chunk: Buffer) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
        const head = pending.indexOf('\r\n\r\n')
        if (head < 0) return
        const text = pending.toString('latin1', 0, head)
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1])
        if (Number.isNaN(length)) {
          reject(new Error(`an answer without a length:\n${text}`))
          socket.destroy()
          return
        }
        if (pending.length < head + 4 + length) return
        pending = Buffer.alloc(0)
        latencies.push(performance.now() - sentAt)
        if (!text.startsWith('HTTP/1.1 200')) failures++
        send()
      })
    })

  await Promise.all(Array.from({ length: options.connections }, worker))
  const seconds = (performance.now() - started) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN
  return {
    requests: latencies.length,
    failures,
    perSecond: latencies.length / seconds,
    latency: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
  }
}

/** Headers of a call that kecs takes: the signature is not verified by default. */
export const ecsHeaders = (operation: string): Record<string, string> => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
  authorization:
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=0000000000000000000000000000000000000000000000000000000000000000',
})
