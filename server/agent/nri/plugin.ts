import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import type { Logger } from '../../log.ts'
import { pause } from '../../../shared/pause.ts'
import type { Adjusting } from '../protocol.ts'
import { NriConnection, type Respond } from './connection.ts'
import {
  configured,
  containerChanged,
  containerRequestOf,
  isMoreToCome,
  noPayload,
  pluginService,
  registerPlugin,
  requestTimeoutOf,
  runtimeOf,
  runtimeService,
  synchronized,
  type ContainerChange,
  type ContainerRequest,
} from './messages.ts'

export interface PluginParts {
  /** The runtime's socket for plugins, such as `/var/run/nri/nri.sock`. */
  readonly socket: string
  /**
   * What a container is to be created with beside what its pod says; undefined: nothing. What it throws keeps the
   * container from being created, and the kubelet tells it. Within so many milliseconds, or the runtime goes on without.
   */
  readonly change: (request: ContainerRequest, withinMs: number) => Promise<ContainerChange | undefined>
  /** Told whenever it is not as it was. */
  readonly became: (adjusting: Adjusting) => void
  readonly clock: Clock
  readonly log: Logger
}

/** Between attempts to be a plugin. Milliseconds. */
const againMs = 1_000
/** Before the first one after it was one: a runtime that closed the connection is there. Milliseconds. */
const soonMs = 100
/** As the runtime's own, where it does not say: milliseconds. */
const defaultRequestTimeoutMs = 2_000
const registrationTimeoutMs = 5_000
/** A runtime that has taken the registration tells what runs once no container is under way, which may take it a while. Milliseconds. */
const takingTimeoutMs = 60_000
/** NRI came with containerd 1.7, which took limits of plugins from 1.7.7 on and left them out before without a word. */
const leavesLimitsOut = /^containerd v?1\.7\.[0-6](?!\d)/
/** The last of all plugins but those of administrators, who take what they like. */
const index = '80'

/**
 * Is a plugin of the node's container runtime by the Node Resource Interface until the signal: asked before a container
 * is created, it says what is to be different. containerd has it on from 2.0 on, CRI-O from 1.26. While there is no socket
 * it looks for one each second. Never rejects. https://github.com/containerd/nri
 */
export const followNri = async (parts: PluginParts, signal: AbortSignal): Promise<void> => {
  const { clock, log, became } = parts
  let wasAble = false
  let pauseMs = againMs
  let told = ''
  const tell = (adjusting: Adjusting): void => {
    if (told === JSON.stringify(adjusting)) return
    told = JSON.stringify(adjusting)
    if (adjusting.is === 'able') log.info({ runtime: adjusting.runtime }, 'adjusting containers')
    else log.info(`containers are not adjusted: ${adjusting.why}`)
    became(adjusting)
  }
  while (!signal.aborted) {
    try {
      const session = new Session(parts)
      const connection = await NriConnection.open(parts.socket, session.respond, clock, signal)
      try {
        await register(connection)
        tell({ is: 'able', runtime: await taken(session, connection, clock) })
        wasAble = true
        pauseMs = soonMs
        await connection.closed
        throw new Error('the container runtime closed the connection')
      } finally {
        connection.close()
      }
    } catch (error) {
      if (signal.aborted) return
      const why = /ENOENT/.test(messageOf(error)) ? 'the container runtime of the node has no NRI' : messageOf(error)
      // One that was there comes back with its runtime.
      tell(wasAble ? { is: 'away', why } : { is: 'unable', why })
    }
    await pause(clock, pauseMs, signal)
    pauseMs = againMs
  }
}

const register = (connection: NriConnection): Promise<Uint8Array> =>
  connection.call({ service: runtimeService, method: 'RegisterPlugin', payload: registerPlugin('kecs', index) }, registrationTimeoutMs)

/** Rejects when the connection ends first, and when it takes too long. */
const taken = async (session: Session, connection: NriConnection, clock: Clock): Promise<string> => {
  const late = Promise.withResolvers<never>()
  const cancel = clock.after(takingTimeoutMs, () =>
    late.reject(new Error(`the container runtime did not take the plugin within ${takingTimeoutMs} ms`)),
  )
  try {
    return await Promise.race([session.taken, lost(connection), late.promise])
  } finally {
    cancel()
  }
}

const lost = async (connection: NriConnection): Promise<never> => {
  await connection.closed
  throw new Error('the container runtime did not take the plugin')
}

/** One connection's worth of answers. */
class Session {
  readonly #parts: PluginParts
  readonly #taken = Promise.withResolvers<string>()
  #runtime = ''
  #withinMs = withinOf(defaultRequestTimeoutMs)

  constructor(parts: PluginParts) {
    this.#parts = parts
    // It may be refused before anybody waits for it.
    this.#taken.promise.catch(() => undefined)
  }

  /** Resolves with the runtime's name and version, once it asks before each container. Rejects for one that is of no use. */
  get taken(): Promise<string> {
    return this.#taken.promise
  }

  readonly respond: Respond = async ({ service, method, payload }) => {
    if (service !== pluginService) return undefined
    if (method === 'Configure') {
      this.#withinMs = withinOf(requestTimeoutOf(payload) ?? defaultRequestTimeoutMs)
      this.#runtime = runtimeOf(payload)
      if (leavesLimitsOut.test(this.#runtime)) {
        const error = new Error(`${this.#runtime} gives containers no limits that a plugin asks for`)
        this.#taken.reject(error)
        throw error
      }
      return configured()
    }
    if (method === 'Synchronize') {
      if (!isMoreToCome(payload)) this.#taken.resolve(this.#runtime)
      return synchronized(payload)
    }
    if (method === 'Shutdown' || method === 'StateChange') return noPayload
    if (method !== 'CreateContainer') return undefined
    const change = await this.#parts.change(containerRequestOf(payload), this.#withinMs)
    return change === undefined ? noPayload : containerChanged(change)
  }
}

/** A plugin that answers too late is closed. */
const withinOf = (timeoutMs: number): number => Math.floor(timeoutMs * 0.75)
