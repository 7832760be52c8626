// WebSocket frames as a client reads and writes them: https://www.rfc-editor.org/rfc/rfc6455#section-5

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** A whole message, or a control frame. */
export interface Message {
  readonly opcode: number
  readonly payload: Uint8Array
}

const isControl = (opcode: number): boolean => opcode >= opcodes.close

/** Far more than an API server sends at once: bytes. */
const longestMessage = 16 * 2 ** 20

/** Puts messages together from what comes, however it is cut. */
export class FrameReader {
  #bytes: Buffer = Buffer.alloc(0)
  #parts: Uint8Array[] = []
  #opcode = 0

  /** The messages that are whole now. Throws for what is no frame of a server. */
  push(bytes: Uint8Array): readonly Message[] {
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#bytes, bytes])
    const messages: Message[] = []
    for (let message = this.#next(); message !== undefined; message = this.#next()) if (message !== 'part') messages.push(message)
    return messages
  }

  #next(): Message | 'part' | undefined {
    const header = headerOf(this.#bytes)
    if (header === undefined || this.#bytes.length < header.length + header.payloadLength) return undefined
    const end = header.length + header.payloadLength
    const payload = new Uint8Array(this.#bytes.subarray(header.length, end))
    this.#bytes = this.#bytes.subarray(end)
    if (isControl(header.opcode)) return { opcode: header.opcode, payload }
    if (header.opcode !== opcodes.continuation) this.#opcode = header.opcode
    this.#parts.push(payload)
    if (!header.isLast) return 'part'
    const whole = this.#parts.length === 1 ? payload : new Uint8Array(Buffer.concat(this.#parts))
    this.#parts = []
    return { opcode: this.#opcode, payload: whole }
  }
}

interface Header {
  readonly opcode: number
  readonly isLast: boolean
  readonly length: number
  readonly payloadLength: number
}

const headerOf = (bytes: Buffer): Header | undefined => {
  if (bytes.length < 2) return undefined
  const [first = 0, second = 0] = bytes
  if ((second & 0x80) !== 0) throw new Error('A server masks no frames')
  const short = second & 0x7f
  const length = short === 127 ? 10 : short === 126 ? 4 : 2
  if (bytes.length < length) return undefined
  const payloadLength = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  if (payloadLength > longestMessage) throw new Error(`A frame of ${payloadLength} bytes is too long`)
  return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, length, payloadLength }
}

/** A frame of a client. `mask`: four bytes that nobody can foresee. */
export function clientFrame(opcode: number, payload: Uint8Array, mask: Uint8Array): Uint8Array {
  const { length } = payload
  const headerLength = length > 0xffff ? 10 : length > 125 ? 4 : 2
  const frame = Buffer.alloc(headerLength + 4 + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (headerLength === 10 ? 127 : headerLength === 4 ? 126 : length)
  if (headerLength === 4) frame.writeUInt16BE(length, 2)
  if (headerLength === 10) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.set(mask, headerLength)
  for (let index = 0; index < length; index += 1) frame[headerLength + 4 + index] = (payload[index] ?? 0) ^ (mask[index % 4] ?? 0)
  return frame
}
