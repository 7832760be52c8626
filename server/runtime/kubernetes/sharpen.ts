import type { ContainerObservation, TaskObservation } from '../runtime.ts'

/**
 * Kubernetes tells times in whole seconds; a change is seen some milliseconds after it happened. So a time that is
 * told for the first time was at most when it was seen, and in the second that Kubernetes says: without this a
 * container would seem to have started before its task was created. What was told before stays as it was told: once
 * a pod has ended, Kubernetes tells a later start of its stopping and no time for its network.
 *
 * `now`: when the observation came in, in milliseconds since the epoch.
 */
export function sharpen(observation: TaskObservation, before: TaskObservation | undefined, now: number): TaskObservation {
  const { scheduledAt, networkReadyAt, stoppingSince } = observation
  const at = (time: number, known: number | undefined): number => sharpTime(time, known, now)
  return {
    ...observation,
    ...(scheduledAt !== undefined && { scheduledAt: at(scheduledAt, before?.scheduledAt) }),
    ...(networkReadyAt !== undefined && { networkReadyAt: before?.networkReadyAt ?? at(networkReadyAt, undefined) }),
    ...(stoppingSince !== undefined && { stoppingSince: before?.stoppingSince ?? at(stoppingSince, undefined) }),
    containers: observation.containers.map(container => sharpContainer(container, before, now)),
  }
}

function sharpContainer(container: ContainerObservation, task: TaskObservation | undefined, now: number): ContainerObservation {
  const before = task?.containers.find(({ name }) => name === container.name)
  const state = sharpState(container.state, before?.state, now)
  const startedAt = state.is === 'waiting' ? undefined : state.startedAt
  const { pullStartedAt } = container
  return {
    ...container,
    state,
    ...(pullStartedAt !== undefined && { pullStartedAt: sharpTime(pullStartedAt, before?.pullStartedAt, now) }),
    ...(container.pullStoppedAt !== undefined && startedAt !== undefined && { pullStoppedAt: startedAt }),
  }
}

type State = ContainerObservation['state']

function sharpState(state: State, before: State | undefined, now: number): State {
  if (state.is === 'waiting') return state
  const known = before === undefined || before.is === 'waiting' ? undefined : before.startedAt
  if (state.is === 'running') return { ...state, startedAt: sharpTime(state.startedAt, known, now) }
  return {
    ...state,
    finishedAt: sharpTime(state.finishedAt, before?.is === 'terminated' ? before.finishedAt : undefined, now),
    ...(state.startedAt !== undefined && { startedAt: sharpTime(state.startedAt, known, now) }),
  }
}

const second = 1000

function sharpTime(time: number, known: number | undefined, now: number): number {
  if (known !== undefined && known >= time && known < time + second) return known
  return Math.min(Math.max(time, now), time + second - 1)
}
