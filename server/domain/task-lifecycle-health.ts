import type { Container, HealthStatus } from '../aws/generated/ecs.ts'
import type { ContainerObservation, TaskObservation } from '../runtime/runtime.ts'
import type { TaskRow } from '../store/tables.ts'
import type { ContainerFacts, TaskFacts } from './task-lifecycle-facts.ts'

/** Docker's, which are ECS': seconds, and how often in a row. */
const defaults = { interval: 30, retries: 3, startPeriod: 0 }

export interface RecordedHealth {
  readonly changes: Pick<TaskRow['task'], 'containers' | 'healthStatus'>
  /** When a container becomes UNHEALTHY unless its check succeeds before: milliseconds since the epoch. */
  readonly dueAt?: number
}

/**
 * Health of a task's containers and of the task. A task is as healthy as its essential containers that have health
 * checks: UNHEALTHY when one of them is, HEALTHY when all are, UNKNOWN otherwise. Health is told, and does not end a
 * task: a service's scheduler replaces tasks that are UNHEALTHY.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
 */
export const recordHealth = (task: TaskRow['task'], facts: TaskFacts, observation: TaskObservation, now: number): RecordedHealth => {
  const dueTimes: number[] = []
  const containers = (task.containers ?? []).map(container => {
    const fact = facts.containers.find(({ name }) => name === container.name)
    const seen = observation.containers.find(({ name }) => name === container.name)
    if (fact?.healthCheck === undefined || seen === undefined) return container
    const dueAt = unhealthyAt(fact, container, seen)
    if (dueAt !== undefined && now < dueAt) dueTimes.push(dueAt)
    return { ...container, healthStatus: healthOf(container, seen, dueAt !== undefined && now >= dueAt) }
  })
  if (task.containers === undefined) return { changes: {} }
  const changes = { containers, healthStatus: taskHealth(containers, facts) }
  return dueTimes.length === 0 ? { changes } : { changes, dueAt: Math.min(...dueTimes) }
}

/** Of a container that ended the last word stays. */
const healthOf = (container: Container, { state, checkPasses = false }: ContainerObservation, isOverdue: boolean): HealthStatus => {
  const before = container.healthStatus ?? 'UNKNOWN'
  if (state.is !== 'running') return before
  if (checkPasses) return 'HEALTHY'
  return before === 'UNKNOWN' && !isOverdue ? 'UNKNOWN' : 'UNHEALTHY'
}

/**
 * When a container whose check never succeeded counts as unhealthy: Docker checks once an interval, the first time one
 * interval after the start, and failures within the start period do not count.
 * https://docs.docker.com/reference/dockerfile/#healthcheck
 */
const unhealthyAt = ({ healthCheck }: ContainerFacts, container: Container, { state }: ContainerObservation): number | undefined => {
  if (state.is !== 'running' || healthCheck === undefined || (container.healthStatus ?? 'UNKNOWN') !== 'UNKNOWN') return undefined
  const { interval = defaults.interval, retries = defaults.retries, startPeriod = defaults.startPeriod } = healthCheck
  const uncounted = Math.floor(startPeriod / interval)
  return state.startedAt + (uncounted + retries) * interval * 1000
}

const taskHealth = (containers: readonly Container[], facts: TaskFacts): HealthStatus => {
  const checked = facts.containers.filter(({ essential, healthCheck }) => essential && healthCheck !== undefined)
  const health = checked.map(({ name }) => containers.find(container => container.name === name)?.healthStatus ?? 'UNKNOWN')
  if (health.includes('UNHEALTHY')) return 'UNHEALTHY'
  return health.length > 0 && health.every(status => status === 'HEALTHY') ? 'HEALTHY' : 'UNKNOWN'
}
