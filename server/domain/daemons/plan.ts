import type { DaemonDeploymentRow, DaemonRow } from '../../store/ecs-daemon-tables.ts'
import type { TaskRow } from '../../store/tables.ts'
import { nameInArn } from '../arn.ts'
import { planDaemons } from '../services/daemons.ts'
import { isFailure, lackOf, scalingReason } from '../services/failures.ts'
import { askedToStop } from '../services/plan.ts'
import type { TaskView } from '../services/task-view.ts'
import { moveDeployment } from './deployment.ts'

/** What is true of a daemon that is not being deleted. */
export interface DaemonSituation {
  readonly row: DaemonRow
  readonly deployment: DaemonDeploymentRow | undefined
  /** Of the machines that it is to run on. */
  readonly nodeNames: readonly string[]
  /** But those that are STOPPED and counted. Their deployment's id is the revision's. */
  readonly tasks: readonly TaskView[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** All to be written in one commit. */
export interface DaemonPlan {
  readonly row: DaemonRow
  readonly deployment: DaemonDeploymentRow | undefined
  /** The machines on which a task of the row's revision is to be started. */
  readonly startOn: readonly string[]
  /** Tasks that are to stop, or whose end or readiness is counted now. */
  readonly changed: readonly TaskRow[]
  /** Milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

/** The id by which the tasks of a revision name it as who started them. */
export const revisionId = (daemonRevisionArn: string): string => nameInArn(daemonRevisionArn)

/** AWS's longest pause between restarts of a service's tasks, taken for daemons too. Milliseconds. */
const longestPauseMs = 27 * 60_000
const firstPauseMs = 1_000
/** Between attempts to start a task that found no room. Milliseconds. */
const placeAgainMs = 5_000

/** One step: what ended is counted, the deployment goes on or is rolled back, and each machine gets its task. */
export const planDaemon = (situation: DaemonSituation): DaemonPlan => {
  const { nodeNames, tasks, now } = situation
  const counted = countEnds(situation)
  const { row, deployment, lookAgainAt } = moveDeployment({ ...situation, row: counted.row }, counted.failures)
  const moves = planDaemons({
    nodeNames,
    bounds: { lower: nodeNames.length - replacedAtOnce(nodeNames.length, deployment), upper: nodeNames.length },
    primaryId: revisionId(row.revisionArn),
    tasks,
    isStalled: deployment?.deployment.status === 'ROLLBACK_FAILED',
  })
  const mayStartAt = row.revisionArn === counted.row.revisionArn ? startAgainAt(row) : 0
  const stops = stopAll(moves.stop, now)
  const stopped = new Set(stops.map(({ taskId }) => taskId))
  const times = [
    lookAgainAt,
    moves.startOn.length > 0 ? mayStartAt : undefined,
    ...tasks.map(({ changesAt }) => changesAt),
    // What it comes to is seen at once: perhaps no task changes any more that would tell of it.
    row.revisionArn === counted.row.revisionArn ? undefined : now,
  ].flatMap(time => (time === undefined || time < now ? [] : time))
  return {
    row,
    deployment,
    startOn: mayStartAt > now ? [] : moves.startOn,
    changed: [...counted.marked.filter(({ taskId }) => !stopped.has(taskId)), ...stops],
    ...(times.length === 0 ? {} : { lookAgainAt: Math.min(...times) }),
  }
}

/** Asks tasks to stop that still are to run. */
export const stopAll = (tasks: readonly TaskView[], now: number): readonly TaskRow[] =>
  [...new Set(tasks)].map(({ row, ailment, deploymentId }) => askedToStop(row, ailment?.stoppedReason ?? scalingReason(deploymentId), now))

/** How many machines' tasks may be replaced at a time: at least one, or a deployment would never end. */
const replacedAtOnce = (count: number, deployment: DaemonDeploymentRow | undefined): number =>
  Math.max(1, Math.floor((count * (deployment?.deployment.deploymentConfiguration.drainPercent ?? 100)) / 100))

const startAgainAt = ({ failedTasks = 0, failedAt }: DaemonRow): number => {
  if (failedAt === undefined) return 0
  return failedAt + (failedTasks === 0 ? placeAgainMs : Math.min(longestPauseMs, firstPauseMs * 2 ** (failedTasks - 1)))
}

/** Each end and each first readiness counts once: the marks are written together with the counts. */
const countEnds = ({ row, tasks, now }: DaemonSituation) => {
  const own = ({ deploymentId }: TaskView): boolean => deploymentId === revisionId(row.revisionArn)
  const ended = tasks.filter(({ isOver }) => isOver)
  const ready = tasks.filter(task => task.health === 'ready' && task.row.hasBeenReady !== true)
  const failures = ended.filter(task => own(task) && isFailure(task.row)).length
  const isLacking = ended.some(task => own(task) && lackOf(task.row) !== undefined)
  const { failedTasks, failedAt, ...well } = row
  const before = ready.some(own) ? {} : { failedTasks, failedAt }
  const after = failures > 0 || isLacking ? { failedTasks: (before.failedTasks ?? 0) + failures, failedAt: now } : before
  return {
    failures,
    row: {
      ...well,
      ...(after.failedTasks === undefined ? {} : { failedTasks: after.failedTasks }),
      ...(after.failedAt === undefined ? {} : { failedAt: after.failedAt }),
    },
    marked: [
      ...ended.map((task): TaskRow => ({ ...task.row, isAccountedFor: true })),
      ...ready.map((task): TaskRow => ({ ...task.row, hasBeenReady: true })),
    ],
  }
}
