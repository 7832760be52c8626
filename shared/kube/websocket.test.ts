// The WebSocket and its exec against an API server's stand-in over TLS; test/cluster/exec.test.ts runs them against a real one.
import { afterAll, describe, expect, test } from 'bun:test'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type TLSSocket } from 'node:tls'
import * as fc from 'fast-check'
import { connect, type KubeClient } from './index.ts'
import { clientFrame, FrameReader, opcodes } from './websocket-frames.ts'

/** As a server writes it: unmasked. */
const serverFrame = (opcode: number, payload: Uint8Array, isLast = true): Uint8Array => {
  const { length } = payload
  const header = length > 0xffff ? Buffer.alloc(10) : length > 125 ? Buffer.alloc(4) : Buffer.alloc(2)
  header[0] = (isLast ? 0x80 : 0) | opcode
  header[1] = header.length === 10 ? 127 : header.length === 4 ? 126 : length
  if (header.length === 4) header.writeUInt16BE(length, 2)
  if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([header, payload])
}

/** The payload of a client's frame. */
const unmasked = (frame: Uint8Array): { opcode: number; payload: Buffer; length: number } | undefined => {
  const bytes = Buffer.from(frame)
  if (bytes.length < 2) return undefined
  const short = (bytes[1] ?? 0) & 0x7f
  const at = short === 127 ? 10 : short === 126 ? 4 : 2
  const size = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  if (bytes.length < at + 4 + size) return undefined
  const mask = bytes.subarray(at, at + 4)
  const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + size).map((byte, index) => byte ^ (mask[index % 4] ?? 0)))
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload, length: at + 4 + size }
}

test('messages come out whole, however they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.uint8Array({ maxLength: 70_000, size: 'max' }), fc.integer({ min: 1, max: 3 })), { maxLength: 4 }),
      fc.integer({ min: 1, max: 5_000 }),
      (messages, step) => {
        const frames = messages.flatMap(([payload, pieces]) => {
          const size = Math.ceil(payload.length / pieces) || 1
          return Array.from({ length: pieces }, (_, index): Uint8Array[] => [
            serverFrame(index === 0 ? opcodes.binary : 0, payload.subarray(index * size, (index + 1) * size), index === pieces - 1),
            // Control frames may come between.
            serverFrame(opcodes.ping, Buffer.from('p')),
          ]).flat()
        })
        const bytes = Buffer.concat(frames)
        const reader = new FrameReader()
        const seen = []
        for (let from = 0; from < bytes.length; from += step) seen.push(...reader.push(bytes.subarray(from, from + step)))
        const data = seen.filter(({ opcode }) => opcode === opcodes.binary).map(({ payload }) => payload)
        expect(data.length).toBe(messages.length)
        expect(data.every((payload, index) => Buffer.from(payload).equals(messages[index]?.[0] ?? Buffer.alloc(0)))).toBe(true)
      },
    ),
    { numRuns: 20 },
  )
})

test('what a client writes is masked', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), fc.uint8Array({ minLength: 4, maxLength: 4 }), (payload, mask) => {
      const read = unmasked(clientFrame(opcodes.binary, payload, mask))
      expect(read?.opcode).toBe(opcodes.binary)
      expect(read?.payload.equals(payload)).toBe(true)
    }),
    { numRuns: 20 },
  )
})

const folder = mkdtempSync(join(tmpdir(), 'kecs-websocket-'))
const closing: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })]
afterAll(() => closing.reverse().forEach(close => close()))

/** An authority of its own and a certificate for 127.0.0.1 by it. */
const certificates = (() => {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-subj',
    '/CN=authority',
  )
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key', '-out', 'csr', '-subj', '/CN=server')
  execFileSync('sh', ['-c', 'printf "subjectAltName=IP:127.0.0.1" > san'], { cwd: folder })
  openssl('x509', '-req', '-in', 'csr', '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'crt', '-extfile', 'san')
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  return { ca: read('ca.crt'), cert: read('crt'), key: read('key') }
})()

interface Served {
  readonly client: KubeClient
  readonly heads: string[]
}

/** A client of a server that gives the n-th upgrade to the n-th handler. */
async function serve(...handlers: ((socket: TLSSocket, head: string) => void)[]): Promise<Served> {
  const heads: string[] = []
  const server = createServer({ cert: certificates.cert, key: certificates.key }, socket => {
    socket.on('error', () => {})
    let bytes = ''
    const onData = (chunk: Buffer): void => {
      bytes += chunk.toString('latin1')
      if (!bytes.includes('\r\n\r\n')) return
      socket.off('data', onData)
      heads.push(bytes)
      handlers[heads.length - 1]?.(socket, bytes)
    }
    socket.on('data', onData)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const { port } = server.address() as { port: number }
  const kubeconfig = JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [
      {
        name: 'c',
        cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': Buffer.from(certificates.ca).toString('base64') },
      },
    ],
    users: [{ name: 'u', user: { token: 'secret' } }],
  })
  return { client: await connect({ kubeconfig }), heads }
}

const accept = (socket: TLSSocket, head: string): void => {
  const key = /sec-websocket-key: (\S+)/i.exec(head)?.[1] ?? ''
  const answer = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${answer}\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n`,
  )
}

const pod = { namespace: 'n', name: 'p' }
const shell = { container: 'app', command: ['sh', '-c', 'a b'] }
const channel = (number: number, text: string): Uint8Array => Buffer.concat([Buffer.from([number]), Buffer.from(text)])

describe('exec', () => {
  test('is asked for as the API server wants it, and carries both directions', async () => {
    const { client, heads } = await serve((socket, head) => {
      accept(socket, head)
      let received = Buffer.alloc(0)
      socket.on('data', chunk => {
        received = Buffer.concat([received, Buffer.from(chunk)])
        for (let frame = unmasked(received); frame !== undefined; frame = unmasked(received)) {
          received = received.subarray(frame.length)
          socket.write(serverFrame(opcodes.binary, channel(1, `[${frame.payload[0]} ${frame.payload.subarray(1).toString()}]`)))
          if (frame.payload.toString().endsWith('quit')) {
            const status = { status: 'Failure', details: { causes: [{ reason: 'ExitCode', message: '7' }] } }
            socket.end(serverFrame(opcodes.binary, channel(3, JSON.stringify(status))))
          }
        }
      })
    })
    const exec = await client.exec(pod, shell)
    exec.resize({ columns: 80, rows: 24 })
    await exec.write(Buffer.from('quit'))
    let shown = ''
    for await (const bytes of exec.output) shown += Buffer.from(bytes).toString()
    expect(shown).toBe('[4 {"Width":80,"Height":24}][0 quit]')
    expect(await exec.ended).toEqual({ exitCode: 7 })
    const [head = ''] = heads
    expect(head.split('\r\n')[0]).toBe(
      'GET /api/v1/namespaces/n/pods/p/exec?container=app&command=sh&command=-c&command=a+b&stdin=true&stdout=true&tty=true HTTP/1.1',
    )
    expect(head).toContain('sec-websocket-protocol: v5.channel.k8s.io\r\n')
    expect(head).toContain('authorization: Bearer secret\r\n')
    client.close()
  })

  test('a reader who is slow holds the server back', async () => {
    const megabytes = 32
    const piece = serverFrame(opcodes.binary, channel(1, 'x'.repeat(1 << 16)))
    let written = 0
    const { client } = await serve((socket, head) => {
      accept(socket, head)
      const fill = (): void => {
        while (written < megabytes << 20) {
          written += 1 << 16
          if (!socket.write(piece)) return void socket.once('drain', fill)
        }
        socket.end(serverFrame(opcodes.binary, channel(3, JSON.stringify({ status: 'Success' }))))
      }
      fill()
    })
    const exec = await client.exec(pod, shell)
    let read = 0
    let mostAhead = 0
    for await (const bytes of exec.output) {
      read += bytes.length
      if (read < 2 << 20) await Bun.sleep(1)
      mostAhead = Math.max(mostAhead, written - read)
    }
    expect(read).toBe(megabytes << 20)
    expect(mostAhead).toBeLessThan(16 << 20)
    expect(await exec.ended).toEqual({ exitCode: 0 })
  }, 30_000)

  test('a refusal is told in the server’s words', async () => {
    const { client } = await serve(socket => {
      const body = JSON.stringify({ kind: 'Status', message: 'container not found ("app")', reason: 'BadRequest', code: 400 })
      socket.end(`HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    })
    expect(await client.exec(pod, shell).catch((error: unknown) => error)).toMatchObject({
      status: 400,
      message: 'container not found ("app")',
    })
  })

  test('a connection that breaks is an end', async () => {
    const { client } = await serve((socket, head) => {
      accept(socket, head)
      socket.write(serverFrame(opcodes.binary, channel(1, 'hi')), () => socket.destroy())
    })
    const exec = await client.exec(pod, shell)
    for await (const bytes of exec.output) expect(Buffer.from(bytes).toString()).toBe('hi')
    expect(await exec.ended).toEqual({ failure: 'The container has ended, or the connection to it was lost.' })
    await exec.write(Buffer.from('dropped'))
  })

  test('a certificate of a stranger is refused', async () => {
    const { client: right, heads } = await serve()
    const port = /:(\d+)$/.exec(right.server)?.[1]
    const kubeconfig = JSON.stringify({
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}` } }],
      users: [{ name: 'u', user: {} }],
    })
    const stranger = await connect({ kubeconfig })
    expect(await stranger.exec(pod, shell).catch((error: unknown) => error)).toMatchObject({ status: 0, reason: 'Unreachable' })
    expect(heads).toEqual([])
  })
})
