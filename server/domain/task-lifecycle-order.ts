import type { Container } from '../aws/generated/ecs.ts'
import type { ContainerObservation, TaskObservation } from '../runtime/runtime.ts'
import type { TaskRow } from '../store/tables.ts'
import type { Dependency } from './container-order.ts'
import type { ContainerFacts, TaskFacts } from './task-lifecycle-facts.ts'

/** How ECS begins the reason of a container that never started because of another one. */
const dependencyError = 'CannotStartContainerError: dependency graph:'
/** What ECS gives such a container for an exit code: that of one which was told to stop. */
const neverStartedExitCode = 143

export interface Order {
  readonly changes: Pick<TaskRow['task'], 'containers'>
  /** Names of the containers that may start now. */
  readonly toStart: readonly string[]
  /** When one stops waiting, unless what it waits for happens before: milliseconds since the epoch. */
  readonly dueAt?: number
}

type Verdict =
  | { readonly is: 'met' }
  | { readonly is: 'open'; readonly dueAt?: number }
  | { readonly is: 'failed'; readonly reason: string }

/**
 * Which of the containers that are held back may start, and which never can: those are STOPPED with ECS' reason. The
 * containers' health is recorded already.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
 */
export const containerOrder = (task: TaskRow['task'], facts: TaskFacts, observation: TaskObservation, now: number): Order => {
  const containers = [...(task.containers ?? [])]
  const toStart: string[] = []
  const dueTimes: number[] = []
  // One that can never start may be what others wait for, whatever their order: as often as there are containers.
  for (const fact of facts.containers.flatMap(() => facts.containers)) {
    const index = containers.findIndex(({ name }) => name === fact.name)
    const container = containers[index]
    const isWaiting = container?.lastStatus !== 'RUNNING' && container?.lastStatus !== 'STOPPED'
    if (container === undefined || !isWaiting || seenAs(observation, fact.name)?.isHeld !== true) continue
    const verdicts = (fact.dependencies ?? []).map(dependency => verdictOf(fact.name, dependency, { containers, facts, observation, now }))
    const failed = verdicts.find(verdict => verdict.is === 'failed')
    if (failed !== undefined) containers[index] = neverStarted(container, failed.reason)
    else if (verdicts.every(({ is }) => is === 'met')) toStart.push(fact.name)
    else dueTimes.push(...verdicts.flatMap(verdict => (verdict.is === 'open' ? (verdict.dueAt ?? []) : [])))
  }
  return {
    changes: task.containers === undefined ? {} : { containers },
    toStart: [...new Set(toStart)],
    ...(dueTimes.length === 0 ? {} : { dueAt: Math.min(...dueTimes) }),
  }
}

/** Whether a container is STOPPED without having started, because of what it waited for. */
export const isNeverStarted = ({ lastStatus, reason }: Container): boolean =>
  lastStatus === 'STOPPED' && reason?.startsWith(dependencyError) === true

/** Without an exit code of its own it never ran and never will. */
const isLost = (container: Container): boolean =>
  container.lastStatus === 'STOPPED' && (container.exitCode === undefined || isNeverStarted(container))

const neverStarted = (container: Container, reason: string): Container => ({
  ...container,
  lastStatus: 'STOPPED',
  exitCode: neverStartedExitCode,
  reason: `${dependencyError} ${reason}`,
})

interface Surroundings {
  readonly containers: readonly Container[]
  readonly facts: TaskFacts
  readonly observation: TaskObservation
  readonly now: number
}

const verdictOf = (target: string, { containerName, condition }: Dependency, around: Surroundings): Verdict => {
  const container = around.containers.find(({ name }) => name === containerName)
  const fact = around.facts.containers.find(({ name }) => name === containerName)
  const seen = seenAs(around.observation, containerName)
  if (container === undefined || fact === undefined || seen === undefined) return { is: 'open' }
  const names = `[${containerName}] for target [${target}]`
  const cannot = { is: 'failed', reason: `failed to resolve the container ordering dependency ${names}` } as const
  const { state } = seen
  if (isMet(condition, container, state)) return { is: 'met' }
  if (state.is === 'waiting') return isLost(container) ? cannot : { is: 'open' }
  if (state.is === 'terminated') {
    // It ended before it ran, or can not become healthy any more.
    if (condition !== 'SUCCESS' || state.startedAt === undefined) return cannot
    return { is: 'failed', reason: `failed to resolve container ordering dependency ${names} as dependency did not exit successfully.` }
  }
  // An observation may be late: the row knows better.
  if (condition === 'START' || fact.startTimeout === undefined || container.lastStatus === 'STOPPED') return { is: 'open' }
  const dueAt = state.startedAt + fact.startTimeout * 1000
  if (around.now >= dueAt) return { is: 'failed', reason: `container ordering dependency ${names} has timed out.` }
  return { is: 'open', dueAt }
}

const isMet = (condition: Dependency['condition'], { healthStatus }: Container, state: ContainerObservation['state']): boolean => {
  const hasRun = state.is === 'terminated' && state.startedAt !== undefined
  if (condition === 'START') return state.is === 'running' || hasRun
  if (condition === 'HEALTHY') return state.is === 'running' && healthStatus === 'HEALTHY'
  return hasRun && (condition === 'COMPLETE' || state.exitCode === 0)
}

const seenAs = ({ containers }: TaskObservation, name: string): ContainerObservation | undefined =>
  containers.find(seen => seen.name === name)

/**
 * Containers to stop before the rest, as ECS does it: what others depend on stops after them. Undefined when all that
 * run may stop at once, and when one is about to start: that can only be stopped with all.
 */
export const firstToStop = (
  { containers = [] }: TaskRow['task'],
  facts: TaskFacts,
  observation: TaskObservation,
): readonly string[] | undefined => {
  // An observation may be late: what ran then or was known to run before, and is not known to have ended, is up.
  const wasUp = (name: string): boolean => containers.some(each => each.name === name && each.lastStatus === 'RUNNING')
  const isUp = ({ name }: ContainerFacts): boolean => seenAs(observation, name)?.state.is === 'running' || wasUp(name)
  const isComing = observation.containers.some(({ name, state, isHeld }) => state.is === 'waiting' && isHeld !== true && !wasUp(name))
  if (isComing || observation.stoppingSince !== undefined || observation.failure !== undefined) return undefined
  const up = facts.containers.filter(isUp)
  const needed = new Set(up.flatMap(({ dependencies = [] }) => dependencies.map(({ containerName }) => containerName)))
  const first = up.filter(({ name }) => !needed.has(name)).map(({ name }) => name)
  return first.length === up.length || first.length === 0 ? undefined : first
}
