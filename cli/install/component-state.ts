import type { Node, Pod } from '../../shared/kube/index.ts'
import type { Component } from '../../shared/names.ts'
import type { Workload } from './workload.ts'

export interface ComponentState {
  readonly component: Component
  readonly is: 'absent' | 'starting' | 'ready' | 'failing'
  /** What it waits for, or what is wrong, in words. */
  readonly why?: string
  /** What kind of trouble: decides how soon waiting is given up, and what to do. */
  readonly trouble?: Trouble
  readonly restarts: number
  /** The pod to look into; undefined while there is none. */
  readonly pod?: string
}

export type Trouble = 'image' | 'crash' | 'config' | 'disk' | 'memory' | 'unschedulable'

/** What a node says that it is short of: https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/ */
export type Pressure = 'DiskPressure' | 'MemoryPressure'

/** What any of the nodes is short of. */
export const pressuresOf = (nodes: readonly Node[]): readonly Pressure[] => {
  const short = new Set(
    nodes.flatMap(({ status }) => status?.conditions ?? []).flatMap(({ type, status }) => (status === 'True' ? type : [])),
  )
  return (['DiskPressure', 'MemoryPressure'] as const).filter(each => short.has(each))
}

/** What a component's Deployment or DaemonSet and pods, and the nodes' shortages, say of it. Pure. */
export const stateOf = (
  component: Component,
  workload: Workload | undefined,
  pods: readonly Pod[],
  pressures: readonly Pressure[] = [],
): ComponentState => {
  if (!workload) return { component, is: 'absent', restarts: 0 }
  const pod = newest(pods)
  const restarts = Math.max(0, ...(pod?.status?.containerStatuses ?? []).map(status => status.restartCount))
  const base = { component, restarts, ...(pod?.metadata?.name ? { pod: pod.metadata.name } : {}) }
  if (workload.isReady) return { ...base, is: 'ready' }
  if (!pod) return { ...base, is: 'starting', why: workload.failure ?? 'waits for its pod' }
  const trouble = troubleOf(pod, pressures)
  return trouble ? { ...base, is: 'failing', ...trouble } : { ...base, is: 'starting', why: progressOf(pod) }
}

const newest = (pods: readonly Pod[]): Pod | undefined =>
  [...pods].sort((a, b) => (a.metadata?.creationTimestamp ?? '').localeCompare(b.metadata?.creationTimestamp ?? '')).at(-1)

const imageReasons = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull', 'RegistryUnavailable']
const configReasons = ['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError']

interface Found {
  readonly trouble: Trouble
  readonly why: string
}
type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

const troubleOf = (pod: Pod, pressures: readonly Pressure[]): Found | undefined => {
  if (pod.status?.reason === 'Evicted') return { trouble: 'disk', why: pod.status.message ?? 'evicted' }
  for (const status of pod.status?.containerStatuses ?? []) {
    const found = containerTrouble(status)
    if (found) return found
  }
  return schedulingTrouble(pod, pressures)
}

/** What hinders a container; undefined where nothing does. */
export const containerTrouble = ({ image, state, lastState }: ContainerStatus): Found | undefined => {
  const { reason = '', message = '' } = state?.waiting ?? {}
  if (/no space left on device/i.test(message)) return { trouble: 'disk', why: message }
  if (imageReasons.includes(reason))
    return { trouble: 'image', why: `the image ${image} cannot be pulled${message === '' ? '' : `: ${lastCause(message)}`}` }
  if (configReasons.includes(reason)) return { trouble: 'config', why: `${reason}: ${message}` }
  if (reason !== 'CrashLoopBackOff') return undefined
  const ended = lastState?.terminated
  return { trouble: 'crash', why: `its container ends${ended ? ` with exit code ${ended.exitCode} (${ended.reason})` : ''}` }
}

/** The kubelet puts what it met behind all that it met it in, each after a colon. */
const lastCause = (message: string): string => message.slice(message.lastIndexOf(': ') + 1).trim()

/** What the scheduler says of a pod that no node takes. */
export const unscheduledBy = (pod: Pod) =>
  pod.status?.conditions?.find(condition => condition.type === 'PodScheduled' && condition.status === 'False')

const schedulingTrouble = (pod: Pod, pressures: readonly Pressure[]): Found | undefined => {
  const unscheduled = unscheduledBy(pod)
  if (!unscheduled) return undefined
  const why = unscheduled.message ?? 'no node takes it'
  // From 1.34 on the scheduler says no more than that there are taints.
  const isShort = (pressure: Pressure, taint: string) => why.includes(taint) || (/taint/.test(why) && pressures.includes(pressure))
  if (isShort('DiskPressure', 'disk-pressure')) return { trouble: 'disk', why: 'the node has too little disk space left to take it' }
  if (isShort('MemoryPressure', 'memory-pressure')) return { trouble: 'memory', why: 'the node has too little memory left to take it' }
  return { trouble: 'unschedulable', why }
}

const progressOf = (pod: Pod): string => {
  const status = pod.status?.containerStatuses?.[0]
  if (status?.state?.running) return 'runs, not ready yet'
  return status?.state?.waiting?.reason === 'ContainerCreating' || !status
    ? 'its container is being made'
    : (status.state?.waiting?.reason ?? 'starts')
}
