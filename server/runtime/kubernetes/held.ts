import type { Pod } from '../../../shared/kube/index.ts'
import { labelPrefix } from '../../../shared/names.ts'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { dependenciesOf, isHeldAtFirst } from '../../domain/container-order.ts'
import { dnsLabelOf } from './names.ts'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

/**
 * How containers of a pod start and stop in an order, which Kubernetes has for init containers alone. An image is the
 * one thing of a container that may change in a pod. A container whose image's name is none is not begun, without
 * anything being pulled or run, until its name is changed to a real one: then it starts at once, for the first time. And
 * the kubelet stops a container that runs when its image's name changes, with its stop signal and its grace period; as
 * the new name is none, and as the pod's restart policy is Never, nothing follows. Both were tried on Kubernetes 1.34.
 */

/** On pods: JSON, Kubernetes' name of each container that is held back to the image that it is to run. */
export const imagesAnnotation = `${labelPrefix}/held-images`

/** What no image's name can begin with: capitals and spaces. What follows is for whoever looks at the pod. */
const heldMark = 'HELD BACK'
const stoppedMark = 'STOPPED'

/** The image's name with which a container is created. */
export const firstImageOf = (container: ContainerDefinition, isTaskHeld = false): string =>
  isTaskHeld && dependenciesOf(container).length === 0
    ? `${heldMark} until the task has no network`
    : isHeldAtFirst(container)
      ? `${heldMark} until ${wordsOf(container)}`
      : (container.image ?? '')

const wordsOf = (container: ContainerDefinition): string =>
  dependenciesOf(container)
    .map(({ containerName, condition }) => `${containerName} is ${words[condition]}`)
    .join(' and ')

const words = { START: 'started', COMPLETE: 'complete', SUCCESS: 'successful', HEALTHY: 'healthy' } as const

/** Annotations by which the images are found again; none where no container is held back. */
export const imagesOf = (containers: readonly ContainerDefinition[], isTaskHeld = false): Readonly<Record<string, string>> => {
  const held = isTaskHeld ? containers : containers.filter(isHeldAtFirst)
  if (held.length === 0) return {}
  return { [imagesAnnotation]: JSON.stringify(Object.fromEntries(held.map(({ name = '', image = '' }) => [dnsLabelOf(name), image]))) }
}

export const isHeldImage = (image: string | undefined): boolean => image?.startsWith(`${heldMark} `) === true
export const isStoppedImage = (image: string | undefined): boolean => image?.startsWith(`${stoppedMark} `) === true

/**
 * Whether the kubelet tells of a container that its image has no name because it is, or was a moment ago, held back.
 * It tells the new image's name with the old one's failure until it has looked again.
 */
export const isToldAsHeld = (status: ContainerStatus | undefined): boolean =>
  status?.state?.waiting !== undefined && (isHeldImage(status.image) || status.state.waiting.message?.includes(`"${heldMark} `) === true)

export type ImageChange = { readonly name: string; readonly image: string }

/** What is to be changed so that these containers start; those that do already, or were stopped, are left out. By names of the task definition. */
export const letGo = (pod: Pod, containers: readonly string[]): readonly ImageChange[] => {
  const images = heldImages(pod)
  return ofThese(pod, containers).flatMap(({ name, image }) => {
    const real = images.get(name)
    return real !== undefined && isHeldImage(image) ? [{ name, image: real }] : []
  })
}

/** What is to be changed so that these containers stop; those that were told to already are left out. */
export const stopped = (pod: Pod, containers: readonly string[]): readonly ImageChange[] =>
  ofThese(pod, containers).flatMap(({ name, image }) =>
    isStoppedImage(image) || isHeldImage(image) ? [] : [{ name, image: `${stoppedMark} before what it depends on` }],
  )

const ofThese = (pod: Pod, containers: readonly string[]) => {
  const names = new Set(containers.map(dnsLabelOf))
  return (pod.spec?.containers ?? []).filter(({ name }) => names.has(name))
}

const heldImages = (pod: Pod): ReadonlyMap<string, string> => {
  try {
    const images: unknown = JSON.parse(pod.metadata?.annotations?.[imagesAnnotation] ?? '{}')
    const isObject = typeof images === 'object' && images !== null
    return new Map(isObject ? Object.entries(images).filter((entry): entry is [string, string] => typeof entry[1] === 'string') : [])
  } catch {
    return new Map()
  }
}
