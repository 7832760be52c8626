import { epochSeconds } from '../../../shared/clock.ts'
import type { DeploymentRecord, ServiceDeploymentRow, ServiceRevisionRow, ServiceRow } from '../../store/service-tables.ts'
import type { TaskRow } from '../../store/tables.ts'
import { retirement } from '../task-removal.ts'
import { boundsOf } from './bounds.ts'
import { planDaemons } from './daemons.ts'
import { account, scalingReason } from './failures.ts'
import { isOngoing } from './records.ts'
import { planReplicas } from './replicas.ts'
import { advanceRollout } from './rollout.ts'
import { type StagedWish, planStagedMoves, stagedWishes } from './staged-moves.ts'
import { isStaged } from './stages.ts'
import type { TaskView } from './task-view.ts'
import { mayLaunchAt } from './throttle.ts'
import { type ZoneCount, zoneCounts, zoneToFill } from './zone-balance.ts'
import { type RuleReader, type TrafficShift, wantedTraffic } from './traffic.ts'

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
  /** The availability zones that the machines are in, such as `us-east-1a`. */
  readonly zones: readonly string[]
  /** Alarms of its deployment configuration that are in alarm. */
  readonly alarmsInAlarm: readonly string[]
  /** What listeners' rules forward to. */
  readonly ruleOf: RuleReader
  readonly revisionOf: (serviceRevisionArn: string) => ServiceRevisionRow | undefined
  /** `Gateway.inForceUntil()`; absent where nothing carries traffic. */
  readonly inForceUntil?: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A task to be launched of a deployment; a DAEMON's on its machine, one that evens out zones in the zone that lacks it. */
export interface Wanted {
  readonly deploymentId: string
  readonly nodeName?: string
  readonly zone?: string
}

export interface ServicePlan {
  readonly row: ServiceRow
  readonly serviceDeployment: ServiceDeploymentRow | undefined
  readonly launches: readonly Wanted[]
  /** How listeners' rules are to forward. */
  readonly traffic: readonly TrafficShift[]
  /** Tasks that are asked to stop, and why where it is not for scaling. */
  readonly stops: readonly TaskView[]
  /** Every task whose row changes, those to be stopped included. */
  readonly changed: readonly TaskRow[]
  /** What the deployment says, oldest first. */
  readonly messages: readonly string[]
  readonly isBlocked: boolean
  /** How the tasks that stay lie over the zones; absent where they are not to be spread evenly. */
  readonly zones?: readonly ZoneCount[]
  /** Why tasks could not be launched, as with a role that ECS cannot assume. */
  readonly refusals: readonly string[]
  /** Why a task that was launched found no room. */
  readonly lack?: string
  /** When to look again though nothing happens: milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

/**
 * What to do for a service now. Pure and level-based: it may be asked at any time, any number of times, and what it
 * answers is written in one piece.
 *
 * Where it differs from AWS: see docs/decisions/0025-a-service-is-planned-from-its-tasks.md.
 */
export const planService = (situation: ServiceSituation): ServicePlan => {
  const { now, tasks } = situation
  const row = withDesiredCount(situation)
  const resetsOnHealthyTask = row.service.deploymentConfiguration?.deploymentCircuitBreaker?.resetOnHealthyTask ?? true
  const { deployments, marked, lack, refusals } = account(row.deployments, tasks, { now, resetsOnHealthyTask })
  const rollout = advanceRollout({ ...situation, row: { ...row, deployments }, messages: [] }, situation)
  const moves = movesFor(rollout.row, rollout.serviceDeployment, situation)
  const stops = moves.stop.map(({ row: task, deploymentId, ailment }) =>
    askedToStop(marked.find(each => each.taskId === task.taskId) ?? task, ailment?.stoppedReason ?? scalingReason(deploymentId), now),
  )
  const stopped = new Set(stops.map(({ taskId }) => taskId))
  const later = [moves.lookAgainAt, rollout.lookAgainAt, ...tasks.map(({ changesAt }) => changesAt)].flatMap(time =>
    time === undefined || time <= now ? [] : time,
  )
  // What a deployment's end makes possible is seen at once: perhaps no task changes any more that would tell of it.
  const zones = zonesOf(situation)
  const zoneTimes = zones.length === 0 ? [] : [now + (zones.length < 2 ? lookForZonesMs : lookAtZonesMs)]
  const times = rollout.messages.length === 0 && rollout.lookAgainAt !== now ? [...later, ...zoneTimes] : [now]
  return {
    row: { ...rollout.row, deployments: withDesiredCounts(rollout.row, situation, { stopped, wishes: moves.wishes }) },
    serviceDeployment: rollout.serviceDeployment,
    traffic: trafficOf(rollout.serviceDeployment, situation),
    launches: moves.launches,
    stops: moves.stop,
    changed: [...marked.filter(({ taskId }) => !stopped.has(taskId)), ...stops],
    messages: rollout.messages,
    refusals,
    isBlocked: moves.isBlocked,
    ...(zones.length < 2
      ? {}
      : {
          zones: zoneCounts(
            zones,
            tasks.filter(task => task.isWanted && !stopped.has(task.row.taskId)),
          ),
        }),
    ...(lack === undefined ? {} : { lack }),
    ...(times.length === 0 ? {} : { lookAgainAt: Math.min(...times) }),
  }
}

/** A DAEMON's desired count is the number of machines. */
const withDesiredCount = ({ row, nodeNames }: ServiceSituation): ServiceRow =>
  row.service.schedulingStrategy === 'DAEMON' && row.service.desiredCount !== nodeNames.length
    ? { ...row, service: { ...row.service, desiredCount: nodeNames.length } }
    : row

/** Where the rules send traffic; also in the step in which a deployment ends, which may have been all that it took. */
const trafficOf = (
  serviceDeployment: ServiceDeploymentRow | undefined,
  { serviceDeployment: before, revisionOf }: ServiceSituation,
): readonly TrafficShift[] => {
  if (serviceDeployment?.progress === undefined || before === undefined || !isOngoing(before)) return []
  if (!isStaged(serviceDeployment) && serviceDeployment.progress.stage !== 'RECONCILE_SERVICE') return []
  const target = revisionOf(serviceDeployment.serviceDeployment.targetServiceRevision.arn)
  return target === undefined ? [] : wantedTraffic(target.revision, serviceDeployment.progress)
}

interface Moves extends Pick<ServicePlan, 'launches' | 'isBlocked' | 'lookAgainAt'> {
  readonly stop: readonly TaskView[]
  readonly wishes?: ReadonlyMap<string, StagedWish>
}

const movesFor = (row: ServiceRow, serviceDeployment: ServiceDeploymentRow | undefined, situation: ServiceSituation): Moves => {
  const { tasks, nodeNames, now } = situation
  const [primary] = row.deployments
  if (primary === undefined) return { launches: [], stop: [], isBlocked: false }
  const wishes = stagedWishes(row, serviceDeployment)
  if (wishes !== undefined) return { ...planStagedMoves(row, wishes, tasks, now), isBlocked: false, wishes }
  const { desiredCount, schedulingStrategy, deploymentConfiguration } = row.service
  const bounds = boundsOf(desiredCount, schedulingStrategy, deploymentConfiguration)
  const isStalled = primary.rolloutState === 'FAILED'
  if (schedulingStrategy === 'DAEMON') {
    const { startOn, stop, isBlocked } = planDaemons({ nodeNames, bounds, primaryId: primary.id, tasks, isStalled })
    const launches = startOn.map(nodeName => ({ deploymentId: primary.id, nodeName }))
    return throttled({ launches, stop, isBlocked }, primary, desiredCount, now)
  }
  const deploymentIds = row.deployments.map(({ id }) => id)
  const lacksRoom = primary.unplacedAt !== undefined
  const { start, stop, isBlocked } = planReplicas({ desiredCount, bounds, deploymentIds, tasks, isStalled, lacksRoom })
  const zone = start > 0 || stop.length > 0 ? undefined : zoneToEvenOut(row, bounds.upper, situation)
  const evening = zone === undefined ? [] : [{ deploymentId: primary.id, zone }]
  const launches = [...Array.from({ length: start }, () => ({ deploymentId: primary.id })), ...evening]
  return throttled({ launches, stop, isBlocked }, primary, desiredCount, now)
}

/** Nobody tells of machines that come and go, which are fewer where there is but one zone. Milliseconds. */
const lookAtZonesMs = 60_000
const lookForZonesMs = 300_000

/** Those that a service's tasks are to be spread over evenly. */
const zonesOf = ({ row, zones }: ServiceSituation): readonly string[] =>
  row.service.availabilityZoneRebalancing === 'ENABLED' ? zones : []

/** Where one more task is to go, at rest alone: all that there should be are ready, and the maximum leaves room for it. */
const zoneToEvenOut = (row: ServiceRow, most: number, situation: ServiceSituation): string | undefined => {
  const zones = zonesOf(situation)
  const [primary, ...others] = row.deployments
  const wanted = situation.tasks.filter(({ isWanted }) => isWanted)
  const isAtRest =
    others.length === 0 &&
    primary?.rolloutState === 'COMPLETED' &&
    (primary.unplacedAt === undefined || situation.now >= primary.unplacedAt + lookAtZonesMs) &&
    wanted.length === row.service.desiredCount &&
    wanted.every(({ health }) => health === 'ready')
  return zones.length < 2 || !isAtRest || wanted.length >= most ? undefined : zoneToFill(zones, wanted)
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
    stopCode: row.retires === true ? retirement.stopCode : 'ServiceSchedulerInitiated',
    stoppedReason,
    stoppingAt: epochSeconds(now),
    version: row.task.version + 1,
  },
})

/** PRIMARY is to have the service's count, an ACTIVE one what is left of it, unless both are wanted side by side. */
const withDesiredCounts = (
  row: ServiceRow,
  { tasks, now }: ServiceSituation,
  { stopped, wishes }: { readonly stopped: ReadonlySet<string>; readonly wishes: ReadonlyMap<string, StagedWish> | undefined },
): readonly DeploymentRecord[] =>
  row.deployments.map(deployment => {
    const left = tasks.filter(task => task.isWanted && task.deploymentId === deployment.id && !stopped.has(task.row.taskId)).length
    const alone = deployment.status === 'PRIMARY' ? row.service.desiredCount : left
    const desiredCount = wishes?.get(deployment.id)?.desiredCount ?? alone
    return desiredCount === deployment.desiredCount ? deployment : { ...deployment, desiredCount, updatedAt: now }
  })
