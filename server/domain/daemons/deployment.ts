import { epochSeconds } from '../../../shared/clock.ts'
import type { DaemonDeploymentRevisionDetail, DaemonDeploymentStatus } from '../../aws/generated/ecs.ts'
import type { DaemonDeploymentRow, DaemonRow } from '../../store/ecs-daemon-tables.ts'
import { nameInArn } from '../arn.ts'
import type { TaskView } from '../services/task-view.ts'

interface Situation {
  readonly row: DaemonRow
  readonly deployment: DaemonDeploymentRow | undefined
  readonly nodeNames: readonly string[]
  readonly tasks: readonly TaskView[]
  readonly now: number
}

interface Moved {
  readonly row: DaemonRow
  readonly deployment: DaemonDeploymentRow | undefined
  /** Milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

const openStatuses: readonly DaemonDeploymentStatus[] = ['PENDING', 'IN_PROGRESS', 'ROLLBACK_IN_PROGRESS']

export const isOpen = ({ deployment }: DaemonDeploymentRow): boolean => openStatuses.includes(deployment.status)

/**
 * Where a deployment stands: begun, rolled back when too many of its tasks failed, over when each machine has a task of
 * the revision that is well, and was for the bake time. `failures` are those since the last look.
 */
export const moveDeployment = (situation: Situation, failures: number): Moved => {
  const { row, deployment: found, now } = situation
  if (found === undefined || !isOpen(found)) return { row, deployment: found }
  const at = epochSeconds(now)
  const { readyAt: wasReadyAt, ...rest } = withFailures(withCounts(found, situation), failures)
  const { status, startedAt, circuitBreaker, deploymentConfiguration } = rest.deployment
  const begun = { ...rest.deployment, startedAt: startedAt ?? at, status: status === 'PENDING' ? ('IN_PROGRESS' as const) : status }
  const { failureCount = 0, threshold = Infinity } = circuitBreaker ?? {}
  if (begun.status === 'IN_PROGRESS' && failureCount >= threshold) return rollBack(situation, { ...rest, deployment: begun })
  if (!isDone(situation)) return { row, deployment: { ...rest, deployment: begun } }
  const readyAt = wasReadyAt ?? now
  const bakedAt = readyAt + (begun.status === 'IN_PROGRESS' ? (deploymentConfiguration.bakeTimeInMinutes ?? 0) * 60_000 : 0)
  if (now < bakedAt) return { row, deployment: { ...rest, readyAt, deployment: begun }, lookAgainAt: bakedAt }
  const { formerRevisionArn: _, ...settled } = row
  const isRolledBack = begun.status === 'ROLLBACK_IN_PROGRESS'
  const breaker = isRolledBack ? circuitBreaker : { ...circuitBreaker, status: 'MONITORING_COMPLETE' as const }
  const over = { ...begun, status: isRolledBack ? 'ROLLBACK_SUCCESSFUL' : 'SUCCESSFUL', finishedAt: at, circuitBreaker: breaker } as const
  return { row: settled, deployment: { ...rest, readyAt, deployment: over } }
}

/** The one before takes its place again; where there is none, nothing is started until the daemon is updated. */
const rollBack = ({ row, now }: Situation, deployment: DaemonDeploymentRow): Moved => {
  const at = epochSeconds(now)
  const { formerRevisionArn, failedTasks: _, failedAt: __, ...rest } = row
  const circuitBreaker = { ...deployment.deployment.circuitBreaker, status: 'TRIGGERED' as const }
  const reason = 'Daemon deployment circuit breaker: tasks failed to start.'
  const failed = { ...deployment.deployment, circuitBreaker, statusReason: reason }
  if (formerRevisionArn === undefined) {
    return { row, deployment: { ...deployment, deployment: { ...failed, status: 'ROLLBACK_FAILED', finishedAt: at } } }
  }
  const rollback = {
    reason,
    startedAt: at,
    rollbackTargetDaemonRevisionArn: formerRevisionArn,
    rollbackCapacityProviders: row.capacityProviderArns,
  }
  return {
    row: { ...rest, formerRevisionArn, revisionArn: formerRevisionArn },
    deployment: { ...deployment, deployment: { ...failed, status: 'ROLLBACK_IN_PROGRESS', rollback } },
  }
}

const isDone = ({ row, nodeNames, tasks }: Situation): boolean => {
  const present = tasks.filter(({ isOver }) => !isOver)
  const isWell = (task: TaskView): boolean => task.isWanted && task.health === 'ready' && task.deploymentId === nameInArn(row.revisionArn)
  return present.every(isWell) && nodeNames.every(name => present.some(task => task.row.nodeName === name))
}

const withFailures = (row: DaemonDeploymentRow, failures: number): DaemonDeploymentRow => {
  const { circuitBreaker, status } = row.deployment
  if (failures === 0 || status === 'ROLLBACK_IN_PROGRESS') return row
  const failureCount = (circuitBreaker?.failureCount ?? 0) + failures
  return { ...row, deployment: { ...row.deployment, circuitBreaker: { ...circuitBreaker, failureCount } } }
}

const withCounts = (row: DaemonDeploymentRow, situation: Situation): DaemonDeploymentRow => {
  const { targetDaemonRevision, sourceDaemonRevisions = [] } = row.deployment
  const count = (detail: DaemonDeploymentRevisionDetail): DaemonDeploymentRevisionDetail => countsOf(detail, situation)
  return {
    ...row,
    deployment: {
      ...row.deployment,
      ...(targetDaemonRevision === undefined ? {} : { targetDaemonRevision: count(targetDaemonRevision) }),
      sourceDaemonRevisions: sourceDaemonRevisions.map(count),
    },
  }
}

/** No machine is of one provider alone, so that all are counted with the first. */
const countsOf = (detail: DaemonDeploymentRevisionDetail, { nodeNames, tasks }: Situation): DaemonDeploymentRevisionDetail => {
  const own = tasks.filter(({ deploymentId, isOver }) => !isOver && deploymentId === nameInArn(detail.arn ?? ''))
  const running = own.filter(({ isWanted, row }) => isWanted && row.task.lastStatus === 'RUNNING').length
  const draining = own.filter(({ isWanted }) => !isWanted).length
  const without = Math.max(0, nodeNames.length - running)
  return {
    ...detail,
    capacityProviders: (detail.capacityProviders ?? []).map((provider, index) => ({
      ...provider,
      runningInstanceCount: index === 0 ? running : 0,
      withoutDaemonInstanceCount: index === 0 ? without : 0,
      drainingInstanceCount: index === 0 ? draining : 0,
    })),
    totalRunningInstanceCount: running,
    totalWithoutDaemonInstanceCount: without,
    totalDrainingInstanceCount: draining,
  }
}
