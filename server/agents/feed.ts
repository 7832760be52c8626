import type { AgentEvent, AgentTask } from '../agent/protocol.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Runtime, TaskObservation, TaskRef } from '../runtime/runtime.ts'
import type { Store } from '../store/store.ts'
import { definitionOf } from '../store/runnable-definition.ts'
import { tasks } from '../store/tables.ts'
import { describeTask } from './describe.ts'

/** Changes of a task come several at a time: of its row, and of what is seen of it. Milliseconds. */
const gatherMs = 5
/** Between signs of life to an agent of whose tasks nothing changes. Milliseconds. */
const aliveMs = 5_000

interface Listener {
  readonly node: string
  readonly send: (event: AgentEvent) => void
  /** What it was told last of each task, by ARN. */
  readonly told: Map<string, string>
  readonly end: () => void
}

export interface FeedParts {
  readonly store: Store
  readonly runtime: Pick<Runtime, 'observe' | 'list'>
  readonly clock: Clock
}

/** Tells each node's agent of the tasks on it: first all, then what changes. */
export class AgentFeed {
  readonly #parts: FeedParts
  readonly #listeners = new Set<Listener>()
  readonly #changed = new Map<string, TaskRef>()
  readonly #unwatch: () => void
  #stopAlive: () => void = () => {}
  #isGathering = false

  constructor(parts: FeedParts) {
    this.#parts = parts
    this.#unwatch = parts.store.watch(changes => {
      for (const { table, key } of changes) {
        const row = table === tasks.name ? parts.store.table(tasks).get(key) : undefined
        if (row !== undefined) this.changed({ taskArn: key, taskId: row.taskId, namespace: row.namespace })
      }
    })
    this.#keepAlive()
  }

  /** Something of the task is not as it was: its row, or what the runtime sees. */
  changed(task: TaskRef): void {
    if (this.#listeners.size === 0) return
    this.#changed.set(task.taskArn, task)
    if (this.#isGathering) return
    this.#isGathering = true
    this.#parts.clock.after(gatherMs, () => this.#tell())
  }

  /** Sends what there is on a node, then what changes. The answer ends it; `end` is called when the feed closes. */
  listen(node: string, send: (event: AgentEvent) => void, end: () => void): () => void {
    const listener: Listener = { node, send, told: new Map(), end }
    const found = [...this.#parts.runtime.list()].flatMap(observation => this.#describe(observation, node) ?? [])
    for (const task of found) listener.told.set(task.taskArn, JSON.stringify(task))
    send({ is: 'listed', tasks: found })
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  close(): void {
    this.#unwatch()
    this.#stopAlive()
    for (const listener of this.#listeners) listener.end()
    this.#listeners.clear()
  }

  #keepAlive(): void {
    this.#stopAlive = this.#parts.clock.after(aliveMs, () => {
      for (const { send } of this.#listeners) send({ is: 'alive' })
      this.#keepAlive()
    })
  }

  #tell(): void {
    this.#isGathering = false
    const changed = [...this.#changed.values()]
    this.#changed.clear()
    for (const ref of changed) {
      const observation = this.#parts.runtime.observe(ref)
      for (const listener of this.#listeners) this.#tellOne(listener, ref.taskArn, observation)
    }
  }

  #tellOne({ node, send, told }: Listener, taskArn: string, observation: TaskObservation | undefined): void {
    const task = observation === undefined ? undefined : this.#describe(observation, node)
    if (task === undefined) {
      if (told.delete(taskArn)) send({ is: 'gone', taskArn })
      return
    }
    const text = JSON.stringify(task)
    if (told.get(taskArn) === text) return
    told.set(taskArn, text)
    send({ is: 'changed', task })
  }

  #describe(observation: TaskObservation, node: string): AgentTask | undefined {
    if (observation.node !== node) return undefined
    const row = this.#parts.store.table(tasks).get(observation.taskArn)
    const definition = row === undefined ? undefined : definitionOf(this.#parts.store, row.task.taskDefinitionArn)
    return row === undefined || definition === undefined ? undefined : describeTask(row, definition, observation)
  }
}
