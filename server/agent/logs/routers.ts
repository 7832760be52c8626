import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../../shared/clock.ts'
import { messageOf } from '../../../shared/errors.ts'
import { routerFolder } from '../../../shared/names.ts'
import { pause } from '../../../shared/pause.ts'
import { fluentSocket } from '../../domain/firelens.ts'
import type { Logger } from '../../log.ts'
import { forwardMessage } from './forward-message.ts'
import type { ForwardRecord } from './forward-records.ts'
import { RouterSocket } from './router-socket.ts'

export interface RoutersParts {
  readonly clock: Clock
  readonly log: Logger
  readonly stateDir: string
}

/** A container whose lines a router takes. */
export interface RoutedContainer {
  readonly taskId: string
  readonly tag: string
  /** Docker's name of it, of its runtime id. */
  readonly nameOf: (runtimeId: string) => string
  /** The container runtime's id, once it is known. */
  readonly runtimeId: () => Promise<string | undefined>
  /** Nothing takes its lines any more. */
  readonly isRouterOver: () => boolean
}

/** Between attempts while the router does not answer. Milliseconds. */
const retryMs = { first: 50, longest: 1_000 } as const
/** A folder that no task is known of is left alone for so long: the task may be about to be told of. Milliseconds. */
const unknownForMs = 60_000

/** The sockets of the node's log routers, each in a folder of its own: the router's /var/run. */
export class Routers {
  readonly #parts: RoutersParts

  constructor(parts: RoutersParts) {
    this.#parts = parts
  }

  get #folder(): string {
    return join(this.#parts.stateDir, routerFolder)
  }

  /** Routers may run as any user: the kubelet gives the mode of this folder to those that it makes in it. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true })
    await chmod(this.#folder, 0o777)
  }

  /** Delivers what one container writes. */
  deliverer(container: RoutedContainer): {
    put(records: readonly ForwardRecord[], signal: AbortSignal): Promise<void>
    close(): Promise<void>
  } {
    const socket = new RouterSocket(join(this.#folder, container.taskId, fluentSocket))
    return {
      put: async (records, signal) => this.#put(socket, container, records, signal),
      close: () => socket.close(),
    }
  }

  /** Of a task that is gone. Never rejects: a router that still ends may be writing there, and `retain` comes back to it. */
  async forget(taskId: string): Promise<void> {
    await rm(join(this.#folder, taskId), { recursive: true, force: true }).catch((error: unknown) =>
      this.#parts.log.warn({ taskId }, `a log router's folder could not be removed: ${messageOf(error)}`),
    )
  }

  /** Those of tasks that went while no agent was there. */
  async retain(taskIds: ReadonlySet<string>): Promise<void> {
    const others = (await readdir(this.#folder).catch(() => [])).filter(name => !taskIds.has(name))
    for (const name of others) {
      const made = await stat(join(this.#folder, name)).catch(() => undefined)
      if (made !== undefined && this.#parts.clock.now() - made.mtimeMs > unknownForMs) await this.forget(name)
    }
  }

  /** However long the router takes to begin, until it is over: what is left then is lost, with a line in the agent's log. */
  async #put(socket: RouterSocket, container: RoutedContainer, records: readonly ForwardRecord[], signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts
    for (let waitMs: number = retryMs.first; ; waitMs = Math.min(waitMs * 2, retryMs.longest)) {
      try {
        const id = await container.runtimeId()
        if (id === undefined) throw new Error("the container's runtime id is not known yet")
        return await socket.write(forwardMessage(container.tag, records, { container_id: id, container_name: `/${container.nameOf(id)}` }))
      } catch (error) {
        signal.throwIfAborted()
        if (container.isRouterOver()) {
          log.warn({ tag: container.tag, records: records.length }, `a log router is over before it took all: ${messageOf(error)}`)
          return
        }
        await pause(clock, waitMs)
      }
    }
  }
}
