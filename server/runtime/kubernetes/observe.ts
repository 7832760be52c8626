import type { Pod } from '../../../shared/kube/index.ts'
import { annotations, labels } from '../../../shared/names.ts'
import type { ContainerObservation, TaskObservation } from '../runtime.ts'
import { isToBeAdjusted, unadjusted } from './adjusted.ts'
import { type Endings, runtimeIdOf, withEnding } from './endings.ts'
import { isHeldImage, isStoppedImage, isToldAsHeld } from './held.ts'
import { containersAnnotation } from './names.ts'
import { withEcrNames } from './own-images.ts'
import { restartPolicies, restartedState, type Restarting } from './restarts.ts'
import { isRefusedImage, startFailuresOf, type StartFailure } from './start-failures.ts'

type PodStatus = NonNullable<Pod['status']>
type PodContainer = NonNullable<Pod['spec']>['containers'][number]
type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number]

/**
 * What a pod's status says of its task; undefined for a pod that is not a task's. Kubernetes tells times in whole
 * seconds. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 *
 * When images were pulled is told by events alone, which cost a watch of their own: it is taken to be from when the
 * network was ready until the container started.
 */
export function observationOf(pod: Pod, endings: Endings = new Map()): TaskObservation | undefined {
  const { metadata = {}, status = {}, spec } = pod
  const taskId = metadata.labels?.[labels.taskId]
  const taskArn = metadata.annotations?.[annotations.taskArn]
  if (taskId === undefined || taskArn === undefined || metadata.namespace === undefined) return undefined
  const networkReadyAt = networkReadyOf(status)
  return {
    taskArn,
    taskId,
    namespace: metadata.namespace,
    ...defined({
      ...schedulingOf(pod),
      node: spec?.nodeName,
      networkReadyAt,
      address: status.podIP,
      hostAddress: status.hostIP,
      failure: failureOf(status),
      stoppingSince: stoppingSinceOf(metadata),
    }),
    containers: containersOf(pod, networkReadyAt, endings),
  }
}

/** A kubelet that does not admit a pod takes away the word of when it came to its node. */
function schedulingOf({ metadata, spec, status = {} }: Pod): {
  readonly scheduledAt?: number | undefined
  readonly unschedulable?: string
} {
  const scheduled = conditionOf(status, 'PodScheduled')
  if (scheduled?.status === 'True') return { scheduledAt: timeOf(scheduled.lastTransitionTime) }
  if (spec?.nodeName !== undefined) return { scheduledAt: timeOf(status.startTime) ?? timeOf(metadata?.creationTimestamp) }
  return scheduled?.reason === 'Unschedulable' ? { unschedulable: scheduled.message ?? '' } : {}
}

function containersOf(pod: Pod, networkReadyAt: number | undefined, endings: Endings): ContainerObservation[] {
  const names = namesOf(pod)
  const policies = restartPolicies(pod)
  const failures = startFailuresOf(pod)
  const isPlaced = pod.spec?.nodeName !== undefined
  const around: Around = {
    networkReadyAt,
    endedAt: endOf(pod),
    isLost: pod.status?.phase === 'Failed',
    isEnding: pod.metadata?.deletionTimestamp !== undefined || pod.status?.phase === 'Failed',
  }
  return (pod.spec?.containers ?? []).map(container => {
    const { name, readinessProbe } = container
    const status = pod.status?.containerStatuses?.find(each => each.name === name)
    const policy = around.isEnding ? undefined : policies[name]
    const restarted = policy === undefined ? undefined : restartedState(status, policy)
    const state = isRefusedImage(container.image)
      ? refusedState(isPlaced ? failures[name] : undefined)
      : withEnding(whatIs(status, restarted, around), { pod, podName: name, endings })
    return {
      name: names[name] ?? name,
      state,
      ...flagsOf(container, status, restarted),
      ...(readinessProbe !== undefined && { checkPasses: state.is === 'running' && status?.ready === true }),
      ...imageOf(status),
      ...(policies[name] !== undefined && defined({ restartCount: status?.restartCount })),
      ...pullOf(container, state, around),
    }
  })
}

/** What of a pod tells of each of its containers. */
interface Around {
  readonly networkReadyAt: number | undefined
  readonly endedAt: number
  readonly isLost: boolean
  readonly isEnding: boolean
}

const isBegun = (status: ContainerStatus | undefined): boolean => (status?.state?.running ?? status?.state?.terminated) !== undefined

/** As if a node had tried: one that finds no node fails for that. */
const refusedState = (failure: StartFailure | undefined): State => ({ is: 'waiting', ...failure })

function whatIs(status: ContainerStatus | undefined, restarted: Restarting | undefined, { endedAt, isLost }: Around): State {
  if (restarted?.is === 'restarting') return { is: 'waiting' }
  if (restarted?.is === 'ended') return stateOf({ terminated: restarted.terminated }, endedAt)
  // A name that is no image's is what holds it back: no failure.
  if (!isBegun(status) && (isToldAsHeld(status) || isToBeAdjusted(status))) return { is: 'waiting' }
  const told = stateOf(status?.state, endedAt)
  return isLost && told.is === 'running' ? lostState(told.startedAt, endedAt) : told
}

function flagsOf(
  { image }: PodContainer,
  status: ContainerStatus | undefined,
  restarted: Restarting | undefined,
): Pick<ContainerObservation, 'isHeld' | 'mayRunAgain'> {
  const mayRunAgain = restarted?.is === 'ended' && restarted.mayRunAgain && !isStoppedImage(image)
  return { ...(!isBegun(status) && isHeldImage(image) && { isHeld: true }), ...(mayRunAgain && { mayRunAgain: true }) }
}

const imageOf = (status: ContainerStatus | undefined): Pick<ContainerObservation, 'imageDigest' | 'runtimeId'> =>
  defined({
    imageDigest: status?.imageID.match(/sha256:[0-9a-f]{64}$/)?.[0],
    runtimeId: status?.containerID === undefined ? undefined : runtimeIdOf(status.containerID) || undefined,
  })

function pullOf(
  { image }: PodContainer,
  state: State,
  { networkReadyAt }: Around,
): Pick<ContainerObservation, 'pullStartedAt' | 'pullStoppedAt'> {
  if (state.is === 'waiting') return isHeldImage(image) ? {} : defined({ pullStartedAt: networkReadyAt })
  return state.startedAt === undefined ? {} : defined({ pullStartedAt: networkReadyAt, pullStoppedAt: state.startedAt })
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
        message: unadjusted(terminated.message),
        startedAt: realTimeOf(terminated.startedAt),
      }),
    }
  if (running !== undefined) return { is: 'running', startedAt: timeOf(running.startedAt) ?? endedAt }
  return {
    is: 'waiting',
    ...defined({
      reason: waiting?.reason,
      message: waiting?.message === undefined ? undefined : unadjusted(withEcrNames(waiting.message)),
    }),
  }
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
