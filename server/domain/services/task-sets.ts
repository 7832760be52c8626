import { epochSeconds } from '../../../shared/clock.ts'
import type { DeploymentRecord, ServiceRow, TaskSetRow } from '../../store/service-tables.ts'
import type { TaskRow } from '../../store/tables.ts'
import { boundsOf } from './bounds.ts'
import { account, scalingReason } from './failures.ts'
import type { Placed } from './launch.ts'
import * as messages from './messages.ts'
import { askedToStop } from './plan.ts'
import { planReplicas } from './replicas.ts'
import { saidAgainMs } from './report.ts'
import type { TaskView } from './task-view.ts'
import { mayLaunchAt } from './throttle.ts'

/** What to do for one task set. */
export interface TaskSetStep {
  readonly taskSet: TaskSetRow
  readonly desiredCount: number
  readonly launches: number
  readonly stops: readonly TaskView[]
  /** The tasks that it has and keeps, as they were. */
  readonly present: readonly TaskRow[]
  readonly isSteady: boolean
  /** Milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

export interface TaskSetsPlan {
  readonly sets: readonly TaskSetStep[]
  /** Task sets that were deleted and have no task left. */
  readonly gone: readonly TaskSetRow[]
  readonly changed: readonly TaskRow[]
  /** Why tasks could not be launched, as with a role that ECS cannot assume. */
  readonly refusals: readonly string[]
}

/**
 * Its share of the service's desired count, rounded up; none once it was deleted.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html
 */
export const computedDesiredCount = ({ service }: ServiceRow, { taskSet }: TaskSetRow): number =>
  taskSet.status === 'DRAINING' ? 0 : Math.ceil((service.desiredCount * taskSet.scale.value) / 100)

/** What to do for the task sets of a service whose deployments are made by somebody else. Pure and level-based. */
export const planTaskSets = (service: ServiceRow, rows: readonly TaskSetRow[], tasks: readonly TaskView[], now: number): TaskSetsPlan => {
  const counted = account(rows.map(asDeployment), tasks, { now, resetsOnHealthyTask: true })
  const sets = rows.map(row => {
    const record = counted.deployments.find(({ id }) => id === row.taskSet.id) ?? asDeployment(row)
    const own = tasks.filter(({ deploymentId, isOver }) => deploymentId === row.taskSet.id && !isOver)
    return stepOf(row, record, { service, own, now })
  })
  const stops = sets.flatMap(step => step.stops)
  const stopped = new Set(stops.map(({ row }) => row.taskId))
  const isGone = ({ taskSet: { taskSet } }: TaskSetStep): boolean =>
    taskSet.status === 'DRAINING' && tasks.every(({ deploymentId, isOver }) => deploymentId !== taskSet.id || isOver)
  return {
    sets: sets.filter(step => !isGone(step)),
    refusals: counted.refusals,
    gone: sets.filter(isGone).map(({ taskSet }) => taskSet),
    changed: [
      ...counted.marked.filter(({ taskId }) => !stopped.has(taskId)),
      ...stops.map(({ row, deploymentId, ailment }) =>
        askedToStop(
          counted.marked.find(each => each.taskId === row.taskId) ?? row,
          ailment?.stoppedReason ?? scalingReason(deploymentId),
          now,
        ),
      ),
    ],
  }
}

interface Around {
  readonly service: ServiceRow
  readonly own: readonly TaskView[]
  /** Milliseconds since the epoch. */
  readonly now: number
}

const stepOf = (row: TaskSetRow, record: DeploymentRecord, { service, own, now }: Around): TaskSetStep => {
  const desiredCount = computedDesiredCount(service, row)
  const { start, stop } = planReplicas({
    desiredCount,
    // Unhealthy tasks stay until others are ready: without a maximum ever more would be launched beside them.
    bounds: { lower: 0, upper: boundsOf(desiredCount, 'REPLICA', service.service.deploymentConfiguration).upper },
    deploymentIds: [record.id],
    tasks: own,
    isStalled: false,
    lacksRoom: false,
  })
  const launchAt = mayLaunchAt(record, desiredCount)
  const isThrottled = start > 0 && now < launchAt
  const isSteady = own.length === desiredCount && own.every(({ health, isWanted }) => isWanted && health === 'ready')
  const times = [isThrottled ? launchAt : undefined, ...own.map(({ changesAt }) => changesAt)].flatMap(time => time ?? [])
  return {
    taskSet: withStability({ ...row, failures: failuresOf(record) }, isSteady, now),
    desiredCount,
    launches: isThrottled ? 0 : start,
    stops: stop,
    present: own.filter(({ isWanted }) => isWanted).map(task => task.row),
    isSteady,
    ...(times.length === 0 ? {} : { lookAgainAt: Math.min(...times) }),
  }
}

/** A task set in the form in which a deployment's failures are counted. */
const asDeployment = ({ taskSet: { id, createdAt = 0, updatedAt = createdAt }, failures }: TaskSetRow): DeploymentRecord => ({
  id,
  status: 'ACTIVE',
  serviceRevisionArn: '',
  desiredCount: 0,
  failedTasks: 0,
  breakerFailures: 0,
  rolloutState: 'COMPLETED',
  rolloutStateReason: '',
  createdAt: createdAt * 1000,
  updatedAt: updatedAt * 1000,
  ...failures,
})

const failuresOf = ({ failedTasks, lastFailureAt, unplacedAt }: DeploymentRecord): NonNullable<TaskSetRow['failures']> => ({
  failedTasks,
  ...(lastFailureAt === undefined ? {} : { lastFailureAt }),
  ...(unplacedAt === undefined ? {} : { unplacedAt }),
})

const withStability = (row: TaskSetRow, isSteady: boolean, now: number): TaskSetRow => {
  const stabilityStatus = isSteady ? 'STEADY_STATE' : 'STABILIZING'
  if (row.taskSet.stabilityStatus === stabilityStatus) return row
  return { ...row, taskSet: { ...row.taskSet, stabilityStatus, stabilityStatusAt: epochSeconds(now) } }
}

export interface TaskSetsReport {
  readonly row: ServiceRow
  readonly taskSets: readonly TaskSetRow[]
  /** Oldest first. */
  readonly messages: readonly string[]
  /** Milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

export interface TaskSetsOutcome {
  /** What came of each set's launches, in the plan's order. */
  readonly placed: readonly Placed[]
  /** Id of the container instance that came closest to having room. */
  readonly instanceId: string | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** What the service says of what was done, and that it said so. */
export const reportOnTaskSets = (
  service: ServiceRow,
  { sets, refusals }: TaskSetsPlan,
  { placed, instanceId, now }: TaskSetsOutcome,
): TaskSetsReport => {
  const { serviceName } = service.service
  const spoken = [
    ...refusals.map(reason => messages.notLaunched(serviceName, reason)),
    ...sets.flatMap((step, index) => movements(`${serviceName}, taskSet ${step.taskSet.taskSet.id}`, step, placed[index]?.rows ?? [])),
  ]
  const said: { steady?: number; unplaced?: number } = {}
  const failure = placed.find(each => each.failure !== undefined)?.failure
  const lastUnplaced = service.said?.unplaced
  if (lastUnplaced !== undefined && sets.some(({ taskSet }) => taskSet.failures?.unplacedAt !== undefined)) said.unplaced = lastUnplaced
  if (failure !== undefined && said.unplaced === undefined) {
    said.unplaced = now
    spoken.push(messages.unplaced(serviceName, messages.unplacedReason(failure, instanceId)))
  }
  if (sets.length > 0 && sets.every(({ isSteady }) => isSteady)) {
    const last = service.said?.steady
    const isDue = last === undefined || now - last >= saidAgainMs
    if (isDue) spoken.push(messages.steady(serviceName))
    said.steady = isDue ? now : last
  }
  const times = [said.steady === undefined ? undefined : said.steady + saidAgainMs, ...sets.map(({ lookAgainAt }) => lookAgainAt)].flatMap(
    time => time ?? [],
  )
  const unplacedAt = (index: number): Partial<NonNullable<TaskSetRow['failures']>> =>
    placed[index]?.failure === undefined ? {} : { unplacedAt: now }
  const { said: _, ...rest } = service
  return {
    row: Object.keys(said).length === 0 ? rest : { ...rest, said },
    taskSets: sets.map(({ taskSet }, index) => ({
      ...taskSet,
      failures: { failedTasks: 0, ...taskSet.failures, ...unplacedAt(index) },
    })),
    messages: spoken,
    ...(failure === undefined ? {} : { lookAgainAt: now + placeAgainMs }),
    ...(failure !== undefined || times.length === 0 ? {} : { lookAgainAt: Math.min(...times) }),
  }
}

/** When a task that found no place is tried again. Milliseconds. */
const placeAgainMs = 5_000

const movements = (name: string, { stops }: TaskSetStep, started: readonly TaskRow[]): string[] => {
  const stopped = stops.map(({ row }) => row.taskId)
  return [
    ...(started.length === 0
      ? []
      : [
          messages.startedTasks(
            name,
            started.map(({ taskId }) => taskId),
          ),
        ]),
    ...(stopped.length === 0 ? [] : [messages.stoppedTasks(name, stopped)]),
  ]
}
