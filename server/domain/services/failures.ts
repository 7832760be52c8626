import type { DeploymentRecord } from '../../store/service-tables.ts'
import type { TaskRow } from '../../store/tables.ts'
import { taskRolePrefix } from '../role-reasons.ts'
import { type TaskView, settleMs } from './task-view.ts'

/** How the stopped reason of a task that its scheduler had no more need of begins. */
export const scalingReason = (deploymentId: string): string => `Scaling activity initiated by (deployment ${deploymentId})`

/** The reason for which a task found no room, such as `RESOURCE:CPU`; undefined for one that did. */
export const lackOf = ({ task }: TaskRow): string | undefined =>
  task.stopCode === 'TaskFailedToStart' ? /^RESOURCE:[A-Z]+/.exec(task.stoppedReason ?? '')?.[0] : undefined

/** The reason for which ECS could not even begin with a task: a role that it cannot assume. */
const refusalOf = ({ task: { stopCode, stoppedReason = '' } }: TaskRow): string | undefined =>
  stopCode === 'TaskFailedToStart' && stoppedReason.startsWith(taskRolePrefix) ? stoppedReason : undefined

/**
 * Whether a STOPPED task counts as failed: it did not get to run, broke down as soon as it did, or failed its health
 * checks. What a user or the scheduler stopped, and what went down with its machine, does not count.
 */
export const isFailure = (row: TaskRow): boolean => {
  const { stopCode, stoppedReason = '', startedAt, stoppingAt } = row.task
  if (stopCode === 'TaskFailedToStart') return lackOf(row) === undefined
  if (stopCode === 'ServiceSchedulerInitiated') return !stoppedReason.startsWith(scalingReason('').slice(0, -1))
  if (stopCode !== 'EssentialContainerExited' || row.hasBeenReady === true) return false
  return startedAt === undefined || ((stoppingAt ?? startedAt) - startedAt) * 1000 < settleMs
}

export interface Account {
  readonly deployments: readonly DeploymentRecord[]
  /** Tasks whose end, or whose first readiness, counts now and never again. */
  readonly marked: readonly TaskRow[]
  /** Why a task found no room. */
  readonly lack?: string
  /** Why tasks could not be launched at all, each reason once. */
  readonly refusals: readonly string[]
}

/** Counts what became of tasks since the last look, each once: the marks are written together with the counts. */
export const account = (
  deployments: readonly DeploymentRecord[],
  tasks: readonly TaskView[],
  { now, resetsOnHealthyTask }: { readonly now: number; readonly resetsOnHealthyTask: boolean },
): Account => {
  const ended = tasks.filter(({ isOver }) => isOver)
  const newlyReady = tasks.filter(({ row, health }) => health === 'ready' && row.hasBeenReady !== true)
  const lacks = ended.flatMap(({ row }) => lackOf(row) ?? [])
  return {
    deployments: deployments.map(deployment => {
      const own = ({ deploymentId }: TaskView): boolean => deploymentId === deployment.id
      const recovered = newlyReady.some(own) ? recover(deployment, resetsOnHealthyTask) : deployment
      const ownEnds = ended.filter(own)
      const failures = ownEnds.filter(({ row }) => isFailure(row)).length
      const failed = failures === 0 ? recovered : withFailures(recovered, failures, now)
      return ownEnds.some(({ row }) => lackOf(row) !== undefined) ? { ...failed, unplacedAt: now } : failed
    }),
    marked: [
      ...ended.map(({ row }): TaskRow => ({ ...row, isAccountedFor: true })),
      ...newlyReady.map(({ row }): TaskRow => ({ ...row, hasBeenReady: true })),
    ],
    refusals: [...new Set(ended.flatMap(({ row }) => refusalOf(row) ?? []))],
    ...(lacks[0] === undefined ? {} : { lack: lacks[0] }),
  }
}

const recover = (deployment: DeploymentRecord, resetsBreaker: boolean): DeploymentRecord => {
  const { unplacedAt: _, ...rest } = deployment
  return { ...rest, failedTasks: 0, breakerFailures: resetsBreaker ? 0 : deployment.breakerFailures }
}

const withFailures = (deployment: DeploymentRecord, failures: number, now: number): DeploymentRecord => ({
  ...deployment,
  failedTasks: deployment.failedTasks + failures,
  breakerFailures: deployment.breakerFailures + (deployment.rolloutState === 'IN_PROGRESS' ? failures : 0),
  lastFailureAt: now,
  updatedAt: now,
})
