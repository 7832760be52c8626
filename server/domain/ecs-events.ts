// What ECS tells EventBridge of what changed in its tables, in AWS's shape.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html
import type { BusEvent } from '../backend/events.ts'
import type { ContainerInstanceRow } from '../store/ecs-tables.ts'
import type { HookRun, ServiceDeploymentRow, ServiceEventsRow, ServiceRow } from '../store/service-tables.ts'
import type { TaskRow } from '../store/tables.ts'

const source = 'aws.ecs'
const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString()

/** A change of a task; none where nothing of it changed that DescribeTasks shows, or where a change was undone. */
export const taskEvents = (before: TaskRow | undefined, after: TaskRow | undefined, now: number): readonly BusEvent[] => {
  if (after === undefined || before?.task.version === after.task.version) return []
  if (before !== undefined && before.task.version > after.task.version) return []
  const { task } = after
  const attachments = task.attachments?.map(each => ({ ...each, type: each.type === 'ElasticNetworkInterface' ? 'eni' : each.type }))
  const containers = task.containers?.map(({ taskArn, ...rest }) => ({ ...rest, taskArn: taskArn ?? task.taskArn }))
  const detail = { ...task, ...(attachments === undefined ? {} : { attachments }), ...(containers === undefined ? {} : { containers }) }
  return [
    {
      source,
      detailType: 'ECS Task State Change',
      resources: [task.taskArn],
      detail: { ...withIsoTimes(detail), updatedAt: isoTime(now) },
      time: now,
    },
  ]
}

/** Times are numbers of seconds in answers, and texts in events. */
const withIsoTimes = (detail: object): object =>
  Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [name, name.endsWith('At') && typeof value === 'number' ? isoTime(value * 1000) : value]),
  )

const rolloutEvents = {
  IN_PROGRESS: { eventType: 'INFO', eventName: 'SERVICE_DEPLOYMENT_IN_PROGRESS' },
  COMPLETED: { eventType: 'INFO', eventName: 'SERVICE_DEPLOYMENT_COMPLETED' },
  FAILED: { eventType: 'ERROR', eventName: 'SERVICE_DEPLOYMENT_FAILED' },
} as const

/**
 * Deployments that changed their rollout's state.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
 */
export const deploymentEvents = (before: ServiceRow | undefined, after: ServiceRow | undefined, now: number): readonly BusEvent[] => {
  if (after === undefined) return []
  const { serviceArn, clusterArn } = after.service
  const former = new Map(before?.deployments.map(({ id, rolloutState }) => [id, rolloutState]))
  return after.deployments
    .filter(({ id, rolloutState }) => former.get(id) !== rolloutState)
    .toReversed()
    .map(({ id, rolloutState, rolloutStateReason, updatedAt }) => ({
      source,
      detailType: 'ECS Deployment State Change',
      resources: [serviceArn],
      detail: {
        ...rolloutEvents[rolloutState],
        clusterArn,
        deploymentId: id,
        updatedAt: isoTime(updatedAt),
        reason: rolloutStateReason,
      },
      time: now,
    }))
}

/** Which of a service's messages are actions, and what they are called. */
const actions: readonly { readonly says: RegExp; readonly eventType: 'INFO' | 'WARN' | 'ERROR'; readonly eventName: string }[] = [
  { says: /has reached a steady state\.$/, eventType: 'INFO', eventName: 'SERVICE_STEADY_STATE' },
  { says: /is unable to consistently start tasks successfully/, eventType: 'WARN', eventName: 'SERVICE_TASK_START_IMPAIRED' },
  { says: /was unable to place a task/, eventType: 'ERROR', eventName: 'SERVICE_TASK_PLACEMENT_FAILURE' },
]

/** Why a task found no place, by the words of its service. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/insufficient CPU units/, 'RESOURCE:CPU'],
  [/insufficient memory/, 'RESOURCE:MEMORY'],
  [/already using a port/, 'RESOURCE:PORTS'],
  [/missing an attribute/, 'ATTRIBUTE'],
]

/**
 * What a service said anew, as far as it is an action.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
 */
export const serviceActionEvents = (
  before: ServiceEventsRow | undefined,
  after: ServiceEventsRow | undefined,
  clusterArn: string,
  now: number,
): readonly BusEvent[] => {
  if (after === undefined) return []
  const known = new Set(before?.events.map(({ id }) => id))
  return after.events
    .filter(({ id }) => !known.has(id))
    .toReversed()
    .flatMap(({ message = '', createdAt = now / 1000 }) => {
      const action = actions.find(({ says }) => says.test(message))
      if (action === undefined) return []
      const { eventType, eventName } = action
      const reason = reasons.find(([says]) => says.test(message))?.[1]
      const detail = { eventType, eventName, clusterArn, ...(reason === undefined ? {} : { reason }), createdAt: isoTime(createdAt * 1000) }
      return [{ source, detailType: 'ECS Service Action', resources: [after.serviceArn], detail, time: now }]
    })
}

/**
 * Lifecycle hooks that changed their status.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_hook_state_change_events.html
 */
export const hookEvents = (
  before: ServiceDeploymentRow | undefined,
  after: ServiceDeploymentRow | undefined,
  now: number,
): readonly BusEvent[] => {
  const { progress } = after ?? {}
  if (after === undefined || progress === undefined) return []
  const former = new Map(before?.progress?.hooks.map(({ hookId, status }) => [hookId, status]))
  return progress.hooks
    .filter(({ hookId, status }) => former.get(hookId) !== status)
    .map(hook => hookEvent(after, progress.stage, hook, now))
}

const hookEvent = (
  { serviceDeployment }: ServiceDeploymentRow,
  lifecycleStage: string,
  { hookId, targetType, targetArn, status, expiresAt }: HookRun,
  now: number,
): BusEvent => {
  const { clusterArn, serviceArn, serviceDeploymentArn } = serviceDeployment
  return {
    source,
    detailType: 'ECS Hook State Change',
    resources: [serviceDeploymentArn],
    detail: {
      eventType: status === 'FAILED' || status === 'TIMED_OUT' ? 'ERROR' : 'INFO',
      eventName: `HOOK_${status}`,
      hookId,
      hookType: targetType,
      ...(targetArn === undefined ? {} : { hookTargetArn: targetArn }),
      expiresAt: isoTime(expiresAt),
      lifecycleStage,
      clusterArn,
      serviceArn,
      serviceDeploymentArn,
      updatedAt: isoTime(now),
    },
    time: now,
  }
}

/** A container instance that changed, as `shown` describes it. */
export const instanceEvents = (
  before: ContainerInstanceRow | undefined,
  after: ContainerInstanceRow | undefined,
  shown: object,
  now: number,
): readonly BusEvent[] => {
  if (after === undefined || (before !== undefined && before.version >= after.version)) return []
  const { containerInstanceArn, clusterArn, status, version } = after
  return [
    {
      source,
      detailType: 'ECS Container Instance State Change',
      resources: [containerInstanceArn],
      detail: { ...withIsoTimes(shown), containerInstanceArn, clusterArn, status, version, updatedAt: isoTime(now) },
      time: now,
    },
  ]
}
