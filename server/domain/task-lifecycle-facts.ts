import type { HealthCheck } from '../aws/generated/ecs.ts'
import type { TaskObservation } from '../runtime/runtime.ts'
import type { TaskDefinitionRow, TaskRow } from '../store/tables.ts'
import { routedContainers } from './firelens.ts'
import { dependenciesOf, type Dependency, isIsolated } from './container-order.ts'

export interface ContainerFacts {
  readonly name: string
  readonly essential: boolean
  /** Seconds. */
  readonly stopTimeout: number
  /** What it waits for before it starts. */
  readonly dependencies?: readonly Dependency[]
  /** Seconds after its start for which others wait for it; undefined: for ever. */
  readonly startTimeout?: number
  readonly healthCheck?: HealthCheck
}

/** What of a task definition decides how its tasks go. */
export interface TaskFacts {
  readonly containers: readonly ContainerFacts[]
  /** It is to have no network: containers that are held back start once it has none. */
  readonly isIsolated?: true
}

/** Seconds between the stop signal and the kill where a container names none: AWS' default. */
const defaultStopTimeout = 30

/** A definition may be deleted while its tasks run: then every container of the task counts as essential. */
export const taskFacts = (row: TaskRow, definition: TaskDefinitionRow | undefined): TaskFacts => {
  if (definition === undefined) {
    const containers = row.task.containers ?? []
    return { containers: containers.map(({ name }) => ({ name: name ?? '', essential: true, stopTimeout: defaultStopTimeout })) }
  }
  const { containerDefinitions = [], networkMode = 'bridge' } = definition.taskDefinition
  const containers = routedContainers(containerDefinitions, networkMode)
  return {
    ...(isIsolated(containers, networkMode) && { isIsolated: true as const }),
    containers: containers.map(container => {
      const { name = '', essential = true, stopTimeout = defaultStopTimeout, startTimeout, healthCheck } = container
      const dependencies = dependenciesOf(container)
      return {
        name,
        essential,
        stopTimeout,
        ...(dependencies.length === 0 ? {} : { dependencies }),
        ...(startTimeout === undefined || startTimeout <= 0 ? {} : { startTimeout }),
        ...(healthCheck === undefined || healthCheck.command[0] === 'NONE' ? {} : { healthCheck }),
      }
    }),
  }
}

/**
 * Seconds that the containers of a task have between the stop signal and the kill. A pod has one such time for all of
 * them: the longest of those that have not ended yet.
 */
export const stopGrace = (facts: TaskFacts, observation: TaskObservation | undefined): number => {
  const hasEnded = (name: string): boolean =>
    observation?.containers.some(seen => seen.name === name && seen.state.is === 'terminated') ?? false
  return Math.max(0, ...facts.containers.filter(({ name }) => !hasEnded(name)).map(({ stopTimeout }) => stopTimeout))
}
