import { nameInArn } from '../domain/arn.ts'
import { nodeInstanceArn } from '../domain/container-instance.ts'
import { membersOf } from '../domain/placement.ts'
import { sameJson } from '../domain/same-json.ts'
import { planDrain } from '../domain/services/drain.ts'
import type { Placed } from '../domain/services/launch.ts'
import { type ServicePlan, type Wanted, planService } from '../domain/services/plan.ts'
import { planTaskSets, reportOnTaskSets } from '../domain/services/task-sets.ts'
import { withEvents } from '../domain/services/records.ts'
import { reportOn } from '../domain/services/report.ts'
import type { TaskView } from '../domain/services/task-view.ts'
import { registeredLoadBalancers } from '../domain/services/traffic.ts'
import type { Logger } from '../log.ts'
import {
  type ServiceDeploymentRow,
  type ServiceRow,
  serviceDeployments,
  serviceEvents,
  serviceRevisions,
  services,
  taskSets,
} from '../store/service-tables.ts'
import { removeConnect } from '../store/connect-removal.ts'
import { removeIngress } from '../store/express-ingress.ts'
import { machinesOf } from '../store/machines.ts'
import { type ChangedRule, readForward, writeForward } from '../store/rule-forwards.ts'
import type { Transaction } from '../store/store.ts'
import { taskDefinitions, tasks } from '../store/tables.ts'
import type { Reconciler, Wake } from './reconciler.ts'
import { type PlacingParts, placeFor, placeForTaskSet } from './service-placing.ts'
import { type ServiceSignals, newestServiceDeployment, usableNodes, viewTasks, zonesOf } from './service-situation.ts'

export interface ServiceReconcilerParts extends PlacingParts {
  readonly log: Logger
  readonly wake: Wake
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
  /** Listeners' rules that forward otherwise now. */
  readonly rules?: readonly ChangedRule[]
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
    for (const { loadBalancerArn, targetGroupArns } of done.rules ?? []) {
      wake('load-balancer', loadBalancerArn)
      for (const arn of targetGroupArns) wake('target-group', arn)
    }
    return done.lookAgainAt === undefined ? undefined : Math.max(0, done.lookAgainAt - clock.now())
  }

  #step(key: string, transaction: Transaction): Done {
    const row = this.#parts.store.table(services).get(key)
    if (row === undefined) return { woken: [] }
    if (row.service.status === 'INACTIVE') return this.#forget(row, transaction)
    if (row.service.status === 'DRAINING') return this.#drain(row, transaction)
    const controller = row.service.deploymentController?.type ?? 'ECS'
    return controller === 'ECS' ? this.#keep(row, transaction) : this.#keepTaskSets(row, transaction)
  }

  #keep(row: ServiceRow, transaction: Transaction): Done {
    const { store, clock, signals = {} } = this.#parts
    const now = clock.now()
    const views = viewTasks(store, row, signals, now)
    const serviceDeployment = newestServiceDeployment(store, row)
    const nodes = this.#daemonNodes(row)
    const plan = planService({
      row,
      serviceDeployment,
      completed: row.completedRevisionArn === undefined ? undefined : store.table(serviceRevisions).get(row.completedRevisionArn),
      tasks: views,
      nodeNames: nodes,
      zones: zonesOf(store, row, this.#parts.runtime.nodes()),
      alarmsInAlarm: signals.alarmsInAlarm?.(row, row.service.deploymentConfiguration?.alarms?.alarmNames ?? []) ?? [],
      ruleOf: arn => readForward(store, arn),
      revisionOf: arn => store.table(serviceRevisions).get(arn),
      ...(signals.inForceUntil === undefined ? {} : { inForceUntil: signals.inForceUntil() }),
      now,
    })
    const placings = this.#place(plan, views)
    const placed = placings.flatMap(({ rows }) => rows)
    const failure = placings.find(each => each.failure !== undefined)?.failure
    const report = reportOn(plan, {
      startedIds: placed.map(({ taskId }) => taskId),
      ...(failure === undefined ? {} : { failure }),
      unplacedIds: placings.filter(each => each.failure !== undefined).map(({ deploymentId }) => deploymentId),
      instanceId: this.#instanceId(row),
      tasks: views,
      now,
    })
    for (const task of [...plan.changed, ...placed]) transaction.put(tasks, task)
    this.#write(transaction, row, { ...plan, row: report.row }, serviceDeployment, report.messages)
    const rules = plan.traffic.flatMap(shift => writeForward(store, transaction, shift) ?? [])
    const woken = [...placed, ...plan.stops.map(stop => stop.row)].map(({ task }) => task.taskArn)
    // Nobody tells of machines that come and go.
    const nodesAt = row.service.schedulingStrategy === 'DAEMON' ? now + lookAtNodesMs : Infinity
    const lookAgainAt = Math.min(nodesAt, report.lookAgainAt ?? Infinity)
    return { woken, rules, ...(lookAgainAt === Infinity ? {} : { lookAgainAt }) }
  }

  /** The machines that a DAEMON has to run on: those that its constraints, and its task definition's, leave. */
  #daemonNodes({ service }: ServiceRow): readonly string[] {
    const { store, runtime } = this.#parts
    if (service.schedulingStrategy !== 'DAEMON') return []
    const definition = store.table(taskDefinitions).get(service.taskDefinition ?? '')
    const constraints = [...(service.placementConstraints ?? []), ...(definition?.taskDefinition.placementConstraints ?? [])]
    return membersOf(machinesOf(store, service.clusterArn, runtime.nodes()).active, constraints).map(({ node }) => node.name)
  }

  /** The new tasks of each deployment that is to have some. */
  #place(plan: ServicePlan, views: readonly TaskView[]): readonly (Placed & { readonly deploymentId: string })[] {
    const ids = new Set(plan.launches.map(({ deploymentId }) => deploymentId))
    return [...ids].map(deploymentId => {
      const wanted = plan.launches.filter(each => each.deploymentId === deploymentId)
      return { ...this.#placeOf(deploymentId, wanted, plan, views), deploymentId }
    })
  }

  #placeOf(deploymentId: string, wanted: readonly Wanted[], { row }: ServicePlan, views: readonly TaskView[]): Placed {
    const deployment = row.deployments.find(({ id }) => id === deploymentId)
    const revision = this.#parts.store.table(serviceRevisions).get(deployment?.serviceRevisionArn ?? '')
    if (deployment === undefined || revision === undefined) return { rows: [], failure: 'INACTIVE' }
    const own = views.filter(task => task.isWanted && task.deploymentId === deploymentId)
    const { enableExecuteCommand, connect } = revision
    return placeFor(this.#parts, {
      service: row,
      settings: {
        ...revision.revision,
        loadBalancers: registeredLoadBalancers(revision.revision),
        enableExecuteCommand,
        ...(connect === undefined ? {} : { connect }),
      },
      startedBy: deploymentId,
      desiredCount: deployment.desiredCount,
      present: own.map(task => task.row),
      wanted,
    })
  }

  /** The tasks of a service whose deployments are made elsewhere. */
  #keepTaskSets(row: ServiceRow, transaction: Transaction): Done {
    const { store, clock, signals = {} } = this.#parts
    const now = clock.now()
    const views = viewTasks(store, row, signals, now)
    const plan = planTaskSets(row, [...store.table(taskSets).by('service', row.service.serviceArn)], views, now)
    const placed = plan.sets.map(set => (set.launches === 0 ? { rows: [] } : placeForTaskSet(this.#parts, row, set)))
    const report = reportOnTaskSets(row, plan, { placed, instanceId: this.#instanceId(row), now })
    for (const task of [...plan.changed, ...placed.flatMap(({ rows }) => rows)]) transaction.put(tasks, task)
    for (const taskSet of report.taskSets) {
      if (!sameJson(store.table(taskSets).get(taskSet.taskSet.taskSetArn), taskSet)) transaction.put(taskSets, taskSet)
    }
    for (const { taskSet } of plan.gone) transaction.remove(taskSets, taskSet.taskSetArn)
    this.#write(transaction, row, { row: report.row, serviceDeployment: undefined }, undefined, report.messages)
    const stopped = plan.sets.flatMap(({ stops }) => stops.map(stop => stop.row))
    const woken = [...placed.flatMap(({ rows }) => rows), ...stopped].map(({ task }) => task.taskArn)
    return { woken, ...(report.lookAgainAt === undefined ? {} : { lookAgainAt: report.lookAgainAt }) }
  }

  /** Of the machine that comes closest to having room: there is hardly ever more than one. */
  #instanceId({ service: { clusterArn } }: ServiceRow): string | undefined {
    const [node] = usableNodes(this.#parts.store, clusterArn, this.#parts.runtime.nodes())
    return node === undefined ? undefined : nameInArn(nodeInstanceArn(clusterArn, node.name))
  }

  #drain(row: ServiceRow, transaction: Transaction): Done {
    const { store, clock, signals = {} } = this.#parts
    const now = clock.now()
    const serviceDeployment = newestServiceDeployment(store, row)
    const plan = planDrain(row, serviceDeployment, viewTasks(store, row, signals, now), now)
    for (const task of plan.changed) transaction.put(tasks, task)
    this.#write(transaction, row, plan, serviceDeployment, [])
    const isInactive = plan.row.service.status === 'INACTIVE'
    const sets = isInactive ? [...store.table(taskSets).by('service', row.service.serviceArn)] : []
    for (const { taskSet } of sets) transaction.remove(taskSets, taskSet.taskSetArn)
    const rules = isInactive ? removeIngress(store, transaction, row.service.serviceArn) : []
    if (isInactive) removeConnect(store, transaction, row.service.serviceArn)
    return {
      rules,
      woken: plan.stops.map(stop => stop.row.task.taskArn),
      ...(isInactive ? { lookAgainAt: now + inactiveRetentionMs } : {}),
    }
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
