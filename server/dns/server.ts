import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { type Server, type Socket, createServer } from 'node:net'
import { messageOf } from '../../shared/errors.ts'
import type { Logger } from '../log.ts'
import { type RespondParts, respond } from './respond.ts'

export interface DnsServerParts extends RespondParts {
  readonly log: Logger
}

/** A DNS server that listens. */
export interface DnsListening {
  readonly port: number
  stop(): Promise<void>
}

/** Connections that say nothing. Milliseconds. */
const idleLimit = 10_000

/**
 * Answers DNS over UDP and TCP at one port; 0 takes a free one. Rejects where the port is taken.
 * @see https://www.rfc-editor.org/rfc/rfc1035#section-4.2
 */
export const listenDns = async (host: string, port: number, parts: DnsServerParts): Promise<DnsListening> => {
  const connections = new Set<Socket>()
  const server = createServer(socket => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    serve(socket, parts)
  })
  await listening(server, host, port)
  const address = server.address()
  const got = address === null || typeof address === 'string' ? port : address.port
  const datagrams = createSocket('udp4')
  datagrams.on('message', (query, from) => void answerDatagram(datagrams, query, from, parts))
  try {
    await new Promise<void>((resolve, reject) => {
      datagrams.once('error', reject)
      datagrams.bind(got, host, resolve)
    })
  } catch (error) {
    server.close()
    throw error
  }
  datagrams.on('error', error => parts.log.warn({ err: error }, `DNS: ${messageOf(error)}`))
  return {
    port: got,
    stop: async () => {
      for (const socket of connections) socket.destroy()
      await Promise.all([
        new Promise<void>(resolve => server.close(() => resolve())),
        new Promise<void>(resolve => datagrams.close(resolve)),
      ])
    },
  }
}

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })

const answerDatagram = async (
  socket: DatagramSocket,
  query: Uint8Array,
  { port, address }: { readonly port: number; readonly address: string },
  parts: DnsServerParts,
): Promise<void> => {
  try {
    const bytes = await respond(query, parts, true)
    if (bytes !== undefined) socket.send(bytes, port, address)
  } catch (error) {
    parts.log.warn({ err: error }, `a DNS query could not be answered: ${messageOf(error)}`)
  }
}

/** Messages with two bytes of length before each. */
const serve = (socket: Socket, parts: DnsServerParts): void => {
  let pending = Buffer.alloc(0)
  socket.setTimeout(idleLimit, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('data', (bytes: Buffer) => {
    pending = Buffer.concat([pending, bytes])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0)
      const query = pending.subarray(2, end)
      pending = pending.subarray(end)
      void answerMessage(socket, query, parts)
    }
  })
}

const answerMessage = async (socket: Socket, query: Uint8Array, parts: DnsServerParts): Promise<void> => {
  try {
    const bytes = await respond(query, parts, false)
    if (bytes === undefined) {
      socket.destroy()
      return
    }
    const length = Buffer.alloc(2)
    length.writeUInt16BE(bytes.length)
    socket.write(Buffer.concat([length, bytes]))
  } catch (error) {
    parts.log.warn({ err: error }, `a DNS query could not be answered: ${messageOf(error)}`)
    socket.destroy()
  }
}
