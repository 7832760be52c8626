// How a service's tasks lie over availability zones, which are those of the cluster's nodes.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
import type { TaskView } from './task-view.ts'

export interface ZoneCount {
  /** Such as `us-east-1a`. */
  readonly zone: string
  readonly tasks: number
}

/** The zones that there are, and those that tasks are in, the most crowded first. */
export const zoneCounts = (zones: readonly string[], tasks: readonly TaskView[]): readonly ZoneCount[] =>
  [...new Set([...zones, ...tasks.map(zoneOf)])]
    .map(zone => ({ zone, tasks: tasks.filter(task => zoneOf(task) === zone).length }))
    .sort((one, other) => other.tasks - one.tasks || (one.zone < other.zone ? -1 : 1))

/** No zone has two tasks more than another. */
export const isBalanced = (counts: readonly ZoneCount[]): boolean => (counts[0]?.tasks ?? 0) - (counts.at(-1)?.tasks ?? 0) < 2

/**
 * The zone that one more task balances the service by; undefined where it is balanced already, or where the crowded zones'
 * tasks are protected, so that none of them would make way.
 */
export const zoneToFill = (zones: readonly string[], tasks: readonly TaskView[]): string | undefined => {
  const emptiest = zoneCounts(zones, tasks).findLast(({ zone }) => zones.includes(zone))
  if (emptiest === undefined) return undefined
  const makesWay = zoneCounts(zones, tasks).some(
    each => each.tasks - emptiest.tasks >= 2 && tasks.some(task => zoneOf(task) === each.zone && !task.isProtected),
  )
  return makesWay ? emptiest.zone : undefined
}

/**
 * So many of the tasks, given in the order in which they are to go, that zones stay even: of those of equal worth one of
 * the most crowded zone each time.
 */
export const crowdedFirst = (
  tasks: readonly TaskView[],
  count: number,
  isWorthAsMuch: (one: TaskView, other: TaskView) => boolean,
): readonly TaskView[] => {
  const crowds = new Map(zoneCounts([], tasks).map(each => [each.zone, each.tasks]))
  if (crowds.size < 2) return tasks.slice(0, count)
  const crowdOf = (task: TaskView): number => crowds.get(zoneOf(task)) ?? 0
  const left = [...tasks]
  const taken: TaskView[] = []
  while (taken.length < count) {
    const [least] = left
    if (least === undefined) return taken
    const alike = left.filter(task => isWorthAsMuch(task, least))
    const crowded = alike.reduce((most, task) => (crowdOf(task) > crowdOf(most) ? task : most), least)
    taken.push(crowded)
    left.splice(left.indexOf(crowded), 1)
    crowds.set(zoneOf(crowded), crowdOf(crowded) - 1)
  }
  return taken
}

const zoneOf = ({ row }: TaskView): string => row.task.availabilityZone ?? ''
