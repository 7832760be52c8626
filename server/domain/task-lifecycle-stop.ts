import type { TaskStopCode } from '../aws/generated/ecs.ts'
import type { ContainerObservation, TaskObservation } from '../runtime/runtime.ts'
import type { TaskRow } from '../store/tables.ts'
import type { TaskFacts } from './task-lifecycle-facts.ts'
import { isNeverStarted } from './task-lifecycle-order.ts'
import { endedWithHost, startFailure } from './task-lifecycle-failures.ts'

/**
 * Why tasks stop, in ECS' words.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
 */
export interface Stop {
  readonly stopCode: TaskStopCode
  readonly stoppedReason: string
}

export const stoppedByUser: Stop = { stopCode: 'UserInitiated', stoppedReason: 'Task stopped by user' }
const essentialExited: Stop = { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' }
/** Somebody else deleted what the task ran in, with kubectl for one. AWS has no words for it. */
export const podDeleted: Stop = { stopCode: 'InfrastructureHealth', stoppedReason: "The task's pod was deleted." }
export const failedToStart = (stoppedReason: string): Stop => ({ stopCode: 'TaskFailedToStart', stoppedReason })

/** The cluster or the node that the task ran on is gone: what ECS says when an instance is terminated under a task. */
export const hostGone = (row: TaskRow): Stop => ({
  stopCode: 'TerminationNotice',
  stoppedReason: `Host EC2 (instance ${instanceIdOf(row.epoch)}) terminated.`,
})

/** The node was stopped under the task and is there again: `kecs stop` and `start`, or a machine that was restarted. */
const hostStopped = (row: TaskRow): Stop => ({
  stopCode: 'TerminationNotice',
  stoppedReason: `Host EC2 (instance ${instanceIdOf(row.epoch)}) stopped.`,
})

/** An instance id that stands for an epoch: always the same one for the same epoch. */
const instanceIdOf = (epoch: string): string =>
  `i-${epoch
    .toLowerCase()
    .replaceAll(/[^0-9a-f]/g, '')
    .padStart(17, '0')
    .slice(-17)}`

/** How long a task may wait for a node, from its creation: shorter when it lacks a resource than when nodes are not ready yet. */
const resourceLimitMs = 10_000
const readinessLimitMs = 60_000

/** Why a task that should run has to stop; undefined while it need not. */
export const stopCause = (row: TaskRow, facts: TaskFacts, observation: TaskObservation, now: number): Stop | undefined =>
  failureOf(row, observation) ??
  essentialStartFailure(row, facts, observation) ??
  essentialExit(row, facts, observation) ??
  essentialNeverStarted(row, facts) ??
  (observation.stoppingSince === undefined ? undefined : podDeleted) ??
  unschedulable(row, observation, now)

const failureOf = (row: TaskRow, { failure, containers }: TaskObservation): Stop | undefined => {
  if (failure === undefined) return undefined
  // Of pods whose node Kubernetes does not know any more.
  if (failure.reason === 'DeletionByPodGC') return hostGone(row)
  const text = failure.message === '' ? failure.reason : `${failure.reason}: ${failure.message}`
  const resource = outOfResource.get(failure.reason)
  if (resource !== undefined) return failedToStart(`RESOURCE:${resource}: ${text}`)
  return containers.some(hasStarted) ? { stopCode: 'InfrastructureHealth', stoppedReason: text } : failedToStart(text)
}

/** The kubelet's reasons for not admitting a pod. */
const outOfResource = new Map([
  ['OutOfcpu', 'CPU'],
  ['OutOfmemory', 'MEMORY'],
  ['NodePorts', 'PORTS'],
])

/** EC2 tells the cause with the container alone; Fargate with the task too when the image could not be pulled. */
const essentialStartFailure = (row: TaskRow, facts: TaskFacts, observation: TaskObservation): Stop | undefined => {
  for (const seen of observation.containers) {
    const failure = startFailure(seen)
    if (failure === undefined || !isEssential(facts, seen) || hasRun(row, seen)) continue
    const isToldWithTask = row.task.launchType === 'FARGATE' && failure.startsWith('CannotPullContainerError')
    return failedToStart(isToldWithTask ? failure : 'Task failed to start')
  }
  return undefined
}

/** What it waited for failed, or took too long. */
const essentialNeverStarted = ({ task }: TaskRow, facts: TaskFacts): Stop | undefined => {
  const isOne = task.containers?.some(
    each => isNeverStarted(each) && (facts.containers.find(({ name }) => name === each.name)?.essential ?? true),
  )
  return isOne === true ? failedToStart('Task failed to start') : undefined
}

/** A container that ran is not failed by a late word from before. */
const hasRun = (row: TaskRow, seen: ContainerObservation): boolean =>
  row.task.containers?.some(({ name, lastStatus }) => name === seen.name && lastStatus === 'RUNNING') ?? false

const essentialExit = (row: TaskRow, facts: TaskFacts, { containers, stoppingSince }: TaskObservation): Stop | undefined => {
  const essential = containers.filter(seen => isEssential(facts, seen))
  if (essential.some(endedWithHost)) return hostStopped(row)
  const exits = essential.flatMap(({ state }) => (state.is === 'terminated' ? [state.finishedAt] : []))
  if (exits.length === 0) return undefined
  return stoppingSince !== undefined && Math.min(...exits) >= stoppingSince ? podDeleted : essentialExited
}

const isEssential = (facts: TaskFacts, seen: ContainerObservation): boolean =>
  facts.containers.find(({ name }) => name === seen.name)?.essential ?? true

const hasStarted = ({ state }: ContainerObservation): boolean =>
  state.is === 'running' || (state.is === 'terminated' && state.startedAt !== undefined)

const unschedulable = (row: TaskRow, observation: TaskObservation, now: number): Stop | undefined => {
  const limit = unschedulableLimitMs(row, observation)
  if (limit === undefined || now < limit) return undefined
  const message = observation.unschedulable ?? ''
  const lacking = lackingResource(message)
  return failedToStart(lacking === undefined ? `Task failed to start: ${message}` : `RESOURCE:${lacking}: ${message}`)
}

/** When a task that finds no node is given up, in milliseconds since the epoch; undefined when it has one or still may. */
export const unschedulableLimitMs = (row: TaskRow, observation: TaskObservation): number | undefined => {
  if (observation.unschedulable === undefined || observation.scheduledAt !== undefined) return undefined
  if (row.task.lastStatus !== 'PROVISIONING' && row.task.lastStatus !== 'PENDING') return undefined
  const limit = lackingResource(observation.unschedulable) === undefined ? readinessLimitMs : resourceLimitMs
  return (row.task.createdAt ?? 0) * 1000 + limit
}

/** From the scheduler's message, such as `0/1 nodes are available: 1 Insufficient cpu.` */
const lackingResource = (message: string): string | undefined => {
  if (/insufficient cpu/i.test(message)) return 'CPU'
  if (/insufficient memory/i.test(message)) return 'MEMORY'
  if (/insufficient nvidia\.com\/gpu/i.test(message)) return 'GPU'
  if (/free ports/i.test(message)) return 'PORTS'
  return undefined
}

/** Whether nothing of a task that is to stop runs or can still start. */
export const isOver = (facts: TaskFacts, observation: TaskObservation): boolean => {
  const nothingStarts = observation.stoppingSince !== undefined || observation.failure !== undefined
  return facts.containers.every(({ name }) => {
    const state = observation.containers.find(seen => seen.name === name)?.state
    if (state === undefined || state.is === 'waiting') return nothingStarts
    return state.is === 'terminated'
  })
}

/** Whether all that the task lives by runs, so that it can answer what still comes. */
export const serves = (facts: TaskFacts, observation: TaskObservation): boolean =>
  observation.failure === undefined &&
  facts.containers.every(
    ({ name, essential }) => !essential || observation.containers.some(seen => seen.name === name && seen.state.is === 'running'),
  )
