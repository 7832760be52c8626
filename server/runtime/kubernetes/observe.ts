import type { Pod } from '../../../shared/kube/index.ts'
import { annotations, labels } from '../../../shared/names.ts'
import type { ContainerObservation, TaskObservation } from '../runtime.ts'
import { isHeldImage, isStoppedImage, isToldAsHeld } from './held.ts'
import { containersAnnotation } from './names.ts'
import { restartPolicies, restartedState } from './restarts.ts'

type PodStatus = NonNullable<Pod['status']>
type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number]

/**
 * What a pod's status says of its task; undefined for a pod that is not a task's. Kubernetes tells times in whole
 * seconds. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 *
 * When images were pulled is told by events alone, which cost a watch of their own: it is taken to be from when the
 * network was ready until the container started.
 */
export function observationOf(pod: Pod): TaskObservation | undefined {
  const { metadata = {}, status = {}, spec } = pod
  const taskId = metadata.labels?.[labels.taskId]
  const taskArn = metadata.annotations?.[annotations.taskArn]
  if (taskId === undefined || taskArn === undefined || metadata.namespace === undefined) return undefined
  const scheduled = conditionOf(status, 'PodScheduled')
  const networkReadyAt = networkReadyOf(status)
  return {
    taskArn,
    taskId,
    namespace: metadata.namespace,
    ...defined({
      scheduledAt: scheduled?.status === 'True' ? timeOf(scheduled.lastTransitionTime) : undefined,
      unschedulable: scheduled?.status === 'False' && scheduled.reason === 'Unschedulable' ? (scheduled.message ?? '') : undefined,
      node: spec?.nodeName,
      networkReadyAt,
      address: status.podIP,
      hostAddress: status.hostIP,
      failure: failureOf(status),
      stoppingSince: stoppingSinceOf(metadata),
    }),
    containers: containersOf(pod, networkReadyAt),
  }
}

function containersOf(pod: Pod, networkReadyAt: number | undefined): ContainerObservation[] {
  const names = namesOf(pod)
  const policies = restartPolicies(pod)
  const isEnding = pod.metadata?.deletionTimestamp !== undefined || pod.status?.phase === 'Failed'
  const isLost = pod.status?.phase === 'Failed'
  const endedAt = endOf(pod)
  return (pod.spec?.containers ?? []).map(({ name, image, readinessProbe }) => {
    const status = pod.status?.containerStatuses?.find(each => each.name === name)
    const isBegun = status?.state?.running !== undefined || status?.state?.terminated !== undefined
    // A name that is no image's is what holds it back: no failure.
    const restarted = isEnding || policies[name] === undefined ? undefined : restartedState(status, policies[name])
    const told: State =
      restarted?.is === 'restarting' || (!isBegun && restarted === undefined && isToldAsHeld(status))
        ? { is: 'waiting' }
        : stateOf(restarted === undefined ? status?.state : { terminated: restarted.terminated }, endedAt)
    const state = isLost && told.is === 'running' ? lostState(told.startedAt, endedAt) : told
    const startedAt = state.is === 'waiting' ? undefined : state.startedAt
    const isPulling = state.is === 'waiting' && networkReadyAt !== undefined && !isHeldImage(image)
    return {
      name: names[name] ?? name,
      state,
      ...defined({
        imageDigest: status?.imageID.match(/sha256:[0-9a-f]{64}$/)?.[0],
        runtimeId: status?.containerID?.replace(/^[a-z-]+:\/\//, '') || undefined,
        isHeld: !isBegun && isHeldImage(image) ? (true as const) : undefined,
        mayRunAgain: restarted?.is === 'ended' && restarted.mayRunAgain && !isStoppedImage(image) ? (true as const) : undefined,
        checkPasses: readinessProbe === undefined ? undefined : state.is === 'running' && status?.ready === true,
        pullStartedAt: isPulling || startedAt !== undefined ? networkReadyAt : undefined,
        pullStoppedAt: startedAt,
      }),
    }
  })
}

type State = ContainerObservation['state']

/** For a container that was lost or never begun, of whose end Kubernetes tells no time. */
function endOf({ metadata = {}, status = {} }: Pod): number {
  const times = ['ContainersReady', 'DisruptionTarget'].map(type => timeOf(conditionOf(status, type)?.lastTransitionTime))
  return Math.max(timeOf(metadata.creationTimestamp) ?? 0, stoppingSinceOf(metadata) ?? 0, ...times.map(time => time ?? 0))
}

/** The kubelet calls a pod failed once its containers ended. Others do when its node is gone: nobody saw them end. */
const lostState = (startedAt: number, endedAt: number): State => ({
  is: 'terminated',
  exitCode: 137,
  reason: 'ContainerStatusUnknown',
  startedAt,
  finishedAt: Math.max(startedAt, endedAt),
})

function stateOf(state: ContainerStatus['state'], endedAt: number): State {
  const { running, terminated, waiting } = state ?? {}
  if (terminated !== undefined)
    return {
      is: 'terminated',
      exitCode: terminated.exitCode,
      finishedAt: realTimeOf(terminated.finishedAt) ?? endedAt,
      ...defined({
        signal: terminated.signal,
        reason: terminated.reason,
        message: terminated.message,
        startedAt: realTimeOf(terminated.startedAt),
      }),
    }
  if (running !== undefined) return { is: 'running', startedAt: timeOf(running.startedAt) ?? endedAt }
  return { is: 'waiting', ...defined({ reason: waiting?.reason, message: waiting?.message }) }
}

/** Reasons for which Kubernetes ended or refused a pod as a whole, such as Evicted or OutOfcpu. */
function failureOf(status: PodStatus): TaskObservation['failure'] {
  if (status.phase !== 'Failed') return undefined
  const disrupted = conditionOf(status, 'DisruptionTarget')
  const reason = status.reason ?? (disrupted?.status === 'True' ? disrupted.reason : undefined)
  return reason === undefined ? undefined : { reason, message: status.message ?? disrupted?.message ?? '' }
}

/** The deletion's time is when the grace period ends. */
function stoppingSinceOf({ deletionTimestamp, deletionGracePeriodSeconds }: NonNullable<Pod['metadata']>): number | undefined {
  const end = timeOf(deletionTimestamp)
  return end === undefined ? undefined : end - (deletionGracePeriodSeconds ?? 0) * 1000
}

/**
 * Kubernetes before 1.29 has no condition for it. The condition's time is when the kubelet came to tell of it, which
 * may be after it told a container to start.
 */
function networkReadyOf(status: PodStatus): number | undefined {
  const ready = conditionOf(status, 'PodReadyToStartContainers')
  const wasReady = ready?.status === 'True' ? ready.lastTransitionTime : status.podIP === undefined ? undefined : status.startTime
  const time = timeOf(wasReady)
  const starts = (status.containerStatuses ?? []).flatMap(({ state }) => realTimeOf((state?.running ?? state?.terminated)?.startedAt) ?? [])
  return time === undefined ? undefined : Math.min(time, ...starts)
}

function namesOf(pod: Pod): Readonly<Record<string, string>> {
  try {
    return JSON.parse(pod.metadata?.annotations?.[containersAnnotation] ?? '{}')
  } catch {
    return {}
  }
}

const conditionOf = (status: PodStatus, type: string) => status.conditions?.find(condition => condition.type === type)

const timeOf = (text: string | undefined): number | undefined => {
  const time = text === undefined ? NaN : Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

/** The epoch stands for no time. */
const realTimeOf = (text: string | undefined): number | undefined => timeOf(text) || undefined

/** Without what is undefined, as optional properties are. */
function defined<T extends object>(values: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const kept: { [Key in keyof T]?: Exclude<T[Key], undefined> } = {}
  for (const key in values) {
    const value = values[key]
    if (isDefined(value)) kept[key] = value
  }
  return kept
}

const isDefined = <T>(value: T): value is Exclude<T, undefined> => value !== undefined
