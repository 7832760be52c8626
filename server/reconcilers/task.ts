import type { Clock } from '../../shared/clock.ts'
import type { Backend } from '../backend/backend.ts'
import type { Owners } from '../backend/owners.ts'
import { taskNeeds } from '../domain/secret-needs.ts'
import type { Ids } from '../../shared/ids.ts'
import type { InstanceMoves } from '../domain/services/task-instances.ts'
import type { TargetMoves } from '../domain/services/task-targets.ts'
import { stopGrace, taskFacts } from '../domain/task-lifecycle-facts.ts'
import { type LifecycleContext, type Step, advance } from '../domain/task-lifecycle.ts'
import { writeMemo } from '../domain/task-memo.ts'
import { type TaskSpecSettings, taskSpec } from '../domain/task-spec.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Logger } from '../log.ts'
import { type Runtime, type TaskHost, type TaskObservation, type TaskRef, TaskRefused, type TaskSpec } from '../runtime/runtime.ts'
import type { Store } from '../store/store.ts'
import { definitionOf } from '../store/runnable-definition.ts'
import { type TaskDefinitionRow, type TaskRow, clusters, tasks } from '../store/tables.ts'
import type { ClusterRooms } from './cluster-rooms.ts'
import { OrphanTasks } from './orphan-tasks.ts'
import type { Reconciler } from './reconciler.ts'
import { instanceMoves, writeInstances } from './task-instances.ts'
import { TaskRoles } from './task-roles.ts'
import { TaskSecrets } from './task-secrets.ts'
import { targetMoves, writeMoves } from './task-targets.ts'

export interface TaskReconcilerParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly runtime: Runtime
  readonly rooms: ClusterRooms
  readonly log: Logger
  readonly settings: TaskSpecSettings
  /** What carries traffic to tasks; absent where nothing does. */
  readonly gateway?: Pick<Gateway, 'settledUntil'>
  /** Whether the runtime's first full list is in. */
  readonly isSynced: () => boolean
  /** What secrets and environment files are asked of. */
  readonly backend: Backend | undefined
  /** Who knows which roles there are; nobody where absent. */
  readonly owners?: Pick<Owners, 'hasRole'> | undefined
  /** Looks at a task again: what it waited for is there. */
  readonly wake: (taskArn: string) => void
  /** Undefined where no agent delivers what containers write. */
  readonly logs?: TaskLogs | undefined
  /**
   * The names of Service Connect that a task is to know; undefined while one of them is still made, and the task is woken
   * then. Absent where nothing carries what is sent to them.
   */
  readonly connectHosts?: ((row: TaskRow) => readonly TaskHost[] | undefined) | undefined
}

/** What becomes of what a task's containers write. */
export interface TaskLogs {
  /** Before it starts; what the nodes' agents have for it. Throws `TaskRefused`. */
  prepare(row: TaskRow, definition: TaskDefinitionRow, signal: AbortSignal): Promise<Pick<TaskSpec, 'adjustedOn'>>
  /** Milliseconds for which a STOPPED task is to be held in the runtime at most, as its logs are not delivered; woken before when they are. */
  leftToWait(row: TaskRow): number
  /** Whether what a task's containers write is delivered from its pod's files. */
  areShipped(row: TaskRow): boolean
  /** Whether a task's network was taken away, as its definition asks. */
  hasNoNetwork(taskArn: string): boolean
  /** Milliseconds for which a log router is to go on at most for what others wrote before they ended; woken before when it has all. */
  leftToRoute(row: TaskRow, observation: TaskObservation | undefined): number
  /** The runtime let go of it. */
  released(task: TaskRef): void
}

/** How long a STOPPED task is still described: AWS promises an hour. Milliseconds. */
export const stoppedRetentionMs = 3_600_000

/** What this process knows of a task beside its row; lost with the process, and found out anew. */
interface Memory {
  startAcceptedAt?: number
  startError?: string
  /** Its end is recorded but the runtime did not let go of it yet. */
  isToRelease?: boolean
}

/** What a step does to what is found by the task: load balancers' targets and Cloud Map's instances. */
interface Moves {
  readonly targets: TargetMoves
  readonly instances: InstanceMoves
}

/** Brings each task to where its row wants it, one step after the other as task-lifecycle.ts has them. */
export class TaskReconciler implements Reconciler {
  readonly kind = 'task'
  readonly #parts: TaskReconcilerParts
  readonly #draining = new Set<string>()
  readonly #memories = new Map<string, Memory>()
  readonly #orphans: OrphanTasks
  readonly #secrets: TaskSecrets
  readonly #roles: TaskRoles

  constructor(parts: TaskReconcilerParts) {
    this.#parts = parts
    this.#orphans = new OrphanTasks(parts)
    this.#secrets = new TaskSecrets(parts)
    this.#roles = new TaskRoles(parts)
  }

  *keys(): Iterable<string> {
    for (const row of this.#tasks.all()) yield row.task.taskArn
    for (const observation of this.#parts.runtime.list()) yield this.noticed(observation)
  }

  /** Keys of tasks that wait until no request reaches them any more. */
  draining(): readonly string[] {
    return [...this.#draining]
  }

  /** The key of a task that the runtime reports, whose row may be lost. */
  noticed(task: TaskRef): string {
    if (this.#tasks.get(task.taskArn) === undefined) this.#orphans.notice(task)
    return task.taskArn
  }

  forget(): void {
    this.#memories.clear()
    this.#draining.clear()
    this.stop()
  }

  /** Ends what it waits for beside the queue. */
  stop(): void {
    this.#secrets.stop()
    this.#roles.stop()
  }

  async reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    while (!signal.aborted) {
      const row = this.#tasks.get(key)
      if (row === undefined) return this.#forgotten(key)
      const { moves, ...step } = this.#step(row)
      if (step.row !== row) await this.#commit(step, moves)
      if (step.row.task.lastStatus === 'STOPPED') return this.#ended(step)
      const isRefused = step.action === 'start' && (await this.#start(step.row, signal)) === 'refused'
      if (step.action === 'stop') await this.#stop(step.row)
      await this.#actOnContainers(step)
      if (!isRefused && step.lookAgainAfterMs !== 0) return step.lookAgainAfterMs
    }
    return undefined
  }

  #step(row: TaskRow): Step & { readonly moves: Moves } {
    const { clock, gateway, logs, runtime, isSynced, store } = this.#parts
    const observation = runtime.observe(refOf(row))
    const { startAcceptedAt, startError } = this.#memoryOf(row)
    const context: LifecycleContext = {
      now: clock.now(),
      epoch: runtime.epoch,
      synced: isSynced(),
      ...(startAcceptedAt === undefined ? {} : { startAcceptedAt }),
      ...(startError === undefined ? {} : { startError }),
      ...(gateway === undefined ? {} : { settledUntil: gateway.settledUntil() }),
      ...(logs === undefined
        ? {}
        : {
            areLogsShipped: logs.areShipped(row),
            leftToRouteMs: logs.leftToRoute(row, observation),
            hasNoNetwork: logs.hasNoNetwork(row.task.taskArn),
          }),
    }
    const step = advance(row, this.#factsOf(row), observation, context)
    const targets = targetMoves(store, step.row, observation?.node, context.now)
    const instances = instanceMoves(store, targets.row, this.#factsOf(row), observation, context.now)
    const { task, loadBalancers, connectEndpoints } = instances.row
    const isServing = loadBalancers !== undefined || connectEndpoints !== undefined
    if (task.lastStatus === 'DEACTIVATING' && isServing) this.#draining.add(task.taskArn)
    else this.#draining.delete(task.taskArn)
    return { ...step, row: instances.row, moves: { targets, instances } }
  }

  #factsOf(row: TaskRow) {
    return taskFacts(row, definitionOf(this.#parts.store, row.task.taskDefinitionArn))
  }

  async #commit({ row, lookAgainAfterMs }: Step, { targets, instances }: Moves): Promise<void> {
    const { store, ids, clock } = this.#parts
    if (row.task.lastStatus === 'STOPPED') this.#memoryOf(row).isToRelease = true
    const durable = store.commit(transaction => {
      transaction.put(tasks, row)
      writeMoves(transaction, targets, { store, ids, now: clock.now() })
      writeInstances(transaction, store, instances)
    })
    // Another commit follows at once, which fails too when this one does: both share a turn of the disk.
    if (lookAgainAfterMs === 0) durable.catch(() => {})
    else await durable
    const { taskArn, lastStatus, stopCode, stoppedReason } = row.task
    this.#parts.log.debug({ taskArn, lastStatus, stopCode, stoppedReason }, 'task changed')
  }

  /** What is refused for ever is the next step's; what waits for its roles, secrets, names or users is woken when they are there. */
  async #start(row: TaskRow, signal: AbortSignal): Promise<'accepted' | 'refused' | 'waiting'> {
    const memory = this.#memoryOf(row)
    const { clock, log, rooms, runtime, settings, store } = this.#parts
    const definition = definitionOf(store, row.task.taskDefinitionArn)
    const cluster = store.table(clusters).get(row.task.clusterArn)
    if (definition === undefined || cluster === undefined) {
      memory.startError = `The task's ${definition === undefined ? 'task definition' : 'cluster'} was deleted before it started.`
      return 'refused'
    }
    const roles = this.#roles.of(row, definition)
    if (roles.is === 'coming') return 'waiting'
    if (roles.is === 'refused') {
      memory.startError = roles.reason
      return 'refused'
    }
    const needs = taskNeeds(row, definition)
    const secrets = needs === undefined ? undefined : this.#secrets.of(row.task.taskArn, needs)
    if (secrets?.is === 'coming') return 'waiting'
    if (secrets?.is === 'refused') {
      memory.startError = secrets.reason
      return 'refused'
    }
    const hosts = this.#parts.connectHosts === undefined ? [] : this.#parts.connectHosts(row)
    if (hosts === undefined) return 'waiting'
    const room = { clusterArn: row.task.clusterArn, namespace: row.namespace }
    await rooms.prepare(room)
    try {
      const prepared = await this.#parts.logs?.prepare(row, definition, signal)
      const started = await runtime.start({
        ...taskSpec(row, definition, cluster, settings, secrets?.values),
        ...prepared,
        ...(hosts.length === 0 ? {} : { hosts }),
        memo: writeMemo({ row, definition, cluster }),
      })
      if (started === 'coming') return 'waiting'
      memory.startAcceptedAt = clock.now()
      this.#forgetNeeds(row.task.taskArn)
      return 'accepted'
    } catch (error) {
      if (!(error instanceof TaskRefused)) {
        // The room may be what is missing.
        rooms.forget(room)
        throw error
      }
      log.info({ taskArn: row.task.taskArn, reason: error.reason }, 'task refused')
      memory.startError = error.reason
      return 'refused'
    }
  }

  async #stop(row: TaskRow): Promise<void> {
    const { runtime } = this.#parts
    const ref = refOf(row)
    await runtime.stop(ref, { graceSeconds: stopGrace(this.#factsOf(row), runtime.observe(ref)) })
  }

  async #actOnContainers({ row, action, containers = [] }: Step): Promise<void> {
    if (action === 'startContainers') await this.#parts.runtime.startContainers(refOf(row), containers)
    if (action === 'stopContainers') await this.#parts.runtime.stopContainers(refOf(row), containers)
  }

  /** Lets go of a STOPPED task, now that its end is durable. Its row goes after a while, its tags with it. */
  async #ended({ row, action }: Step): Promise<number | undefined> {
    const memory = this.#memoryOf(row)
    this.#forgetNeeds(row.task.taskArn)
    const { taskArn, stoppedAt = 0 } = row.task
    if (action === 'release' || memory.isToRelease === true) {
      const leftMs = this.#parts.logs?.leftToWait(row) ?? 0
      if (leftMs > 0) return leftMs
      await this.#parts.runtime.release(refOf(row))
      this.#parts.logs?.released(refOf(row))
    }
    memory.isToRelease = false
    const remainingMs = stoppedAt * 1000 + stoppedRetentionMs - this.#parts.clock.now()
    if (remainingMs > 0) return remainingMs
    await this.#parts.store.commit(transaction => transaction.remove(tasks, taskArn))
    this.#memories.delete(taskArn)
    return undefined
  }

  async #forgotten(key: string): Promise<number | undefined> {
    this.#memories.delete(key)
    this.#forgetNeeds(key)
    return this.#parts.isSynced() ? this.#orphans.end(key) : undefined
  }

  /** What was asked of others for a task's start. */
  #forgetNeeds(taskArn: string): void {
    this.#secrets.forget(taskArn)
    this.#roles.forget(taskArn)
  }

  #memoryOf(row: TaskRow): Memory {
    const known = this.#memories.get(row.task.taskArn)
    if (known !== undefined) return known
    const memory: Memory = {}
    this.#memories.set(row.task.taskArn, memory)
    return memory
  }

  get #tasks() {
    return this.#parts.store.table(tasks)
  }
}

const refOf = (row: TaskRow): TaskRef => ({ taskArn: row.task.taskArn, taskId: row.taskId, namespace: row.namespace })
