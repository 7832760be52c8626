import { afterAll, describe, expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { type ServerHttp2Stream, createServer as createHttp2 } from 'node:http2'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, type Server, createServer as createTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NetworkProber } from './network.ts'
import type { ProbeOutcome, ProbeRequest } from './prober.ts'

const servers: { close(): unknown }[] = []
afterAll(() => {
  for (const server of servers) server.close()
})

const listen = (server: Server): Promise<number> => {
  servers.push(server)
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address: AddressInfo | string | null = server.address()
      resolve(address === null || typeof address === 'string' ? 0 : address.port)
    })
  })
}

const never = new AbortController().signal
const probe = (request: Partial<ProbeRequest>): Promise<ProbeOutcome> =>
  new NetworkProber().probe(
    { protocol: 'HTTP', isTls: false, host: '127.0.0.1', port: 0, path: '/', timeoutMs: 2_000, targetGroupArn: 'g', ...request },
    never,
  )

describe('over HTTP', () => {
  test('answers the status of the path, and follows no redirect', async () => {
    const seen: (string | undefined)[] = []
    const port = await listen(
      createHttp((request, response) => {
        seen.push(request.headers['user-agent'])
        response.writeHead(request.url === '/ready?deep=1' ? 204 : 302, { location: '/ready?deep=1' }).end()
      }),
    )
    expect(await probe({ port, path: '/ready?deep=1' })).toEqual({ is: 'answered', code: 204 })
    expect(await probe({ port })).toEqual({ is: 'answered', code: 302 })
    expect(seen).toEqual(['ELB-HealthChecker/2.0', 'ELB-HealthChecker/2.0'])
  })

  test('does not wait for the end of a body', async () => {
    const port = await listen(createHttp((_request, response) => void response.writeHead(200).write('and so on')))
    expect(await probe({ port })).toEqual({ is: 'answered', code: 200 })
  })

  test('gives up after the timeout', async () => {
    const port = await listen(createHttp(() => {}))
    expect(await probe({ port, timeoutMs: 100 })).toEqual({ is: 'timedOut' })
  })

  test('tells what is no answer', async () => {
    const port = await listen(createTcp(socket => socket.end('not HTTP\r\n\r\n')))
    expect((await probe({ port })).is).toBe('failed')
    const closed = await listen(createTcp(socket => socket.destroy()))
    expect((await probe({ port: closed })).is).toBe('failed')
  })

  test('over TLS takes any certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kecs-probe-'))
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
    const subject = ['-subj', '/CN=nobody']
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject], {
      stdio: 'ignore',
    })
    const options = { key: readFileSync(key), cert: readFileSync(cert) }
    rmSync(folder, { recursive: true })
    const port = await listen(createHttps(options, (_request, response) => void response.writeHead(201).end()))
    expect(await probe({ port, isTls: true })).toEqual({ is: 'answered', code: 201 })
  })
})

test('over HTTP/2 by prior knowledge', async () => {
  const server = createHttp2((request, response) => void response.writeHead(request.url === '/ok' ? 200 : 404).end())
  const port = await listen(server)
  expect(await probe({ protocol: 'HTTP2', port, path: '/ok' })).toEqual({ is: 'answered', code: 200 })
  expect(await probe({ protocol: 'HTTP2', port })).toEqual({ is: 'answered', code: 404 })
})

describe('over gRPC', () => {
  test('answers the status of trailers and of headers alone', async () => {
    const server = createHttp2()
    server.on('stream', (stream: ServerHttp2Stream, headers) => {
      const answer = { ':status': 200, 'content-type': 'application/grpc' }
      if (headers[':path'] === '/AWS.ALB/healthcheck') {
        stream.respond({ ...answer, 'grpc-status': '12' }, { endStream: true })
        return
      }
      stream.respond(answer, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
      stream.end(Buffer.from([0, 0, 0, 0, 0]))
    })
    const port = await listen(server)
    expect(await probe({ protocol: 'GRPC', port, path: '/AWS.ALB/healthcheck' })).toEqual({ is: 'answered', code: 12 })
    expect(await probe({ protocol: 'GRPC', port, path: '/grpc.health.v1.Health/Check' })).toEqual({ is: 'answered', code: 0 })
  })

  test('fails where nobody speaks it', async () => {
    const port = await listen(createHttp((_request, response) => void response.end()))
    expect((await probe({ protocol: 'GRPC', port, timeoutMs: 500 })).is).not.toBe('answered')
  })
})

test('over TCP a connection is enough', async () => {
  const port = await listen(createTcp(() => {}))
  expect(await probe({ protocol: 'TCP', port })).toEqual({ is: 'connected' })
})

test('a port where nobody listens fails', async () => {
  for (const protocol of ['HTTP', 'HTTP2', 'GRPC', 'TCP'] as const) {
    expect((await probe({ protocol, port: 1 })).is).toBe('failed')
  }
})

test('ends with the signal', async () => {
  const port = await listen(createHttp(() => {}))
  const abort = new AbortController()
  const request = { protocol: 'HTTP', isTls: false, host: '127.0.0.1', port, path: '/', timeoutMs: 5_000, targetGroupArn: 'g' } as const
  const probing = new NetworkProber().probe(request, abort.signal)
  abort.abort()
  expect(probing).rejects.toThrow()
})
