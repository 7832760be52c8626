import { connect, type Socket } from 'node:net'
import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import { Frames, joined, trunkFraming, ttrpcFraming } from './frames.ts'
import { type Answer, type Call, decodeAnswer, decodeCall, encodeAnswer, encodeCall, framed, messageType, statusCode } from './ttrpc.ts'

/** In the one socket the runtime calls its plugin on the first connection, and the plugin the runtime on the second. */
const pluginConnection = 1
const runtimeConnection = 2

/** Answers a call of the runtime. What it throws the runtime is told; `undefined` stands for a method that is not known. */
export type Respond = (call: Call) => Promise<Uint8Array | undefined>

interface Waiting {
  readonly resolve: (payload: Uint8Array) => void
  readonly reject: (error: Error) => void
}

/** A connection to the NRI socket of a container runtime, by which both call each other. */
export class NriConnection {
  readonly #socket: Socket
  readonly #respond: Respond
  readonly #clock: Clock
  readonly #waiting = new Map<number, Waiting>()
  readonly #closed = Promise.withResolvers<void>()
  #nextStream = 1

  /** Resolves once it is connected. Rejects with the system's error, such as ENOENT where there is no socket. */
  static async open(path: string, respond: Respond, clock: Clock, signal: AbortSignal): Promise<NriConnection> {
    signal.throwIfAborted()
    const socket = connect({ path })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new NriConnection(socket, respond, clock, signal)
  }

  private constructor(socket: Socket, respond: Respond, clock: Clock, signal: AbortSignal) {
    this.#socket = socket
    this.#respond = respond
    this.#clock = clock
    const answers = new Frames(ttrpcFraming, (header, content) => this.#answered(header.getUint32(4), content))
    const calls = new Frames(ttrpcFraming, (header, content) => void this.#called(header.getUint32(4), content))
    const trunk = new Frames(trunkFraming, (header, content) => {
      const connection = header.getUint32(0)
      if (connection === pluginConnection) calls.push(content)
      if (connection === runtimeConnection) answers.push(content)
    })
    socket.on('data', (piece: Uint8Array) => {
      try {
        trunk.push(piece)
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(messageOf(error)))
      }
    })
    const end = (): void => void socket.destroy()
    signal.addEventListener('abort', end, { once: true })
    let why = new Error('the container runtime closed the connection')
    socket.on('error', (error: Error) => (why = error))
    socket.on('close', () => {
      signal.removeEventListener('abort', end)
      for (const { reject } of this.#waiting.values()) reject(why)
      this.#waiting.clear()
      this.#closed.resolve()
    })
    if (signal.aborted) end()
  }

  /** Resolves when it is closed, by whomever. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  /**
   * Calls the runtime. Rejects with what it says when it refuses, when the connection ends, and when it has not answered
   * by then: that the runtime is told the time does not bind it.
   */
  async call(call: Call, timeoutMs: number): Promise<Uint8Array> {
    const stream = this.#nextStream
    this.#nextStream += 2
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
    this.#waiting.set(stream, { resolve, reject })
    const cancel = this.#clock.after(timeoutMs, () => {
      this.#waiting.delete(stream)
      reject(new Error(`the container runtime did not answer ${call.method} within ${timeoutMs} ms`))
    })
    this.#send(runtimeConnection, framed(stream, messageType.request, encodeCall(call, timeoutMs)))
    return promise.finally(cancel)
  }

  #answered(stream: number, content: Uint8Array): void {
    const waiting = this.#waiting.get(stream)
    this.#waiting.delete(stream)
    const answer = decodeAnswer(content)
    if (answer.is === 'done') waiting?.resolve(answer.payload)
    else waiting?.reject(new Error(answer.message))
  }

  async #called(stream: number, content: Uint8Array): Promise<void> {
    const answer = await this.#answerOf(content)
    if (!this.#socket.destroyed) this.#send(pluginConnection, framed(stream, messageType.response, encodeAnswer(answer)))
  }

  async #answerOf(content: Uint8Array): Promise<Answer> {
    try {
      const call = decodeCall(content)
      const payload = await this.#respond(call)
      if (payload !== undefined) return { is: 'done', payload }
      return { is: 'failed', code: statusCode.unimplemented, message: `no method ${call.method}` }
    } catch (error) {
      return { is: 'failed', code: statusCode.unknown, message: messageOf(error) }
    }
  }

  #send(connection: number, message: Uint8Array): void {
    const header = new DataView(new ArrayBuffer(8))
    header.setUint32(0, connection)
    header.setUint32(4, message.length)
    this.#socket.write(joined(new Uint8Array(header.buffer), message))
  }
}
