import type { Clock } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import { nameInArn } from '../domain/arn.ts'
import { nodeInstanceArn } from '../domain/container-instance.ts'
import { type PortRange, TakenPorts } from '../domain/host-ports.ts'
import { sameJson } from '../domain/same-json.ts'
import { planDrain } from '../domain/services/drain.ts'
import { type Placed, placeTasks } from '../domain/services/launch.ts'
import { type ServicePlan, planService } from '../domain/services/plan.ts'
import { withEvents } from '../domain/services/records.ts'
import { reportOn } from '../domain/services/report.ts'
import type { TaskView } from '../domain/services/task-view.ts'
import type { Logger } from '../log.ts'
import type { Runtime } from '../runtime/runtime.ts'
import {
  type ServiceDeploymentRow,
  type ServiceRow,
  serviceDeployments,
  serviceEvents,
  serviceRevisions,
  services,
} from '../store/service-tables.ts'
import type { Store, Transaction } from '../store/store.ts'
import { clusters, taskDefinitions, tasks } from '../store/tables.ts'
import type { Reconciler, Wake } from './reconciler.ts'
import { type ServiceSignals, newestServiceDeployment, usableNodes, viewTasks } from './service-situation.ts'

export interface ServiceReconcilerParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly runtime: Pick<Runtime, 'epoch' | 'nodes'>
  readonly log: Logger
  readonly wake: Wake
  readonly publishedPorts: PortRange | undefined
  readonly signals?: ServiceSignals
  /** Whether the runtime's first full list is in. */
  readonly isSynced: () => boolean
}

/** How long an INACTIVE service is still described. Milliseconds. */
const inactiveRetentionMs = 3_600_000

/** How often a DAEMON's machines are looked at. Milliseconds. */
const lookAtNodesMs = 5_000

interface Done {
  /** Tasks that were made or asked to stop. */
  readonly woken: readonly string[]
  /** Milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

/**
 * Keeps services' tasks. What it reads, plans and writes is one commit, so a crash leaves either all of a step or
 * nothing of it; the tasks themselves are the task reconciler's.
 */
export class ServiceReconciler implements Reconciler {
  readonly kind = 'service'
  readonly #parts: ServiceReconcilerParts

  constructor(parts: ServiceReconcilerParts) {
    this.#parts = parts
  }

  *keys(): Iterable<string> {
    for (const row of this.#parts.store.table(services).all()) yield row.service.serviceArn
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { store, clock, isSynced, wake } = this.#parts
    if (!isSynced()) return undefined
    const done = await store.commit(transaction => this.#step(key, transaction))
    for (const taskArn of done.woken) wake('task', taskArn)
    return done.lookAgainAt === undefined ? undefined : Math.max(0, done.lookAgainAt - clock.now())
  }

  #step(key: string, transaction: Transaction): Done {
    const row = this.#parts.store.table(services).get(key)
    if (row === undefined) return { woken: [] }
    if (row.service.status === 'INACTIVE') return this.#forget(row, transaction)
    if (row.service.status === 'DRAINING') return this.#drain(row, transaction)
    return this.#keep(row, transaction)
  }

  #keep(row: ServiceRow, transaction: Transaction): Done {
    const { store, clock, runtime, signals = {} } = this.#parts
    const now = clock.now()
    const views = viewTasks(store, row, signals, now)
    const serviceDeployment = newestServiceDeployment(store, row)
    const nodes = usableNodes(store, row.service.clusterArn, runtime.nodes())
    const plan = planService({
      row,
      serviceDeployment,
      completed: row.completedRevisionArn === undefined ? undefined : store.table(serviceRevisions).get(row.completedRevisionArn),
      tasks: views,
      nodeNames: nodes.map(({ name }) => name),
      alarmsInAlarm: signals.alarmsInAlarm?.(row, row.service.deploymentConfiguration?.alarms?.alarmNames ?? []) ?? [],
      now,
    })
    const placed = this.#place(plan, views)
    const [node] = nodes
    const report = reportOn(plan, {
      startedIds: placed.rows.map(({ taskId }) => taskId),
      ...(placed.failure === undefined ? {} : { failure: placed.failure }),
      ...(node === undefined ? {} : { instanceId: nameInArn(nodeInstanceArn(row.service.clusterArn, node.name)) }),
      tasks: views,
      now,
    })
    for (const task of [...plan.changed, ...placed.rows]) transaction.put(tasks, task)
    this.#write(transaction, row, { ...plan, row: report.row }, serviceDeployment, report.messages)
    const woken = [...placed.rows, ...plan.stops.map(stop => stop.row)].map(({ task }) => task.taskArn)
    // Nobody tells of machines that come and go.
    const nodesAt = row.service.schedulingStrategy === 'DAEMON' ? now + lookAtNodesMs : Infinity
    const lookAgainAt = Math.min(nodesAt, report.lookAgainAt ?? Infinity)
    return { woken, ...(lookAgainAt === Infinity ? {} : { lookAgainAt }) }
  }

  #place(plan: ServicePlan, views: readonly TaskView[]): Placed {
    const [primary] = plan.row.deployments
    if (plan.launches.length === 0 || primary === undefined) return { rows: [] }
    const { store, clock, runtime, ids, publishedPorts } = this.#parts
    const settings = store.table(serviceRevisions).get(primary.serviceRevisionArn)
    const cluster = store.table(clusters).get(plan.row.service.clusterArn)
    const definition = settings === undefined ? undefined : store.table(taskDefinitions).get(settings.revision.taskDefinition)
    if (settings === undefined || cluster === undefined || definition === undefined) return { rows: [], failure: 'INACTIVE' }
    const own = views.filter(({ isWanted, deploymentId }) => isWanted && deploymentId === primary.id)
    return placeTasks(
      {
        service: plan.row,
        settings: { ...settings.revision, enableExecuteCommand: settings.enableExecuteCommand },
        startedBy: primary.id,
        cluster,
        definition,
        desiredCount: primary.desiredCount,
        present: own.map(({ row }) => row),
      },
      plan.launches,
      {
        taken: new TakenPorts([...store.table(tasks).by('holdsPorts', 'yes')].map(row => row.hostPorts ?? [])),
        publishedPorts,
        ids,
        nodes: runtime.nodes(),
        epoch: runtime.epoch,
        now: clock.now(),
      },
    )
  }

  #drain(row: ServiceRow, transaction: Transaction): Done {
    const { store, clock, signals = {} } = this.#parts
    const now = clock.now()
    const serviceDeployment = newestServiceDeployment(store, row)
    const plan = planDrain(row, serviceDeployment, viewTasks(store, row, signals, now), now)
    for (const task of plan.changed) transaction.put(tasks, task)
    this.#write(transaction, row, plan, serviceDeployment, [])
    const isInactive = plan.row.service.status === 'INACTIVE'
    return { woken: plan.stops.map(stop => stop.row.task.taskArn), ...(isInactive ? { lookAgainAt: now + inactiveRetentionMs } : {}) }
  }

  /** Writes what differs from what there was. */
  #write(
    transaction: Transaction,
    before: ServiceRow,
    plan: Pick<ServicePlan, 'row' | 'serviceDeployment'>,
    serviceDeployment: ServiceDeploymentRow | undefined,
    messages: readonly string[],
  ): void {
    const { store, ids, clock, log } = this.#parts
    const { serviceArn } = before.service
    if (!sameJson(before, plan.row)) transaction.put(services, plan.row)
    if (plan.serviceDeployment !== undefined && !sameJson(serviceDeployment, plan.serviceDeployment)) {
      transaction.put(serviceDeployments, plan.serviceDeployment)
    }
    if (messages.length === 0) return
    const events = store.table(serviceEvents).get(serviceArn) ?? { serviceArn, events: [] }
    transaction.put(serviceEvents, withEvents(events, messages, ids, clock.now()))
    for (const message of messages) log.debug({ serviceArn }, message)
  }

  /** Removes what is left of a service that was described as INACTIVE for long enough. */
  #forget({ deletedAt, createdAt, service: { serviceArn } }: ServiceRow, transaction: Transaction): Done {
    const { store, clock } = this.#parts
    const goneAt = (deletedAt ?? createdAt) + inactiveRetentionMs
    if (clock.now() < goneAt) return { woken: [], lookAgainAt: goneAt }
    transaction.remove(services, serviceArn)
    transaction.remove(serviceEvents, serviceArn)
    const revisions = [...store.table(serviceRevisions).by('service', serviceArn)]
    const deployments = [...store.table(serviceDeployments).by('service', serviceArn)]
    for (const { revision } of revisions) {
      transaction.remove(serviceRevisions, revision.serviceRevisionArn)
    }
    for (const { serviceDeployment } of deployments) {
      transaction.remove(serviceDeployments, serviceDeployment.serviceDeploymentArn)
    }
    return { woken: [] }
  }
}
