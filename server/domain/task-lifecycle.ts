import { epochSeconds } from '../../shared/clock.ts'
import type { Container } from '../aws/generated/ecs.ts'
import type { TaskObservation } from '../runtime/runtime.ts'
import type { TaskRow } from '../store/tables.ts'
import { sameJson } from './same-json.ts'
import { drainWaitMs } from './task-drain.ts'
import type { TaskFacts } from './task-lifecycle-facts.ts'
import { recordHealth } from './task-lifecycle-health.ts'
import { containerOrder, firstToStop, type Order } from './task-lifecycle-order.ts'
import { agentsOf, recordObservation } from './task-lifecycle-record.ts'
import {
  type Stop,
  failedToStart,
  hostGone,
  isOver,
  podDeleted,
  serves,
  stopCause,
  stoppedByUser,
  unschedulableLimitMs,
} from './task-lifecycle-stop.ts'

/** The order of a task's `lastStatus`; it never goes back. Steps may be skipped. */
const statuses = ['PROVISIONING', 'PENDING', 'ACTIVATING', 'RUNNING', 'DEACTIVATING', 'STOPPING', 'DEPROVISIONING', 'STOPPED'] as const
type TaskStatus = (typeof statuses)[number]

/** How long a start that was accepted may stay unseen, and a stop unanswered, before it is asked for again. */
const askAgainMs = 5_000

export interface LifecycleContext {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** The runtime's. */
  readonly epoch: string
  /** Whether the runtime's observations are complete, so that no observation means that there is none. */
  readonly synced: boolean
  /** Why the runtime refuses to start the task for ever. */
  readonly startError?: string
  /** When the runtime accepted the task's start, as far as this process knows. Milliseconds since the epoch. */
  readonly startAcceptedAt?: number
  /** The gateway's: what was deregistered before gets no new request. Absent where nothing carries traffic. */
  readonly settledUntil?: number
  /** Whether what its containers write is delivered from files that the kubelet removes when the task's pod is deleted. */
  readonly areLogsShipped?: boolean
  /** Whether the task's network was taken away; of one that is to have none. */
  readonly hasNoNetwork?: boolean
  /** For how long the task's log router has to go on: what others wrote before they ended is on its way. Milliseconds. */
  readonly leftToRouteMs?: number
}

export interface Step {
  /** The row as it was given when nothing changed. */
  readonly row: TaskRow
  /** To be done once the row is durable; each may be repeated. */
  readonly action?: 'start' | 'stop' | 'release' | 'startContainers' | 'stopContainers'
  /** Which containers, for the actions that are for some of them. */
  readonly containers?: readonly string[]
  /** When to look again though nothing is reported; 0 means at once, without waiting for the row to be durable. */
  readonly lookAgainAfterMs?: number
}

/**
 * One step of a task: from its row and what is seen of it to the next row and what is to be done. Pure and
 * level-based: a step may be lost, repeated or late, and a crash between two of them changes nothing in the end.
 *
 * Statuses and what they mean: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
 */
export const advance = (row: TaskRow, facts: TaskFacts, observation: TaskObservation | undefined, context: LifecycleContext): Step => {
  if (row.task.lastStatus === 'STOPPED') return observation === undefined ? { row } : { row, action: 'release' }
  if (row.epoch !== context.epoch) return { row: stopped(desireStop(row, hostGone(row), context), context) }
  if (!context.synced) return { row }
  if (observation === undefined) return unobserved(row, context)
  const recorded = { ...row.task, ...recordObservation(row, facts, observation) }
  const health = recordHealth(recorded, facts, observation, context.now)
  const checked = { ...recorded, ...health.changes }
  if (checked.desiredStatus === 'STOPPED') return stopping(revise(row, checked), facts, observation, context)
  const order: Waiting = isolationOf(checked, facts, observation, context) ?? containerOrder(checked, facts, observation, context.now)
  const seen = revise(row, { ...checked, ...order.changes })
  const cause = stopCause(seen, facts, observation, context.now) ?? order.failure
  if (cause !== undefined) return stopping(desireStop(seen, cause, context), facts, observation, context)
  const next = reach(seen, stageOf(seen, observation))
  // A container that was given up may be what the task's start waited for, of which nobody reports anything.
  const givenUp = sameJson(order.changes.containers, checked.containers) ? undefined : context.now
  const dueTimes = [unschedulableLimitMs(seen, observation), health.dueAt, order.dueAt, givenUp].filter(time => time !== undefined)
  const lookAgain = dueTimes.length === 0 ? {} : { lookAgainAfterMs: Math.max(1, Math.min(...dueTimes) - context.now) }
  const toStop = observation.containers.filter(({ mayRunAgain }) => mayRunAgain === true).map(({ name }) => name)
  if (toStop.length > 0) return { row: next, action: 'stopContainers', containers: toStop, lookAgainAfterMs: askAgainMs }
  if (order.toStart.length === 0) return { row: next, ...lookAgain }
  return { row: next, action: 'startContainers', containers: order.toStart, ...lookAgain }
}

/** How long a task's network may take to be taken away, from when it was there. Milliseconds. */
const isolationLimitMs = 30_000

/** The containers' order as it stands, and why it never comes to it. */
type Waiting = Order & { readonly failure?: Stop }

/** While a task that is to have no network has one, nothing of it starts. */
const isolationOf = (
  { containers }: TaskRow['task'],
  facts: TaskFacts,
  observation: TaskObservation,
  { hasNoNetwork, now }: LifecycleContext,
): Waiting | undefined => {
  const waits = facts.isIsolated === true && hasNoNetwork !== true && observation.containers.some(({ isHeld }) => isHeld === true)
  if (!waits) return undefined
  const changes = containers === undefined ? {} : { containers }
  if (observation.networkReadyAt === undefined) return { changes, toStart: [] }
  const dueAt = observation.networkReadyAt + isolationLimitMs
  if (now < dueAt) return { changes, toStart: [], dueAt }
  const failure = failedToStart("ResourceInitializationError: the task's network could not be taken away: the node's agent did not do it.")
  return { changes, toStart: [], failure }
}

const unobserved = (row: TaskRow, context: LifecycleContext): Step => {
  const { task } = row
  if (wasSeen(row)) return { row: stopped(desireStop(row, podDeleted, context), context) }
  if (context.startError !== undefined) {
    return { row: stopped(desireStop(row, failedToStart(context.startError), context), context) }
  }
  const sinceAccepted = context.startAcceptedAt === undefined ? undefined : context.now - context.startAcceptedAt
  const mayAppear = sinceAccepted !== undefined && sinceAccepted < askAgainMs
  if (mayAppear) return { row, lookAgainAfterMs: askAgainMs - sinceAccepted }
  if (task.desiredStatus === 'STOPPED') return { row: stopped(desireStop(row, stoppedByUser, context), context) }
  return { row, action: 'start', lookAgainAfterMs: askAgainMs }
}

/** RunTask leaves the health out: it is known with the first observation. The status tells nothing, for tasks begin in different ones. */
const wasSeen = ({ task }: TaskRow): boolean => task.healthStatus !== undefined

/** Kubernetes' view in ECS' words: images are pulled and networks made while a task is ACTIVATING. */
const stageOf = (row: TaskRow, observation: TaskObservation): TaskStatus => {
  const containers = row.task.containers ?? []
  const haveAllBegun = containers.every(({ lastStatus }) => lastStatus === 'RUNNING' || lastStatus === 'STOPPED')
  // A container that was given up in this step is what the task's start waited for: its time is known with the next one.
  if (haveAllBegun && row.task.startedAt !== undefined) return 'RUNNING'
  return observation.scheduledAt === undefined ? 'PENDING' : 'ACTIVATING'
}

const stopping = (row: TaskRow, facts: TaskFacts, observation: TaskObservation, context: LifecycleContext): Step => {
  if (!isOver(facts, observation)) {
    if (observation.stoppingSince !== undefined) return { row: reach(row, 'STOPPING') }
    const drainMs = mayDrain(row, facts, observation) ? drainWaitMs(row, context) : undefined
    if (drainMs !== undefined) return { row: reach(row, 'DEACTIVATING'), lookAgainAfterMs: drainMs }
    const first = firstToStop(row.task, facts, observation)
    if (first !== undefined) {
      return { row: reach(row, 'DEACTIVATING'), action: 'stopContainers', containers: first, lookAgainAfterMs: askAgainMs }
    }
    const { leftToRouteMs = 0 } = context
    if (leftToRouteMs > 0) return { row: reach(row, 'DEACTIVATING'), lookAgainAfterMs: leftToRouteMs }
    const running = context.areLogsShipped === true ? runningAlone(observation) : undefined
    if (running !== undefined) {
      return { row: reach(row, 'DEACTIVATING'), action: 'stopContainers', containers: running, lookAgainAfterMs: askAgainMs }
    }
    return { row: reach(row, 'DEACTIVATING'), action: 'stop', lookAgainAfterMs: askAgainMs }
  }
  if (row.task.lastStatus === 'DEPROVISIONING') return { row: stopped(row, context) }
  const finished = observation.containers.flatMap(({ state }) => (state.is === 'terminated' ? [state.finishedAt] : []))
  // In whole seconds, as Kubernetes tells it: not before the task began.
  const began = row.task.startedAt ?? row.task.createdAt ?? 0
  const executionStoppedAt = finished.length === 0 ? {} : { executionStoppedAt: Math.max(began, epochSeconds(Math.max(...finished))) }
  return { row: reach(revise(row, executionStoppedAt), 'DEPROVISIONING'), lookAgainAfterMs: 0 }
}

/** Names of the containers that run, where no other one may still begin: stopping these ends the task. */
const runningAlone = ({ containers }: TaskObservation): readonly string[] | undefined =>
  containers.some(({ state }) => state.is === 'waiting')
    ? undefined
    : containers.filter(({ state }) => state.is === 'running').map(({ name }) => name)

/** Spot capacity is taken away at once, whoever still asks something of it. */
const mayDrain = ({ task }: TaskRow, facts: TaskFacts, observation: TaskObservation): boolean =>
  task.stopCode !== 'SpotInterruption' && serves(facts, observation)

/** Asks for the task's end. What asked first is what is told. */
const desireStop = (row: TaskRow, stop: Stop, context: LifecycleContext): TaskRow =>
  revise(row, {
    desiredStatus: 'STOPPED',
    stopCode: row.task.stopCode ?? stop.stopCode,
    stoppedReason: row.task.stoppedReason ?? stop.stoppedReason,
    stoppingAt: row.task.stoppingAt ?? epochSeconds(context.now),
  })

const stopped = (row: TaskRow, context: LifecycleContext): TaskRow => {
  const { task } = row
  const ran = task.startedAt !== undefined || (task.containers ?? []).some(({ lastStatus }) => lastStatus === 'RUNNING')
  const now = epochSeconds(context.now)
  return revise(row, {
    lastStatus: 'STOPPED',
    stopCode: task.stopCode ?? stoppedByUser.stopCode,
    stoppedReason: task.stoppedReason ?? stoppedByUser.stoppedReason,
    stoppingAt: task.stoppingAt ?? now,
    stoppedAt: now,
    ...(task.executionStoppedAt === undefined && ran ? { executionStoppedAt: now } : {}),
    ...(task.containers === undefined ? {} : { containers: task.containers.map(stoppedContainer) }),
    ...(task.attachments === undefined ? {} : { attachments: task.attachments.map(each => ({ ...each, status: 'DELETED' })) }),
  })
}

const stoppedContainer = (container: Container): Container => ({ ...container, ...agentsOf(container, 'STOPPED'), lastStatus: 'STOPPED' })

const rank = (status: string): number => statuses.findIndex(each => each === status)

const reach = (row: TaskRow, status: TaskStatus): TaskRow =>
  rank(status) > rank(row.task.lastStatus) ? revise(row, { lastStatus: status }) : row

/** A row with `changes`, its version one higher; the row itself when they change nothing. */
const revise = (row: TaskRow, changes: Partial<TaskRow['task']>): TaskRow => {
  const task = { ...row.task, ...changes }
  return sameJson(task, row.task) ? row : { ...row, task: { ...task, version: row.task.version + 1 } }
}
