/** As much as the agent puts into one frame: bytes. */
const chunkLength = 1_024

/** The longest part of a character that may stand at the end of a chunk: UTF-8 has at most four bytes. */
const longestRest = 3

/**
 * Cuts output into frames' payloads without cutting a character in two, for clients that decode each frame alone. What
 * is no UTF-8 goes through as it is.
 */
export class Chunks {
  #rest: Uint8Array = new Uint8Array()

  take(bytes: Uint8Array): readonly Uint8Array[] {
    const all = this.#rest.length === 0 ? bytes : Uint8Array.from([...this.#rest, ...bytes])
    const chunks: Uint8Array[] = []
    let from = 0
    while (from < all.length) {
      const to = wholeUntil(all, from, Math.min(all.length, from + chunkLength))
      if (to === from) break
      chunks.push(all.slice(from, to))
      from = to
    }
    this.#rest = all.slice(from)
    return chunks
  }

  /** What was kept because more of its character might come. */
  end(): readonly Uint8Array[] {
    const rest = this.#rest
    this.#rest = new Uint8Array()
    return rest.length === 0 ? [] : [rest]
  }
}

/** The end of the last whole character between `from` and `to`; `to` where there is none that is cut. */
const wholeUntil = (bytes: Uint8Array, from: number, to: number): number => {
  for (let start = to - 1; start >= from && start >= to - longestRest; start -= 1) {
    const byte = bytes[start] ?? 0
    if (isContinuation(byte)) continue
    return start + lengthOf(byte) > to ? start : to
  }
  return to
}

const isContinuation = (byte: number): boolean => (byte & 0b1100_0000) === 0b1000_0000

/** Bytes of the character that a byte begins. */
const lengthOf = (byte: number): number => {
  if ((byte & 0b1110_0000) === 0b1100_0000) return 2
  if ((byte & 0b1111_0000) === 0b1110_0000) return 3
  return (byte & 0b1111_1000) === 0b1111_0000 ? 4 : 1
}
