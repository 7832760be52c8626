import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Ids } from '../../shared/ids.ts'
import type { CommandEnd, RunningCommand } from '../runtime/runtime.ts'
import { Chunks } from './wire/chunks.ts'
import { InOrder } from './wire/in-order.ts'
import { decodeMessage, encodeMessage, messageTypes, payloadTypes, type StreamMessage } from './wire/message.ts'
import {
  asksToTerminate,
  readAcknowledgement,
  readHandshakeErrors,
  readSize,
  writeAcknowledgement,
  writeChannelClosed,
  writeHandshakeComplete,
  writeHandshakeRequest,
} from './wire/payloads.ts'
import { Unacknowledged } from './wire/unacknowledged.ts'

export interface DataChannelParts {
  readonly clock: Clock
  readonly ids: Ids
  readonly sessionId: string
  readonly clientId: string
  /** As it was asked for, for the handshake. */
  readonly command: string
  /** Shown to the user before the command runs; nothing where it is empty. */
  readonly notice: string
  /** Sends a frame. */
  readonly send: (bytes: Uint8Array<ArrayBuffer>) => void
  /** Called once, when the channel has said all that it has to say. */
  readonly onEnd: () => void
  /** Starts the command once the client is ready. Rejects with words for the user. */
  readonly start: (onOutput: (bytes: Uint8Array) => Promise<void>) => Promise<RunningCommand>
}

/** As the plugin compares it: it asks for nothing that only older agents lack. */
const agentVersion = '3.3.0.0'
/** Frames of output under way: 256 KiB, so that a slow client slows the command down. */
const window = 256
const resendEveryMs = 100
/** How long a client may take to answer the handshake. */
const handshakeLimitMs = 30_000
/** How long a frame may stay unacknowledged: as the plugin has it. */
const silenceLimitMs = 300_000
/** How long the last output may stay unacknowledged before the channel is closed all the same. */
const lastOutputLimitMs = 10_000
/** What a session that nobody uses is ended after. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html */
const idleLimitMs = 20 * 60_000
/** Input that the command has not taken: more is left to the client to send again. Bytes. */
const mostInput = 1 << 20

/**
 * The agent's side of a Session Manager data channel, from the handshake on: a client's terminal on one side, a command
 * in a container on the other. It is told of frames by `receive`, and of the connection's end by `disconnected`.
 */
export class DataChannel {
  readonly #parts: DataChannelParts
  readonly #sent = new Unacknowledged(window)
  readonly #received = new InOrder<StreamMessage>()
  readonly #chunks = new Chunks()
  readonly #timers = new Set<() => void>()
  readonly #openedAt: number
  #state: 'handshake' | 'open' | 'closing' | 'ended' = 'handshake'
  #command: RunningCommand | undefined
  #waitingForRoom: (() => void)[] = []
  /** What is typed before the command runs waits for it. */
  #writing: Promise<void>
  #beginWriting: () => void = () => {}
  #unwritten = 0
  #size: { readonly columns: number; readonly rows: number } | undefined
  #usedAt: number

  constructor(parts: DataChannelParts) {
    this.#parts = parts
    this.#openedAt = this.#usedAt = parts.clock.now()
    this.#writing = new Promise(resolve => (this.#beginWriting = resolve))
  }

  /** Begins the handshake. */
  open(): void {
    this.#stream(payloadTypes.handshakeRequest, writeHandshakeRequest(agentVersion, this.#parts.command))
    this.#after(handshakeLimitMs, () => {
      if (this.#state === 'handshake') this.close('The client did not answer the handshake.')
    })
    this.#resendLater()
  }

  /** Throws `MalformedMessage`. */
  receive(bytes: Uint8Array): void {
    if (this.#state === 'ended') return
    const message = decodeMessage(bytes)
    if (message.type === messageTypes.acknowledge) return this.#acknowledged(message)
    if (message.type !== messageTypes.input) return
    const { ready, isAcknowledged } = this.#received.accept(message.sequenceNumber, message, this.#unwritten >= mostInput)
    if (isAcknowledged) this.#send({ type: messageTypes.acknowledge, payload: writeAcknowledgement(message), flags: 3 })
    for (const each of ready) this.#take(each)
  }

  /** The client is gone: there is nobody to say anything to. */
  disconnected(): void {
    this.#finish()
  }

  /** Ends the session; `output` is shown to the user, who is told of a plain end in the client's own words. */
  close(output = ''): void {
    if (this.#state === 'closing' || this.#state === 'ended') return
    this.#state = 'closing'
    this.#command?.close()
    const end = (): void => {
      if (this.#state !== 'closing') return
      const { ids, clock, clientId, sessionId } = this.#parts
      const messageId = ids.uuid()
      const payload = writeChannelClosed({ messageId, createdAt: clock.now(), clientId, sessionId, output })
      this.#send({ type: messageTypes.channelClosed, payload, messageId })
      this.#finish()
    }
    // The client leaves as soon as it hears of the end, whatever is still under way.
    void this.#drained().then(end)
    this.#after(lastOutputLimitMs, end)
  }

  #take({ payloadType, payload }: StreamMessage): void {
    switch (payloadType) {
      case payloadTypes.handshakeResponse:
        return this.#shakeHands(payload)
      case payloadTypes.output:
        this.#usedAt = this.#parts.clock.now()
        return this.#write(payload)
      case payloadTypes.size:
        this.#size = readSize(payload) ?? this.#size
        if (this.#size !== undefined) this.#command?.resize(this.#size)
        return
      case payloadTypes.flag:
        return asksToTerminate(payload) ? this.close() : undefined
    }
  }

  #shakeHands(payload: Uint8Array): void {
    if (this.#state !== 'handshake') return
    const errors = readHandshakeErrors(payload)
    if (errors.length > 0) return this.close(errors.join('\n'))
    this.#state = 'open'
    const { clock, notice } = this.#parts
    this.#stream(payloadTypes.handshakeComplete, writeHandshakeComplete(clock.now() - this.#openedAt, notice))
    this.#watchIdleness()
    void this.#run()
  }

  async #run(): Promise<void> {
    try {
      const command = await this.#parts.start(bytes => this.#output(bytes))
      if (this.#state !== 'open') return command.close()
      this.#command = command
      this.#beginWriting()
      if (this.#size !== undefined) command.resize(this.#size)
      this.close(wordsFor(await command.ended))
    } catch (error) {
      this.close(messageOf(error))
    }
  }

  /** Resolves when more may come. */
  async #output(bytes: Uint8Array): Promise<void> {
    for (const chunk of this.#chunks.take(bytes)) await this.#show(chunk)
  }

  async #show(chunk: Uint8Array): Promise<void> {
    while (!this.#sent.hasRoom && this.#state !== 'ended') await new Promise<void>(resolve => this.#waitingForRoom.push(resolve))
    if (this.#state === 'ended') return
    this.#usedAt = this.#parts.clock.now()
    this.#stream(payloadTypes.output, chunk)
  }

  /** Resolves when all output is acknowledged. */
  async #drained(): Promise<void> {
    for (const chunk of this.#chunks.end()) await this.#show(chunk)
    while (!this.#sent.isEmpty && this.#state !== 'ended') await new Promise<void>(resolve => this.#waitingForRoom.push(resolve))
  }

  #write(bytes: Uint8Array): void {
    this.#unwritten += bytes.length
    const write = async (): Promise<void> => {
      await this.#command?.write(bytes)
      this.#unwritten -= bytes.length
    }
    this.#writing = this.#writing.then(write, write)
  }

  #acknowledged({ payload }: StreamMessage): void {
    const sequenceNumber = readAcknowledgement(payload)
    if (sequenceNumber !== undefined) this.#sent.acknowledge(sequenceNumber, this.#parts.clock.now())
    this.#wakeOutput()
  }

  #wakeOutput(): void {
    const waiting = this.#waitingForRoom
    this.#waitingForRoom = []
    for (const wake of waiting) wake()
  }

  #resendLater(): void {
    this.#after(resendEveryMs, () => {
      const now = this.#parts.clock.now()
      const { waitingSince } = this.#sent
      // Who answers nothing for so long hears no word of the end either.
      if (waitingSince !== undefined && now - waitingSince >= silenceLimitMs) return this.#finish()
      const again = this.#sent.again(now)
      if (again !== undefined) this.#parts.send(again)
      this.#resendLater()
    })
  }

  #watchIdleness(): void {
    this.#after(this.#usedAt + idleLimitMs - this.#parts.clock.now(), () => {
      if (this.#parts.clock.now() - this.#usedAt >= idleLimitMs) return this.close('The session timed out: it was idle for 20 minutes.')
      this.#watchIdleness()
    })
  }

  /** Sends what is to be acknowledged. */
  #stream(payloadType: number, payload: Uint8Array): void {
    const bytes = this.#encode({ type: messageTypes.output, payload, payloadType, sequenceNumber: this.#sent.next })
    this.#sent.add(bytes, this.#parts.clock.now())
    this.#parts.send(bytes)
  }

  #send(message: Pick<StreamMessage, 'type' | 'payload'> & Partial<StreamMessage>): void {
    this.#parts.send(this.#encode(message))
  }

  #encode(message: Pick<StreamMessage, 'type' | 'payload'> & Partial<StreamMessage>): Uint8Array<ArrayBuffer> {
    const { ids, clock } = this.#parts
    return encodeMessage({ messageId: ids.uuid(), createdAt: clock.now(), sequenceNumber: 0, flags: 0, payloadType: 0, ...message })
  }

  #finish(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    for (const cancel of this.#timers) cancel()
    this.#timers.clear()
    this.#command?.close()
    this.#wakeOutput()
    this.#parts.onEnd()
  }

  #after(milliseconds: number, callback: () => void): void {
    const cancel = this.#parts.clock.after(milliseconds, () => {
      this.#timers.delete(cancel)
      if (this.#state !== 'ended') callback()
    })
    this.#timers.add(cancel)
  }
}

/** A client of Session Manager is not told of exit codes: they say nothing that its user would not see. */
const wordsFor = (end: CommandEnd): string => ('failure' in end ? end.failure : '')
