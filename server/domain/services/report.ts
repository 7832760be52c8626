import type { DeploymentRecord, ServiceRow, ServiceSaid } from '../../store/service-tables.ts'
import * as messages from './messages.ts'
import type { ServicePlan } from './plan.ts'
import type { TaskView } from './task-view.ts'
import { isBalanced } from './zone-balance.ts'
import { failsConsistently } from './throttle.ts'

/** How long a message is not repeated while it holds: AWS's six hours, in milliseconds. */
export const saidAgainMs = 6 * 3_600_000

export interface Outcome {
  /** Of the tasks that were launched. */
  readonly startedIds: readonly string[]
  /** Why some were not, such as `RESOURCE:PORTS`. */
  readonly failure?: string
  /** Ids of the deployments of which some were not. */
  readonly unplacedIds: readonly string[]
  /** Id of the container instance that came closest to having room. */
  readonly instanceId: string | undefined
  /** All of the service's tasks but those that are counted. */
  readonly tasks: readonly TaskView[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface Report {
  readonly row: ServiceRow
  /** Oldest first. */
  readonly messages: readonly string[]
  /** Milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

/** What the service says of what was done, and that it said so. */
export const reportOn = (plan: ServicePlan, outcome: Outcome): Report => {
  const { now } = outcome
  const row = withLack(plan, outcome)
  const name = row.service.serviceName
  const [primary] = row.deployments
  const isSteady = primary !== undefined && isAtRest(row, primary, plan, outcome)
  const isFailing = primary !== undefined && failsConsistently(primary, row.service.desiredCount)
  const lack = outcome.failure ?? plan.lack
  const zones = zoneReport(row, plan)
  const { causes, moves } = movements(row, plan, outcome)
  // A deployment has completed by what was done; what is done after one has failed comes of that.
  const told = primary?.rolloutState === 'COMPLETED' ? [...moves, ...plan.messages] : [...plan.messages, ...moves]
  const spoken: string[] = [...zones.before, ...causes, ...told, ...zones.after]
  const said: Partial<Record<keyof ServiceSaid, number>> = zones.isEvening ? { unbalanced: row.said?.unbalanced ?? now } : {}
  const say = (kind: keyof ServiceSaid, holds: boolean, message: () => string): void => {
    const last = row.said?.[kind]
    if (!holds) return
    if (last === undefined || now - last >= saidAgainMs) spoken.push(message())
    said[kind] = last === undefined || now - last >= saidAgainMs ? now : last
  }
  const lastUnplaced = row.said?.unplaced
  if (lack !== undefined) say('unplaced', true, () => messages.unplaced(name, messages.unplacedReason(lack, outcome.instanceId)))
  else if (primary?.unplacedAt !== undefined && lastUnplaced !== undefined) said.unplaced = lastUnplaced
  say('inconsistent', isFailing, () => messages.inconsistentStarts(name))
  const spared = isDeployed(row, primary) ? sparedCount(row, plan, outcome) : 0
  say('protected', spared > 0, () => messages.protectedFromScaleIn(name, primary?.id ?? '', spared))
  say('blocked', plan.isBlocked, () => messages.blockedByConfiguration(name))
  say('steady', isSteady, () => messages.steady(name))
  const times = [
    plan.lookAgainAt,
    said.steady === undefined ? undefined : said.steady + saidAgainMs,
    outcome.failure === undefined ? undefined : now + lookAtRoomMs,
  ].flatMap(time => time ?? [])
  const { said: _, ...rest } = row
  return {
    row: Object.keys(said).length === 0 ? rest : { ...rest, said },
    messages: spoken,
    ...(times.length === 0 ? {} : { lookAgainAt: Math.min(...times) }),
  }
}

/** When a task that found no place is tried again. Milliseconds. */
const lookAtRoomMs = 5_000

const withLack = ({ row }: ServicePlan, { unplacedIds, now }: Outcome): ServiceRow =>
  unplacedIds.length === 0
    ? row
    : { ...row, deployments: row.deployments.map(each => (unplacedIds.includes(each.id) ? { ...each, unplacedAt: now } : each)) }

/** What is said of zones before and after what was started and stopped, and whether they are still being evened out. */
const zoneReport = (
  { service, said }: ServiceRow,
  { zones, launches }: ServicePlan,
): { readonly before: readonly string[]; readonly after: readonly string[]; readonly isEvening: boolean } => {
  const none = { before: [], after: [], isEvening: false }
  if (zones === undefined) return none
  const wasEvening = said?.unbalanced !== undefined
  if (launches.some(({ zone }) => zone !== undefined)) {
    return { before: wasEvening ? [] : [messages.unbalanced(service.serviceName, zones)], after: [], isEvening: true }
  }
  if (!wasEvening) return none
  const present = zones.reduce((sum, { tasks }) => sum + tasks, 0)
  return isBalanced(zones) && present === service.desiredCount
    ? { before: [], after: [messages.balanced(service.serviceName, zones)], isEvening: false }
    : { before: [], after: [], isEvening: true }
}

/** How many tasks there are too many that may not be stopped. */
const sparedCount = ({ service }: ServiceRow, { stops }: ServicePlan, { tasks }: Outcome): number => {
  const left = tasks.filter(task => task.isWanted && !stops.includes(task))
  return left.length > service.desiredCount && left.every(({ isProtected, isRebalancing }) => isProtected && isRebalancing !== true)
    ? left.length
    : 0
}

const isDeployed = ({ deployments }: ServiceRow, primary: DeploymentRecord | undefined): boolean =>
  deployments.length === 1 && primary?.rolloutState === 'COMPLETED'

/** Why tasks are not launched, or stopped; and what is launched and stopped. */
const movements = (
  { service: { serviceName: name }, said }: ServiceRow,
  { stops, launches, refusals }: ServicePlan,
  outcome: Outcome,
): { readonly causes: readonly string[]; readonly moves: readonly string[] } => {
  const { startedIds } = outcome
  const ids = (tasks: readonly TaskView[]): string[] => tasks.map(({ row }) => row.taskId)
  const running = ids(stops.filter(({ row }) => row.task.lastStatus === 'RUNNING'))
  const pending = ids(stops.filter(({ row }) => row.task.lastStatus !== 'RUNNING'))
  const ailing = stops.flatMap(({ row, ailment }) =>
    ailment === undefined || row.retires === true ? [] : [ailment.message ?? messages.failedContainerHealth(name, row.taskId)],
  )
  const zone = launches.find(launch => launch.zone !== undefined)?.zone
  const areReplacements =
    launches.length > 0 &&
    launches.length <=
      outcome.tasks.filter(({ row, isWanted, health }) => isWanted && health === 'unhealthy' && row.retires !== true).length
  const started = (): string => {
    if (zone !== undefined) return messages.startedToBalance(name, zone, startedIds)
    return areReplacements ? messages.replacedTasks(name, startedIds) : messages.startedTasks(name, startedIds)
  }
  const stopped = (): readonly string[] => {
    if (said?.unbalanced === undefined || ailing.length > 0) return [messages.stoppedTasks(name, running)]
    const byZone = Map.groupBy(
      stops.filter(({ row }) => row.task.lastStatus === 'RUNNING'),
      ({ row }) => row.task.availabilityZone ?? '',
    )
    return [...byZone].map(([from, moved]) => messages.stoppedToBalance(name, from, ids(moved)))
  }
  return {
    causes: [...refusals.map(reason => messages.notLaunched(name, reason)), ...ailing],
    moves: [
      ...(startedIds.length === 0 ? [] : [started()]),
      ...(running.length === 0 ? [] : stopped()),
      ...(pending.length === 0 ? [] : [messages.stoppedPendingTasks(name, pending.length)]),
    ],
  }
}

/** Every task that there should be runs. Those that only drain, or end, are not waited for: AWS says so before they are gone. */
const isAtRest = (row: ServiceRow, primary: DeploymentRecord, { launches, stops }: ServicePlan, { tasks }: Outcome): boolean => {
  const present = tasks.filter(({ isOver, isWanted }) => isWanted && !isOver)
  return (
    launches.length === 0 &&
    stops.length === 0 &&
    row.deployments.length === 1 &&
    primary.rolloutState === 'COMPLETED' &&
    present.length === row.service.desiredCount &&
    present.every(({ health, isLeaving }) => health === 'ready' && isLeaving !== true)
  )
}
