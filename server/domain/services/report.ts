import type { DeploymentRecord, ServiceRow, ServiceSaid } from '../../store/service-tables.ts'
import * as messages from './messages.ts'
import type { ServicePlan } from './plan.ts'
import type { TaskView } from './task-view.ts'
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
  const spoken: string[] = [...movements(name, plan, outcome), ...plan.messages]
  const said: Partial<Record<keyof ServiceSaid, number>> = {}
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

const movements = (name: string, { stops }: ServicePlan, { startedIds }: Outcome): string[] => {
  const ids = (tasks: readonly TaskView[]): string[] => tasks.map(({ row }) => row.taskId)
  const running = ids(stops.filter(({ row }) => row.task.lastStatus === 'RUNNING'))
  const pending = ids(stops.filter(({ row }) => row.task.lastStatus !== 'RUNNING'))
  const ailing = stops.flatMap(({ row, ailment }) =>
    ailment === undefined ? [] : [ailment.message ?? messages.failedContainerHealth(name, row.taskId)],
  )
  return [
    ...ailing,
    ...(startedIds.length === 0 ? [] : [messages.startedTasks(name, startedIds)]),
    ...(running.length === 0 ? [] : [messages.stoppedTasks(name, 'running', running)]),
    ...(pending.length === 0 ? [] : [messages.stoppedTasks(name, 'pending', pending)]),
  ]
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
    present.every(({ health }) => health === 'ready')
  )
}
