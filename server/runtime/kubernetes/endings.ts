import type { Pod } from '../../../shared/kube/index.ts'
import type { ContainerObservation } from '../runtime.ts'
import { isStoppedImage } from './held.ts'

/**
 * What is known of a container that ended by SIGKILL: `asked` until the node's agent says whether the kernel killed it for
 * memory. A container runtime learns of that and of the end on two ways, and tells of a mere error when the second was faster.
 */
export type Ending = 'asked' | 'memory' | 'other'

/** By runtime id. */
export type Endings = ReadonlyMap<string, Ending>

type Terminated = NonNullable<ReturnType<typeof terminatedOf>>

const terminatedOf = (pod: Pod, podName: string) => pod.status?.containerStatuses?.find(({ name }) => name === podName)?.state?.terminated

/** 128 and SIGKILL: https://docs.docker.com/engine/reference/run/#exit-status */
const killed = 137

const isUnexplained = ({ exitCode, reason }: Terminated): boolean => exitCode === killed && reason === 'Error'

const isBeingDeleted = (pod: Pod): boolean => pod.metadata?.deletionTimestamp !== undefined

/** The runtime ids of a pod's containers that were killed, Kubernetes does not say for what. */
export const killedIn = (pod: Pod): readonly string[] =>
  (pod.spec?.containers ?? []).flatMap(({ name, image }) => {
    const terminated = isStoppedImage(image) ? undefined : terminatedOf(pod, name)
    return terminated?.containerID !== undefined && isUnexplained(terminated) ? [runtimeIdOf(terminated.containerID)] : []
  })

/** Of those, the ones that nobody was told to stop. */
export const unexplainedIn = (pod: Pod): readonly string[] => (isBeingDeleted(pod) ? [] : killedIn(pod))

/** A container's state with what is known of its end: while somebody is asked, it runs. */
export const withEnding = (
  state: ContainerObservation['state'],
  { pod, podName, endings }: { readonly pod: Pod; readonly podName: string; readonly endings: Endings },
): ContainerObservation['state'] => {
  const terminated = terminatedOf(pod, podName)
  if (state.is !== 'terminated' || terminated?.containerID === undefined || !isUnexplained(terminated)) return state
  const ending = endings.get(runtimeIdOf(terminated.containerID))
  if (ending === 'memory') return { ...state, reason: 'OOMKilled' }
  const isOpen = ending === 'asked' && !isBeingDeleted(pod)
  return isOpen ? { is: 'running', startedAt: state.startedAt ?? state.finishedAt } : state
}

/** Kubernetes has the container runtime's scheme before it. */
export const runtimeIdOf = (containerId: string): string => containerId.replace(/^[a-z-]+:\/\//, '')
