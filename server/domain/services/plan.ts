import { epochSeconds } from '../../../shared/clock.ts'
import type { DeploymentRecord, ServiceDeploymentRow, ServiceRevisionRow, ServiceRow } from '../../store/service-tables.ts'
import type { TaskRow } from '../../store/tables.ts'
import { boundsOf } from './bounds.ts'
import { planDaemons } from './daemons.ts'
import { account, scalingReason } from './failures.ts'
import { planReplicas } from './replicas.ts'
import { advanceRollout } from './rollout.ts'
import type { TaskView } from './task-view.ts'
import { mayLaunchAt } from './throttle.ts'

/** An ACTIVE service with deployments, and all that decides what is done for it. */
export interface ServiceSituation {
  readonly row: ServiceRow
  /** Its newest service deployment. */
  readonly serviceDeployment: ServiceDeploymentRow | undefined
  /** The revision of the last deployment that completed. */
  readonly completed: ServiceRevisionRow | undefined
  /** All of its tasks but those that are STOPPED and counted. */
  readonly tasks: readonly TaskView[]
  /** The machines that a DAEMON has to run on. */
  readonly nodeNames: readonly string[]
  /** Alarms of its deployment configuration that are in alarm. */
  readonly alarmsInAlarm: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface ServicePlan {
  readonly row: ServiceRow
  readonly serviceDeployment: ServiceDeploymentRow | undefined
  /** Tasks to be launched of the PRIMARY deployment; a DAEMON's each on its machine. */
  readonly launches: readonly { readonly nodeName?: string }[]
  /** Tasks that are asked to stop, and why where it is not for scaling. */
  readonly stops: readonly TaskView[]
  /** Every task whose row changes, those to be stopped included. */
  readonly changed: readonly TaskRow[]
  /** What the deployment says, oldest first. */
  readonly messages: readonly string[]
  readonly isBlocked: boolean
  /** Why a task that was launched found no room. */
  readonly lack?: string
  /** When to look again though nothing happens: milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

/**
 * What to do for a service now. Pure and level-based: it may be asked at any time, any number of times, and what it
 * answers is written in one piece.
 *
 * Where it differs from AWS: see docs/decisions/0025-a-service-is-planned-from-its-tasks.md; and placement constraints and
 * strategies are kept but not looked at, as in RunTask.
 */
export const planService = (situation: ServiceSituation): ServicePlan => {
  const { now, tasks } = situation
  const row = withDesiredCount(situation)
  const resetsOnHealthyTask = row.service.deploymentConfiguration?.deploymentCircuitBreaker?.resetOnHealthyTask ?? true
  const { deployments, marked, lack } = account(row.deployments, tasks, { now, resetsOnHealthyTask })
  const rollout = advanceRollout({ ...situation, row: { ...row, deployments }, messages: [] }, situation)
  const moves = movesFor(rollout.row, situation)
  const stops = moves.stop.map(({ row: task, deploymentId, ailment }) =>
    askedToStop(marked.find(each => each.taskId === task.taskId) ?? task, ailment?.stoppedReason ?? scalingReason(deploymentId), now),
  )
  const stopped = new Set(stops.map(({ taskId }) => taskId))
  const later = [moves.lookAgainAt, ...tasks.map(({ changesAt }) => changesAt)].flatMap(time =>
    time === undefined || time <= now ? [] : time,
  )
  // What a deployment's end makes possible is seen at once: perhaps no task changes any more that would tell of it.
  const times = rollout.messages.length === 0 ? later : [now]
  return {
    row: { ...rollout.row, deployments: withDesiredCounts(rollout.row, situation, stopped) },
    serviceDeployment: rollout.serviceDeployment,
    launches: moves.launches,
    stops: moves.stop,
    changed: [...marked.filter(({ taskId }) => !stopped.has(taskId)), ...stops],
    messages: rollout.messages,
    isBlocked: moves.isBlocked,
    ...(lack === undefined ? {} : { lack }),
    ...(times.length === 0 ? {} : { lookAgainAt: Math.min(...times) }),
  }
}

/** A DAEMON's desired count is the number of machines. */
const withDesiredCount = ({ row, nodeNames }: ServiceSituation): ServiceRow =>
  row.service.schedulingStrategy === 'DAEMON' && row.service.desiredCount !== nodeNames.length
    ? { ...row, service: { ...row.service, desiredCount: nodeNames.length } }
    : row

interface Moves extends Pick<ServicePlan, 'launches' | 'isBlocked' | 'lookAgainAt'> {
  readonly stop: readonly TaskView[]
}

const movesFor = (row: ServiceRow, { tasks, nodeNames, now }: ServiceSituation): Moves => {
  const [primary] = row.deployments
  if (primary === undefined) return { launches: [], stop: [], isBlocked: false }
  const { desiredCount, schedulingStrategy, deploymentConfiguration } = row.service
  const bounds = boundsOf(desiredCount, schedulingStrategy, deploymentConfiguration)
  const isStalled = primary.rolloutState === 'FAILED'
  if (schedulingStrategy === 'DAEMON') {
    const { startOn, stop, isBlocked } = planDaemons({ nodeNames, bounds, primaryId: primary.id, tasks, isStalled })
    const launches = startOn.map(nodeName => ({ nodeName }))
    return throttled({ launches, stop, isBlocked }, primary, desiredCount, now)
  }
  const deploymentIds = row.deployments.map(({ id }) => id)
  const lacksRoom = primary.unplacedAt !== undefined
  const { start, stop, isBlocked } = planReplicas({ desiredCount, bounds, deploymentIds, tasks, isStalled, lacksRoom })
  return throttled({ launches: Array.from({ length: start }, () => ({})), stop, isBlocked }, primary, desiredCount, now)
}

const throttled = (moves: Moves, primary: DeploymentRecord, desiredCount: number, now: number): Moves => {
  const launchAt = mayLaunchAt(primary, desiredCount)
  return moves.launches.length === 0 || now >= launchAt ? moves : { ...moves, launches: [], lookAgainAt: launchAt }
}

/** As StopTask asks, but by the scheduler. */
export const askedToStop = (row: TaskRow, stoppedReason: string, now: number): TaskRow => ({
  ...row,
  task: {
    ...row.task,
    desiredStatus: 'STOPPED',
    stopCode: 'ServiceSchedulerInitiated',
    stoppedReason,
    stoppingAt: epochSeconds(now),
    version: row.task.version + 1,
  },
})

/** PRIMARY is to have the service's count, an ACTIVE one what is left of it. */
const withDesiredCounts = (row: ServiceRow, { tasks, now }: ServiceSituation, stopped: ReadonlySet<string>): readonly DeploymentRecord[] =>
  row.deployments.map(deployment => {
    const left = tasks.filter(task => task.isWanted && task.deploymentId === deployment.id && !stopped.has(task.row.taskId)).length
    const desiredCount = deployment.status === 'PRIMARY' ? row.service.desiredCount : left
    return desiredCount === deployment.desiredCount ? deployment : { ...deployment, desiredCount, updatedAt: now }
  })
