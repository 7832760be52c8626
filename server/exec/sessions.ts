import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Ids } from '../../shared/ids.ts'
import type { Backend, BackendPlace } from '../backend/backend.ts'
import type { ExecLogging } from '../domain/exec-logging.ts'
import type { Logger } from '../log.ts'
import type { Runtime, TaskRef } from '../runtime/runtime.ts'
import { DataChannel } from './data-channel.ts'
import { openTranscript } from './transcript.ts'
import { readToken } from './wire/payloads.ts'

/** A command that is to be run in a container of a task, for whoever connects with the token. */
export interface SessionRequest {
  readonly task: TaskRef
  readonly container: string
  /** As it was asked for. */
  readonly command: string
  /** Its words. */
  readonly words: readonly string[]
  /** Where what it shows is written when it is over, and whose call that is. */
  readonly logging?: ExecLogging & { readonly place: BackendPlace }
}

export interface OpenedSession {
  readonly sessionId: string
  /** What the client opens the channel with: for this session alone, once, and for a minute. */
  readonly tokenValue: string
  /** Where the channel is, on the API's address. */
  readonly path: string
}

/** What the ECS API needs of sessions. */
export interface SessionDesk {
  /** `limit`: the container has as many sessions as it may. `unreachable`: it does not run, as far as the runtime sees. */
  open(request: SessionRequest): OpenedSession | 'limit' | 'unreachable'
}

/** A connection to a client. */
export interface ClientSocket {
  send(bytes: Uint8Array<ArrayBuffer>): void
  /** RFC 6455 status code, and why. */
  close(code: number, reason: string): void
}

/** What a connection tells of. */
export interface ClientConnection {
  text(text: string): void
  binary(bytes: Uint8Array): void
  closed(): void
}

export interface ExecSessionsParts {
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly runtime: Runtime
  /** Where sessions are logged; undefined: nowhere. */
  readonly backend: Backend | undefined
}

/** Sessions of one container at once: ECS' own limit. */
export const mostSessions = 2
const tokenLifeMs = 60_000

const prefix = 'ecs-execute-command-'
/** As at AWS: /v1/data-channel/ID?role=publish_subscribe. */
export const channelPath = `/v1/data-channel/${prefix}`

const refused = { code: 1008, reason: 'There is no such session, or its token was used or has expired.' } as const

interface Session {
  readonly id: string
  readonly token: string
  readonly request: SessionRequest
  isConnected: boolean
  /** Ends it, saying why. */
  end: (why: string) => void
}

/** The sessions of ECS Exec that are open or waited for; they are gone with the process. */
export class ExecSessions implements SessionDesk {
  readonly #parts: ExecSessionsParts
  readonly #sessions = new Map<string, Session>()

  constructor(parts: ExecSessionsParts) {
    this.#parts = parts
  }

  open(request: SessionRequest): OpenedSession | 'limit' | 'unreachable' {
    const seen = this.#parts.runtime.observe(request.task)?.containers.find(({ name }) => name === request.container)
    if (seen?.state.is !== 'running') return 'unreachable'
    const others = [...this.#sessions.values()].filter(
      each => each.request.task.taskArn === request.task.taskArn && each.request.container === request.container,
    )
    if (others.length >= mostSessions) return 'limit'
    const { ids, clock } = this.#parts
    const id = `${prefix}${ids.hex32().slice(0, 17)}`
    const token = Buffer.from(ids.hex32() + ids.hex32(), 'hex').toString('base64')
    const cancel = clock.after(tokenLifeMs, () => {
      if (this.#sessions.get(id)?.isConnected === false) this.#sessions.delete(id)
    })
    this.#sessions.set(id, { id, token, request, isConnected: false, end: () => (cancel(), this.#sessions.delete(id)) })
    return { sessionId: id, tokenValue: token, path: `${channelPath}${id.slice(prefix.length)}?role=publish_subscribe` }
  }

  /** Whether a path is that of a channel. */
  isChannel(path: string): boolean {
    return path.startsWith(channelPath)
  }

  /** A client that has connected to a channel's path. It is turned away unless its first message has the session's token. */
  connect(path: string, socket: ClientSocket): ClientConnection {
    let channel: DataChannel | undefined
    const giveUp = this.#parts.clock.after(tokenLifeMs, () => {
      if (channel === undefined) socket.close(refused.code, refused.reason)
    })
    return {
      text: text => {
        giveUp()
        if (channel !== undefined) return
        channel = this.#claim(prefix + path.slice(channelPath.length), text, socket)
        if (channel === undefined) socket.close(refused.code, refused.reason)
        else channel.open()
      },
      binary: bytes => {
        if (channel === undefined) return socket.close(refused.code, refused.reason)
        try {
          channel.receive(bytes)
        } catch (error) {
          socket.close(1002, messageOf(error).slice(0, 120))
        }
      },
      closed: () => {
        giveUp()
        channel?.disconnected()
      },
    }
  }

  /** Ends every session. */
  stop(): void {
    for (const session of this.#sessions.values()) session.end('The control plane stops.')
  }

  #claim(id: string, text: string, socket: ClientSocket): DataChannel | undefined {
    const session = this.#sessions.get(id)
    const given = readToken(text)
    if (session === undefined || given === undefined || session.isConnected || !isSame(session.token, given.token)) return undefined
    session.isConnected = true
    const { clock, ids, runtime, log, backend } = this.#parts
    const { task, container, command, words, logging } = session.request
    const transcript =
      logging === undefined || backend === undefined
        ? undefined
        : openTranscript({ backend, clock, place: logging.place, logging, sessionId: id })
    const channel = new DataChannel({
      clock,
      ids,
      sessionId: id,
      clientId: given.clientId,
      command,
      notice: runtime.kind === 'simulated' ? 'SIMULATED: no container runs here; this shell knows a few commands, which help lists.' : '',
      send: bytes => socket.send(bytes),
      onEnd: () => {
        this.#sessions.delete(id)
        log.info({ sessionId: id, taskArn: task.taskArn, container }, 'the session has ended')
        transcript?.end().catch((error: unknown) => log.warn({ err: error, sessionId: id }, 'the session could not be logged'))
        socket.close(1000, '')
      },
      start: async onOutput => {
        const shown = async (bytes: Uint8Array): Promise<void> => {
          transcript?.write(bytes)
          await onOutput(bytes)
        }
        return runtime.exec(task, { container, command: words, onOutput: shown })
      },
    })
    session.end = why => channel.close(why)
    log.info({ sessionId: id, taskArn: task.taskArn, container, command }, 'a session has begun')
    return channel
  }
}

const isSame = (token: string, given: string): boolean => {
  const [one, other] = [Buffer.from(token), Buffer.from(given)]
  return one.length === other.length && timingSafeEqual(one, other)
}
