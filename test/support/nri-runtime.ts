// The side of NRI that a container runtime has, on a socket of its own: written from the protocol's description, and from
// nothing of ours but the library that reads and writes protobuf.
// https://github.com/containerd/nri/blob/main/pkg/api/api.proto https://github.com/containerd/ttrpc/blob/main/PROTOCOL.md
import { createServer, type Server, type Socket } from 'node:net'
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

const pluginService = 'nri.pkg.api.v1alpha1.Plugin'
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export interface NriAnswer {
  readonly code: number
  readonly message: string
  readonly payload: Uint8Array
}

export interface NriPlugin {
  /** RegisterPluginRequest: name and index. */
  readonly name: string
  readonly index: string
  call(method: string, payload: Uint8Array): Promise<NriAnswer>
  /** Configure and Synchronize, as a runtime begins with. The mask of the events that it wants. */
  begin(): Promise<number>
  hangUp(): void
}

export interface NriRuntime {
  /** The next plugin that registers. */
  next(): Promise<NriPlugin>
  close(): Promise<void>
}

/** Fields of a message, each with its number: text, bytes and messages as bytes, integers as numbers. */
export const fieldsIn = (message: Uint8Array): readonly (readonly [number, Uint8Array | bigint])[] => {
  const reader = new BinaryReader(message)
  const fields: (readonly [number, Uint8Array | bigint])[] = []
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (type === WireType.LengthDelimited) fields.push([field, reader.bytes()])
    else fields.push([field, BigInt(reader.uint64())])
  }
  return fields
}

export const textIn = (message: Uint8Array, field: number): string => decoder.decode(bytesIn(message, field)[0] ?? new Uint8Array())

export const bytesIn = (message: Uint8Array, field: number): readonly Uint8Array[] =>
  fieldsIn(message).flatMap(([number, value]) => (number === field && typeof value === 'object' ? [value] : []))

export const numberIn = (message: Uint8Array, field: number): bigint =>
  (fieldsIn(message).find(([number]) => number === field)?.[1] as bigint | undefined) ?? 0n

/** A message of texts, and of messages that are bytes already. */
export const messageWith = (fields: readonly (readonly [number, string | Uint8Array | number])[]): Uint8Array => {
  const writer = new BinaryWriter()
  for (const [field, value] of fields) {
    if (typeof value === 'number') writer.tag(field, WireType.Varint).int64(value)
    else writer.tag(field, WireType.LengthDelimited).bytes(typeof value === 'string' ? encoder.encode(value) : value)
  }
  return writer.finish()
}

/** CreateContainerRequest. */
export const containerToCreate = (pod: { namespace: string; name: string }, annotations: Record<string, string>, container: string) =>
  messageWith([
    [
      1,
      messageWith([
        [1, 'sandbox'],
        [2, pod.name],
        [4, pod.namespace],
        ...Object.entries(annotations).map(
          ([key, value]) =>
            [
              6,
              messageWith([
                [1, key],
                [2, value],
              ]),
            ] as const,
        ),
      ]),
    ],
    [
      2,
      messageWith([
        [1, 'id'],
        [3, container],
      ]),
    ],
  ])

/** `version`: what it says of itself. */
export const nriRuntime = async (path: string, version = 'v2.1.4'): Promise<NriRuntime> => {
  const registered: NriPlugin[] = []
  const waiting: ((plugin: NriPlugin) => void)[] = []
  const sockets = new Set<Socket>()
  const server: Server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    serve(socket, version, plugin => {
      const take = waiting.shift()
      if (take === undefined) registered.push(plugin)
      else take(plugin)
    })
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  return {
    next: async () => registered.shift() ?? new Promise(resolve => waiting.push(resolve)),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

const serve = (socket: Socket, version: string, register: (plugin: NriPlugin) => void): void => {
  const answers = new Map<number, (answer: NriAnswer) => void>()
  let nextStream = 1
  const send = (connection: number, stream: number, type: number, content: Uint8Array): void => {
    const message = Buffer.alloc(18)
    message.writeUInt32BE(connection, 0)
    message.writeUInt32BE(10 + content.length, 4)
    message.writeUInt32BE(content.length, 8)
    message.writeUInt32BE(stream, 12)
    message.writeUInt8(type, 16)
    // In pieces, as a network may have it.
    socket.write(message.subarray(0, 11))
    socket.write(Buffer.concat([message.subarray(11), content]))
  }
  const call = async (method: string, payload: Uint8Array): Promise<NriAnswer> => {
    const stream = nextStream
    nextStream += 2
    const { promise, resolve } = Promise.withResolvers<NriAnswer>()
    answers.set(stream, resolve)
    send(
      1,
      stream,
      1,
      messageWith([
        [1, pluginService],
        [2, method],
        [3, payload],
      ]),
    )
    return promise
  }
  const plugin = (request: Uint8Array): NriPlugin => ({
    name: textIn(request, 1),
    index: textIn(request, 2),
    call,
    begin: async () => {
      const { payload } = await call(
        'Configure',
        messageWith([
          [2, 'containerd'],
          [3, version],
          [4, 5_000],
          [5, 2_000],
        ]),
      )
      // In two parts: each is acknowledged with whether more follows.
      const first = await call('Synchronize', messageWith([[3, 1]]))
      if (numberIn(first.payload, 2) !== 1n) throw new Error('a part of what runs was not acknowledged')
      await call('Synchronize', new Uint8Array())
      return Number(numberIn(payload, 2))
    },
    hangUp: () => socket.destroy(),
  })
  let rest = Buffer.alloc(0)
  socket.on('data', (piece: Buffer) => {
    rest = Buffer.concat([rest, piece])
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
      const connection = rest.readUInt32BE(0)
      const message = rest.subarray(8, 8 + rest.readUInt32BE(4))
      rest = rest.subarray(8 + message.length)
      const stream = message.readUInt32BE(4)
      const content = new Uint8Array(message.subarray(10, 10 + message.readUInt32BE(0)))
      if (connection === 2 && message.readUInt8(8) === 1) {
        send(2, stream, 2, new Uint8Array())
        if (textIn(content, 2) === 'RegisterPlugin') register(plugin(bytesIn(content, 3)[0] ?? new Uint8Array()))
      }
      if (connection === 1 && message.readUInt8(8) === 2) {
        const status = bytesIn(content, 1)[0] ?? new Uint8Array()
        answers.get(stream)?.({
          code: Number(numberIn(status, 1)),
          message: textIn(status, 2),
          payload: bytesIn(content, 2)[0] ?? new Uint8Array(),
        })
      }
    }
  })
}
