import { nameInArn, parseArn } from '../domain/arn.ts'
import { type DaemonPlan, planDaemon, revisionId, stopAll } from '../domain/daemons/plan.ts'
import { placedOn } from '../domain/placement.ts'
import { sameJson } from '../domain/same-json.ts'
import { asksForHealthChecks, viewTask } from '../domain/services/task-view.ts'
import type { TaskView } from '../domain/services/task-view.ts'
import { newTask } from '../domain/task-record.ts'
import { type DaemonRow, daemonDeployments, daemonRevisions, daemons } from '../store/ecs-daemon-tables.ts'
import { forgetDaemon, releaseTaskDefinition } from '../store/forget-daemon.ts'
import { machinesOf } from '../store/machines.ts'
import { definitionOf } from '../store/runnable-definition.ts'
import type { Transaction } from '../store/store.ts'
import { type TaskRow, clusters, tasks } from '../store/tables.ts'
import type { Reconciler, Wake } from './reconciler.ts'
import type { PlacingParts } from './service-placing.ts'

export interface DaemonReconcilerParts extends Pick<PlacingParts, 'store' | 'clock' | 'ids' | 'runtime'> {
  readonly wake: Wake
  /** Whether the runtime's first full list is in. */
  readonly isSynced: () => boolean
}

/** How often machines are looked at: nobody tells of those that come and go. Milliseconds. */
const lookAtNodesMs = 5_000

interface Done {
  /** Tasks that were made or asked to stop. */
  readonly woken: readonly TaskRow[]
  /** Milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

/**
 * Keeps daemons' tasks: one on each ACTIVE container instance of the cluster. What it reads, plans and writes is one
 * commit; the tasks themselves are the task reconciler's.
 */
export class DaemonReconciler implements Reconciler {
  readonly kind = 'daemon'
  readonly #parts: DaemonReconcilerParts

  constructor(parts: DaemonReconcilerParts) {
    this.#parts = parts
  }

  *keys(): Iterable<string> {
    for (const row of this.#parts.store.table(daemons).all()) yield row.daemonArn
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { store, clock, isSynced, wake } = this.#parts
    if (!isSynced()) return undefined
    const done = await store.commit(transaction => this.#step(key, transaction))
    for (const { task } of done.woken) wake('task', task.taskArn)
    return done.lookAgainAt === undefined ? undefined : Math.max(0, done.lookAgainAt - clock.now())
  }

  #step(key: string, transaction: Transaction): Done {
    const row = this.#parts.store.table(daemons).get(key)
    if (row === undefined) return { woken: [] }
    return row.deletedAt === undefined ? this.#keep(row, transaction) : this.#remove(row, transaction)
  }

  #keep(row: DaemonRow, transaction: Transaction): Done {
    const { store, clock, runtime } = this.#parts
    const now = clock.now()
    const deployment = store.table(daemonDeployments).get(row.deploymentArn)
    const nodeNames = machinesOf(store, row.clusterArn, runtime.nodes()).active.map(({ node }) => node.name)
    const plan = planDaemon({ row, deployment, nodeNames, tasks: this.#views(row), now })
    const started = plan.startOn.flatMap(nodeName => this.#newTask(plan.row, nodeName) ?? [])
    for (const task of [...plan.changed, ...started]) transaction.put(tasks, task)
    if (!sameJson(row, plan.row)) transaction.put(daemons, plan.row)
    if (plan.deployment !== undefined && !sameJson(deployment, plan.deployment)) transaction.put(daemonDeployments, plan.deployment)
    if (row.formerRevisionArn !== undefined && plan.row.formerRevisionArn === undefined) this.#release(plan, row, transaction)
    return { woken: [...plan.changed, ...started], lookAgainAt: Math.min(now + lookAtNodesMs, plan.lookAgainAt ?? Infinity) }
  }

  /** A deployment is over: of what ran before and what it brought, one is needed no more. */
  #release({ row: { daemonArn, revisionArn: kept }, deployment }: DaemonPlan, before: DaemonRow, transaction: Transaction): void {
    for (const left of [before.formerRevisionArn, deployment?.deployment.targetDaemonRevision?.arn]) {
      if (left === undefined || left === kept) continue
      releaseTaskDefinition(this.#parts, transaction, { daemonArn, left, kept })
    }
  }

  #remove(row: DaemonRow, transaction: Transaction): Done {
    const now = this.#parts.clock.now()
    const present = this.#views(row).filter(({ isOver }) => !isOver)
    const stops = stopAll(
      present.filter(({ isWanted }) => isWanted),
      now,
    )
    for (const task of stops) transaction.put(tasks, task)
    if (present.length === 0) forgetDaemon(this.#parts, transaction, row)
    return { woken: stops }
  }

  #views(row: DaemonRow): TaskView[] {
    const { store, clock } = this.#parts
    return [...store.table(tasks).by('daemon', row.daemonArn)].map(each => {
      const definition = definitionOf(store, each.task.taskDefinitionArn)
      const hasHealthChecks = definition !== undefined && asksForHealthChecks(definition)
      return viewTask(each, { now: clock.now(), graceMs: 0, hasHealthChecks })
    })
  }

  #newTask(row: DaemonRow, nodeName: string): TaskRow | undefined {
    const { store, clock, ids, runtime } = this.#parts
    const revision = store.table(daemonRevisions).get(row.revisionArn)?.revision
    const definition = definitionOf(store, revision?.daemonTaskDefinitionArn ?? '')
    const cluster = store.table(clusters).get(row.clusterArn)
    const node = runtime.nodes().find(({ name }) => name === nodeName)
    if (revision === undefined || definition === undefined || cluster === undefined || node === undefined) return undefined
    const { account = '', region = '' } = parseArn(row.daemonArn) ?? {}
    const [provider] = row.capacityProviderArns
    const managed = revision.enableECSManagedTags === true ? [{ key: 'aws:ecs:clusterName', value: cluster.cluster.clusterName }] : []
    const task = newTask(
      {
        place: { account, region },
        cluster,
        definition,
        capacity: { launchType: 'EC2', ...(provider === undefined ? {} : { capacityProviderName: nameInArn(provider) }) },
        group: `daemon:${nameInArn(row.daemonArn)}`,
        startedBy: revisionId(row.revisionArn),
        overrides: undefined,
        networkConfiguration: undefined,
        enableExecuteCommand: revision.enableExecuteCommand ?? false,
        tags: [...managed, ...(revision.propagateTags === 'DAEMON' ? row.tags : [])],
        epoch: runtime.epoch,
        cpuArchitecture: node.cpuArchitecture,
      },
      { taskId: ids.hex32(), uuid: () => ids.uuid(), hostPorts: [], now: clock.now() },
    )
    return { ...placedOn(task, nodeName), daemonArn: row.daemonArn }
  }
}
