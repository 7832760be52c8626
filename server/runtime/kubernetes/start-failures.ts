import type { Pod } from '../../../shared/kube/index.ts'
import { labelPrefix } from '../../../shared/names.ts'
import { dnsLabelOf } from './names.ts'

/**
 * Why a container cannot start, in Kubernetes' terms, when that is known before its pod is made. The pod is made all the
 * same, for a task goes on without a container that is not essential: the container's image is a name that is none, so
 * that nothing is pulled or run, and the reason is told in the place of what the kubelet says to that.
 */
export interface StartFailure {
  /** Such as ErrImagePull. */
  readonly reason: string
  readonly message: string
}

/** ECS' CannotStartContainerError. */
export const startError = (message: string): StartFailure => ({ reason: 'StartError', message })

/** By the containers' names in the task definition. */
export type StartFailures = ReadonlyMap<string, StartFailure>

/** On pods: JSON, Kubernetes' name of each container that cannot start to why. */
const failuresAnnotation = `${labelPrefix}/start-failures`

/** As with containers that are held back: no image's name begins so. */
const refusedMark = 'CANNOT START'

/** The image's name with which such a container is created; what follows the mark is for whoever looks at the pod. */
export const refusedImage = (): string => `${refusedMark} see annotation ${failuresAnnotation}`

export const isRefusedImage = (image: string | undefined): boolean => image?.startsWith(`${refusedMark} `) === true

export const failureAnnotations = (failures: StartFailures): Readonly<Record<string, string>> =>
  failures.size === 0
    ? {}
    : { [failuresAnnotation]: JSON.stringify(Object.fromEntries([...failures].map(([name, failure]) => [dnsLabelOf(name), failure]))) }

/** Why containers of a pod cannot start, by Kubernetes' names. */
export const startFailuresOf = (pod: Pod): Readonly<Record<string, StartFailure>> => {
  try {
    return JSON.parse(pod.metadata?.annotations?.[failuresAnnotation] ?? '{}')
  } catch {
    return {}
  }
}
