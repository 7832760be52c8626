import type { Bounds } from './bounds.ts'
import type { TaskView } from './task-view.ts'

export interface DaemonSituation {
  /** Of the machines that tasks may run on, by name. */
  readonly nodeNames: readonly string[]
  readonly bounds: Bounds
  readonly primaryId: string
  readonly tasks: readonly TaskView[]
  /** PRIMARY failed for good: nothing is launched. */
  readonly isStalled: boolean
}

export interface DaemonMoves {
  /** On which machines to launch a task of the PRIMARY deployment. */
  readonly startOn: readonly string[]
  readonly stop: readonly TaskView[]
  readonly isBlocked: boolean
}

/**
 * One task on each machine. An old one is stopped, as far as the minimum allows, and its successor started once it is
 * gone: a DAEMON's maximum is 100 percent.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html#service_scheduler_daemon
 */
export const planDaemons = ({ nodeNames, bounds, primaryId, tasks, isStalled }: DaemonSituation): DaemonMoves => {
  const present = tasks.filter(({ isOver }) => !isOver)
  const occupied = new Set(present.map(nodeOf))
  const wanted = present.filter(({ isWanted }) => isWanted)
  const misplaced = wanted.filter((task, index) => !nodeNames.includes(nodeOf(task)) || isDouble(wanted, index, primaryId))
  const placed = wanted.filter(task => !misplaced.includes(task))
  const old = isStalled ? [] : placed.filter(({ deploymentId }) => deploymentId !== primaryId)
  const ready = placed.filter(({ health }) => health === 'ready').length
  const unready = old.filter(task => task.health !== 'ready' && !task.isProtected)
  const replaced = old.filter(task => task.health === 'ready' && !task.isProtected).slice(0, Math.max(0, ready - bounds.lower))
  const ailing = placed.filter(task => task.health === 'unhealthy' && !unready.includes(task))
  const startOn = isStalled ? [] : nodeNames.filter(name => !occupied.has(name))
  const stop = [...misplaced, ...unready, ...replaced, ...ailing]
  const mightMove = present.some(({ isWanted, health, isProtected }) => !isWanted || isProtected || health === 'starting')
  return { startOn, stop, isBlocked: old.length > 0 && startOn.length === 0 && stop.length === 0 && !mightMove }
}

const nodeOf = ({ row }: TaskView): string => row.nodeName ?? ''

/** Whether another task of the same machine goes before this one: of the PRIMARY deployment, else the earlier in the list. */
const isDouble = (tasks: readonly TaskView[], index: number, primaryId: string): boolean => {
  const task = tasks[index]
  if (task === undefined) return false
  const isPrimary = (each: TaskView): boolean => each.deploymentId === primaryId
  return tasks.some((other, otherIndex) => {
    if (otherIndex === index || nodeOf(other) !== nodeOf(task)) return false
    return isPrimary(other) === isPrimary(task) ? otherIndex < index : isPrimary(other)
  })
}
