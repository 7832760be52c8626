// A client of Session Manager's data channels, in place of the plugin of the AWS CLI. Its codec is written from what is
// known of the wire and shares nothing with the product's, so that the two check each other.
import { createHash, randomBytes } from 'node:crypto'
import type { Session } from '@aws-sdk/client-ecs'
import { until } from './until.ts'

export interface ClientOptions {
  /** Sends input twice and in a wrong order, and takes no frame of output the first time it comes. */
  readonly isUnreliable?: boolean
  /** Acknowledges nothing from then on, as a client that hangs. */
  readonly acknowledges?: () => boolean
  readonly onOutput?: (text: Buffer) => void
}

interface Frame {
  readonly type: string
  readonly sequenceNumber: number
  readonly messageId: Buffer
  readonly payloadType: number
  readonly payload: Buffer
}

const headerLength = 116

export class SessionClient {
  /** What the terminal has shown. */
  shown = ''
  /** What the session ended with, once it has: empty for a plain end. */
  closedWith: string | undefined
  /** Whether the connection is over, in whatever way. */
  isDisconnected = false
  /** What the agent asked for and told in its handshake. */
  readonly handshake: Record<string, unknown>[] = []
  /** Frames of output that came again. */
  repeated = 0
  readonly #socket: WebSocket
  readonly #options: ClientOptions
  readonly #decoder = new TextDecoder()
  readonly #early = new Map<number, Frame>()
  readonly #refusedOnce = new Set<number>()
  readonly #unacknowledged = new Map<number, Buffer<ArrayBuffer>>()
  #expected = 0
  #next = 0
  #resending: ReturnType<typeof setInterval>

  private constructor(socket: WebSocket, options: ClientOptions) {
    this.#socket = socket
    this.#options = options
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => this.#receive(Buffer.from(data as ArrayBuffer)))
    socket.addEventListener('close', () => {
      this.isDisconnected = true
      clearInterval(this.#resending)
    })
    this.#resending = setInterval(() => {
      const [oldest] = this.#unacknowledged.values()
      if (oldest !== undefined) this.#socket.send(oldest)
    }, 200)
  }

  /** Connects and gives the token; the handshake goes on by itself. */
  static async open({ streamUrl = '', tokenValue = '' }: Session, options: ClientOptions = {}): Promise<SessionClient> {
    const socket = new WebSocket(streamUrl)
    const client = new SessionClient(socket, options)
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error(`no WebSocket at ${streamUrl}`)))
    })
    socket.send(
      JSON.stringify({
        MessageSchemaVersion: '1.0',
        RequestId: crypto.randomUUID(),
        TokenValue: tokenValue,
        ClientId: crypto.randomUUID(),
        ClientVersion: '1.2.0.0',
      }),
    )
    return client
  }

  /** Types, as a terminal sends it: in pieces of at most 1,024 bytes. */
  type(text: string): void {
    const bytes = Buffer.from(text)
    for (let from = 0; from < bytes.length; from += 1024) this.send(1, bytes.subarray(from, from + 1024))
  }

  resize(columns: number, rows: number): void {
    this.send(3, Buffer.from(JSON.stringify({ cols: columns, rows })))
  }

  terminate(): void {
    this.send(10, Buffer.from([0, 0, 0, 2]))
  }

  /** Hangs up without a word. */
  disconnect(): void {
    this.#socket.close()
  }

  async sees(text: string | RegExp, withinMs = 60_000): Promise<void> {
    const isThere = (): boolean => (typeof text === 'string' ? this.shown.includes(text) : text.test(this.shown))
    await until(`${String(text)} in ${JSON.stringify(this.shown.slice(-500))}`, isThere, { withinMs, everyMs: 5 })
  }

  /** What the session ended with. */
  async ends(withinMs = 60_000): Promise<string> {
    await until('the session ends', () => this.closedWith !== undefined, { withinMs, everyMs: 5 })
    return this.closedWith ?? ''
  }

  send(payloadType: number, payload: Buffer): void {
    const frame = encode({ type: 'input_stream_data', sequenceNumber: this.#next, messageId: randomBytes(16), payloadType, payload })
    this.#unacknowledged.set(this.#next++, frame)
    if (this.#options.isUnreliable !== true) return this.#socket.send(frame)
    // Later than the next one, and twice.
    setTimeout(() => {
      this.#socket.send(frame)
      this.#socket.send(frame)
    }, this.#next % 3)
  }

  #receive(data: Buffer): void {
    const frame = decode(data)
    if (frame.type === 'channel_closed') {
      this.closedWith = (JSON.parse(frame.payload.toString()) as { Output: string }).Output
      this.#socket.close()
      return
    }
    if (frame.type === 'acknowledge') {
      const { AcknowledgedMessageSequenceNumber: number } = JSON.parse(frame.payload.toString()) as Record<string, number>
      this.#unacknowledged.delete(number ?? -1)
      return
    }
    if (frame.type !== 'output_stream_data') throw new Error(`a frame of type ${frame.type}`)
    if (this.#options.acknowledges?.() === false) return
    if (this.#options.isUnreliable === true && !this.#refusedOnce.has(frame.sequenceNumber)) {
      this.#refusedOnce.add(frame.sequenceNumber)
      return
    }
    if (frame.sequenceNumber < this.#expected) this.repeated += 1
    this.#acknowledge(frame)
    this.#early.set(frame.sequenceNumber, frame)
    for (let next = this.#early.get(this.#expected); next !== undefined; next = this.#early.get(this.#expected)) {
      this.#early.delete(this.#expected++)
      this.#take(next)
    }
  }

  #take({ payloadType, payload }: Frame): void {
    if (payloadType === 1) {
      this.shown += this.#decoder.decode(payload, { stream: true })
      this.#options.onOutput?.(payload)
      return
    }
    if (payloadType !== 5 && payloadType !== 7) throw new Error(`output of type ${payloadType}`)
    const told = JSON.parse(payload.toString()) as Record<string, unknown>
    this.handshake.push(told)
    if (payloadType === 7) return
    const actions = told['RequestedClientActions'] as { ActionType: string }[]
    const done = actions.map(({ ActionType }) => ({ ActionType, ActionStatus: 1, ActionResult: null, Error: '' }))
    this.send(6, Buffer.from(JSON.stringify({ ClientVersion: '1.2.0.0', ProcessedClientActions: done, Errors: null })))
  }

  #acknowledge({ type, sequenceNumber, messageId }: Frame): void {
    const content = {
      AcknowledgedMessageType: type,
      AcknowledgedMessageId: messageId.toString('hex'),
      AcknowledgedMessageSequenceNumber: sequenceNumber,
      IsSequentialMessage: true,
    }
    const payload = Buffer.from(JSON.stringify(content))
    this.#socket.send(encode({ type: 'acknowledge', sequenceNumber: 0, messageId: randomBytes(16), payloadType: 0, payload }, 3n))
  }
}

function encode({ type, sequenceNumber, messageId, payloadType, payload }: Frame, flags = 0n): Buffer<ArrayBuffer> {
  const frame = Buffer.alloc(headerLength + 4 + payload.length)
  frame.writeUInt32BE(headerLength, 0)
  frame.write(type.padEnd(32), 4)
  frame.writeUInt32BE(1, 36)
  frame.writeBigUInt64BE(BigInt(Date.now()), 40)
  frame.writeBigInt64BE(BigInt(sequenceNumber), 48)
  frame.writeBigUInt64BE(flags, 56)
  messageId.copy(frame, 64)
  createHash('sha256').update(payload).digest().copy(frame, 80)
  frame.writeUInt32BE(payloadType, 112)
  frame.writeUInt32BE(payload.length, 116)
  payload.copy(frame, 120)
  return frame
}

function decode(frame: Buffer): Frame {
  if (frame.readUInt32BE(0) !== headerLength) throw new Error(`a header of ${frame.readUInt32BE(0)} bytes`)
  if (frame.readUInt32BE(36) !== 1 || frame.readBigUInt64BE(40) === 0n) throw new Error('no schema version, or no date')
  const payload = frame.subarray(120)
  if (frame.readUInt32BE(116) !== payload.length) throw new Error('a wrong length')
  if (!createHash('sha256').update(payload).digest().equals(frame.subarray(80, 112))) throw new Error('a wrong digest')
  return {
    type: frame.toString('utf8', 4, 36).trimEnd(),
    sequenceNumber: Number(frame.readBigInt64BE(48)),
    messageId: frame.subarray(64, 80),
    payloadType: frame.readUInt32BE(112),
    payload,
  }
}
