/** How messages follow each other in a stream of bytes: a header, in which the length of what follows it is, big-endian. */
export interface Framing {
  readonly headerBytes: number
  /** Where in the header the length is. */
  readonly lengthAt: number
  /** A message that says to be longer is none. Bytes. */
  readonly most: number
}

/** The connections of NRI in one socket, by number: 4 bytes number, 4 bytes length. One message of ttrpc each at most. */
export const trunkFraming: Framing = { headerBytes: 8, lengthAt: 4, most: 10 + 4 * 2 ** 20 }
/** ttrpc: 4 bytes length, 4 bytes stream, type, flags. https://github.com/containerd/ttrpc/blob/main/PROTOCOL.md */
export const ttrpcFraming: Framing = { headerBytes: 10, lengthAt: 0, most: 4 * 2 ** 20 }

/** Puts messages together from the pieces in which they arrive. */
export class Frames {
  readonly #framing: Framing
  readonly #accept: (header: DataView, content: Uint8Array) => void
  #rest: Uint8Array = new Uint8Array()

  constructor(framing: Framing, accept: (header: DataView, content: Uint8Array) => void) {
    this.#framing = framing
    this.#accept = accept
  }

  /** Throws for a message that is too long: what follows it can not be told from it. */
  push(piece: Uint8Array): void {
    const { headerBytes, lengthAt, most } = this.#framing
    let bytes: Uint8Array = this.#rest.length === 0 ? piece : joined(this.#rest, piece)
    while (bytes.length >= headerBytes) {
      const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes)
      const end = headerBytes + header.getUint32(lengthAt)
      if (end - headerBytes > most) throw new Error(`a message of ${end - headerBytes} bytes`)
      if (bytes.length < end) break
      const content = bytes.subarray(headerBytes, end)
      bytes = bytes.subarray(end)
      this.#accept(header, content)
    }
    this.#rest = bytes
  }
}

export const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
