import type { TaskObservation } from '../runtime/runtime.ts'
import type { TaskDefinitionRow, TaskRow } from '../store/tables.ts'

/** What of a task definition decides how its tasks go. */
export interface TaskFacts {
  readonly containers: readonly {
    readonly name: string
    readonly essential: boolean
    /** Seconds. */
    readonly stopTimeout: number
  }[]
}

/** Seconds between the stop signal and the kill where a container names none: AWS' default. */
const defaultStopTimeout = 30

/** A definition may be deleted while its tasks run: then every container of the task counts as essential. */
export const taskFacts = (row: TaskRow, definition: TaskDefinitionRow | undefined): TaskFacts => {
  if (definition === undefined) {
    const containers = row.task.containers ?? []
    return { containers: containers.map(({ name }) => ({ name: name ?? '', essential: true, stopTimeout: defaultStopTimeout })) }
  }
  const containers = definition.taskDefinition.containerDefinitions ?? []
  return {
    containers: containers.map(({ name, essential, stopTimeout }) => ({
      name: name ?? '',
      essential: essential ?? true,
      stopTimeout: stopTimeout ?? defaultStopTimeout,
    })),
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
