import { retirement } from '../task-removal.ts'
import type { TaskDefinitionRow, TaskRow } from '../../store/tables.ts'

/**
 * How a load balancer finds a task. The seam for what registers targets: without one, services are judged by their
 * containers alone. `stoppedReason` and `message` are AWS's, such as `Task failed ELB health checks in (target-group …)`.
 */
export type TargetHealth =
  | { readonly is: 'healthy' | 'initial' }
  | { readonly is: 'unhealthy'; readonly stoppedReason: string; readonly message: string }

/** A task as its service's scheduler sees it. */
export interface TaskView {
  readonly row: TaskRow
  /** Of its deployment or task set. */
  readonly deploymentId: string
  /** Not asked to stop. */
  readonly isWanted: boolean
  readonly isOver: boolean
  /**
   * `ready` once it counts as healthy: it runs, every check that it has is passed and, where it has none, it ran for
   * a moment, so that one that breaks down at once replaces nothing.
   */
  readonly health: 'starting' | 'ready' | 'unhealthy'
  /** Why it is unhealthy, or as good as that: it retires. */
  readonly ailment?: { readonly stoppedReason: string; readonly message?: string }
  /** Milliseconds since the epoch: when it changes by time alone. */
  readonly changesAt?: number
  readonly isProtected: boolean
  /** Launched beside as many as there are to be, to take the place of one in a more crowded zone. */
  readonly isRebalancing?: boolean
  /** Its container instance takes no tasks any more: another task is to take its place, as in a deployment. */
  readonly isLeaving?: boolean
}

export interface TaskViewContext {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Milliseconds in which a task that runs may fail checks. */
  readonly graceMs: number
  /** Whether an essential container has a health check. */
  readonly hasHealthChecks: boolean
  /** Whether its container instance is DRAINING or was deregistered. */
  readonly isLeaving?: boolean
  readonly target?: TargetHealth
}

/** How long a task that nothing checks has to run until it counts as healthy. AWS has no such time. Milliseconds. */
export const settleMs = 3_000

export const viewTask = (row: TaskRow, context: TaskViewContext): TaskView => {
  const { task, protectedUntil = 0 } = row
  const isWanted = task.desiredStatus !== 'STOPPED'
  const isProtected = protectedUntil > context.now
  const state = isWanted && task.lastStatus === 'RUNNING' ? healthOf(row, context) : { health: 'starting' as const }
  const times = [state.changesAt, isProtected ? protectedUntil : undefined].flatMap(time => time ?? [])
  return {
    row,
    deploymentId: task.startedBy ?? '',
    isWanted,
    isOver: task.lastStatus === 'STOPPED',
    health: state.health,
    ...(state.ailment === undefined ? {} : { ailment: state.ailment }),
    ...(times.length === 0 ? {} : { changesAt: Math.min(...times) }),
    isProtected,
    ...(row.rebalances === true ? { isRebalancing: true } : {}),
    ...(context.isLeaving === true ? { isLeaving: true } : {}),
  }
}

const healthOf = (row: TaskRow, context: TaskViewContext): Pick<TaskView, 'health' | 'ailment' | 'changesAt'> => {
  const { healthStatus, startedAt = 0 } = row.task
  const graceEnd = startedAt * 1000 + context.graceMs
  if (row.retires === true) return { health: 'unhealthy', ailment: { stoppedReason: retirement.stoppedReason } }
  const ailment = ailmentOf(row, context)
  if (ailment !== undefined) return context.now < graceEnd ? { health: 'starting', changesAt: graceEnd } : { health: 'unhealthy', ailment }
  if (context.target?.is === 'initial') return { health: 'starting' }
  if (context.hasHealthChecks && healthStatus !== 'HEALTHY') return { health: 'starting' }
  if (row.hasBeenReady === true || healthStatus === 'HEALTHY' || context.target?.is === 'healthy') return { health: 'ready' }
  const settledAt = startedAt * 1000 + settleMs
  return context.now < settledAt ? { health: 'starting', changesAt: settledAt } : { health: 'ready' }
}

const ailmentOf = ({ task }: TaskRow, { target }: TaskViewContext): TaskView['ailment'] => {
  if (task.healthStatus === 'UNHEALTHY') return { stoppedReason: 'Task failed container health checks' }
  return target?.is === 'unhealthy' ? target : undefined
}

/** Whether an essential container has a health check. */
export const asksForHealthChecks = ({ taskDefinition }: TaskDefinitionRow): boolean =>
  (taskDefinition.containerDefinitions ?? []).some(({ essential, healthCheck }) => essential !== false && healthCheck !== undefined)
