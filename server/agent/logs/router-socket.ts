import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'

/** How long a router may leave unread what it was sent before it is tried anew. Milliseconds. */
const writeLimitMs = 30_000

/** Names a file without opening it: Linux' O_PATH, open(2). */
const nameOnly = 0o10000000

/**
 * A log router's socket, in a folder that its task may write to: a link in its place is not followed, since it would lead
 * to whatever socket the agent sees. It is connected when it is first written to, and again after it was closed. */
export class RouterSocket {
  readonly #path: string
  #socket: Socket | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Resolves when the router's end has it, as far as the kernel tells. Rejects when there is no router, or it closed. */
  async write(bytes: Uint8Array): Promise<void> {
    const socket = (this.#socket ??= await this.#connect())
    await new Promise<void>((resolve, reject) => {
      const failed = (error: Error): void => {
        this.#drop(socket)
        reject(error)
      }
      const limit = setTimeout(() => failed(new Error('the router does not read')), writeLimitMs)
      const closed = (): void => failed(new Error('the router closed its socket'))
      socket.once('close', closed)
      socket.write(bytes, error => {
        clearTimeout(limit)
        socket.off('close', closed)
        if (error) failed(error)
        else resolve()
      })
    })
  }

  /** Resolves when all that was written is on its way. */
  async close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (socket === undefined || socket.destroyed) return
    await new Promise<void>(resolve => {
      socket.once('close', () => resolve())
      socket.end(() => resolve())
    })
    socket.destroy()
  }

  async #connect(): Promise<Socket> {
    const named = await open(this.#path, nameOnly | constants.O_NOFOLLOW)
    try {
      if (!(await named.stat()).isSocket()) throw new Error('what is in the place of its socket is none')
      return await this.#connectTo(named)
    } finally {
      await named.close()
    }
  }

  /** By the file itself, whatever its name leads to by now. */
  #connectTo({ fd }: FileHandle): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ path: `/proc/self/fd/${fd}` })
      socket.once('error', reject)
      socket.once('connect', () => {
        // Its end is told to whoever writes.
        socket.on('error', () => {})
        socket.on('close', () => this.#drop(socket))
        // Nothing is expected from it; what comes must not stay in the way.
        socket.resume()
        resolve(socket)
      })
    })
  }

  #drop(socket: Socket): void {
    socket.destroy()
    if (this.#socket === socket) this.#socket = undefined
  }
}
