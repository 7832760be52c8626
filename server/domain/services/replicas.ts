import type { Bounds } from './bounds.ts'
import type { TaskView } from './task-view.ts'
import { crowdedFirst } from './zone-balance.ts'

export interface ReplicaSituation {
  readonly desiredCount: number
  readonly bounds: Bounds
  /** Oldest last: the first is PRIMARY. */
  readonly deploymentIds: readonly string[]
  readonly tasks: readonly TaskView[]
  /** PRIMARY failed for good: nothing is launched. */
  readonly isStalled: boolean
  /** A task found no room: old ones make it, as far as the minimum allows. */
  readonly lacksRoom: boolean
}

export interface ReplicaMoves {
  /** How many tasks of the PRIMARY deployment to launch. */
  readonly start: number
  readonly stop: readonly TaskView[]
  /** Neither bound lets anything happen, ever. */
  readonly isBlocked: boolean
}

/**
 * What to start and stop now. Old tasks go as new ones become ready; below the desired count, down to the minimum,
 * only where the maximum or the machine leaves no room to start first.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
 */
export const planReplicas = (situation: ReplicaSituation): ReplicaMoves => {
  const { desiredCount, bounds, deploymentIds, isStalled, lacksRoom } = situation
  const wanted = situation.tasks.filter(({ isWanted }) => isWanted)
  // What leaves its machine is replaced as what is of an older deployment.
  const isPrimary = ({ deploymentId, isLeaving }: TaskView): boolean => deploymentId === deploymentIds[0] && isLeaving !== true
  const primary = wanted.filter(isPrimary)
  const old = wanted.filter(task => !isPrimary(task)).sort(byAge(deploymentIds))
  const ready = wanted.filter(isReady).length
  // One that is to take another's place is no task too many while it starts.
  const sound = primary.filter(({ health, isRebalancing }) => health !== 'unhealthy' && !(isRebalancing === true && health === 'starting'))
  const missing = isStalled ? 0 : Math.max(0, desiredCount - sound.length)
  const start = Math.max(0, Math.min(missing, bounds.upper - wanted.length))

  const idle = isStalled ? [] : old.filter(task => !isReady(task) && !task.isProtected)
  const unready = idle.slice(0, Math.max(0, wanted.length + start - desiredCount, missing - start))
  const withoutRoom = lacksRoom && !isStalled ? desiredCount - primary.filter(isReady).length : missing - start
  const toMakeRoom = Math.min(withoutRoom - unready.length, ready - bounds.lower)
  // A deployment that failed replaces nothing more; what scaling in asks for is still done.
  const superfluous = isStalled ? old.length - desiredCount : ready - desiredCount
  const replaced = takeSpared(isStalled ? old : old.filter(isReady), Math.max(superfluous, isStalled ? 0 : toMakeRoom))
  // Unhealthy ones are not among them: they go when those that take their place are ready.
  const excess = leastMissed(sound, sound.length - desiredCount)
  const ailing = wanted.filter(task => task.health === 'unhealthy' && !excess.includes(task) && !unready.includes(task))
  const stop = [...unready, ...replaced, ...replaceable(ailing, ready, situation, start), ...excess]
  const mightMove = wanted.some(({ health }) => health === 'starting') || situation.tasks.some(task => !task.isWanted && !task.isOver)
  const isBlocked = missing > 0 && start === 0 && stop.length === 0 && !mightMove && !old.some(task => task.isProtected)
  return { start, stop, isBlocked }
}

const isReady = ({ health }: TaskView): boolean => health === 'ready'

/** The first so many that are not protected. */
const takeSpared = (tasks: readonly TaskView[], count: number): TaskView[] =>
  tasks.filter(({ isProtected }) => !isProtected).slice(0, Math.max(0, count))

/** An unhealthy task goes when its replacement is ready, or at once where there is no room for one beside it. */
const replaceable = (
  ailing: readonly TaskView[],
  ready: number,
  { desiredCount, bounds, tasks }: ReplicaSituation,
  start: number,
): TaskView[] => {
  const wanted = tasks.filter(({ isWanted }) => isWanted).length
  const hasRoom = wanted < bounds.upper || start > 0
  const isReplacing = tasks.some(({ isWanted, health }) => isWanted && health === 'starting') || start > 0
  return ready >= desiredCount || !(hasRoom || isReplacing) ? [...ailing] : []
}

/** Oldest deployment first, and of a deployment the oldest task. */
const byAge =
  (deploymentIds: readonly string[]) =>
  (one: TaskView, other: TaskView): number =>
    rank(deploymentIds, other) - rank(deploymentIds, one) ||
    createdAt(one) - createdAt(other) ||
    (one.row.taskId < other.row.taskId ? -1 : 1)

const rank = (deploymentIds: readonly string[], { deploymentId }: TaskView): number => {
  const index = deploymentIds.indexOf(deploymentId)
  return index < 0 ? deploymentIds.length : index
}

const worth = { unhealthy: 0, starting: 1, ready: 2 } as const

/** Those that still start first, then the newest. */
const leastWorthFirst = (one: TaskView, other: TaskView): number =>
  worth[one.health] - worth[other.health] || createdAt(other) - createdAt(one) || (one.row.taskId < other.row.taskId ? -1 : 1)

/** What scaling in takes first: what is worth least, and of the same worth what leaves the zones even. */
const leastMissed = (tasks: readonly TaskView[], count: number): readonly TaskView[] =>
  count <= 0
    ? []
    : crowdedFirst(
        tasks.filter(({ isProtected }) => !isProtected).sort(leastWorthFirst),
        count,
        (one, other) => worth[one.health] === worth[other.health],
      )

const createdAt = ({ row }: TaskView): number => row.task.createdAt ?? 0
