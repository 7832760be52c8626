import { adjustedAnnotation, notToldYet, unadjustedPath } from '../../../shared/names.ts'
import type { Pod } from '../../../shared/kube/index.ts'
import { adjustmentOf } from '../../domain/adjustments.ts'
import type { TaskSpec } from '../runtime.ts'

type PodVolume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number]
type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]
type VolumeMount = NonNullable<NonNullable<Pod['spec']>['containers'][number]['volumeMounts']>[number]

export interface AdjustedParts {
  readonly annotations: Readonly<Record<string, string>>
  readonly volumes: readonly PodVolume[]
  /** By the containers' names. */
  readonly mounts: ReadonlyMap<string, readonly VolumeMount[]>
}

const volume = 'kecs-unadjusted'

/**
 * What of a pod sees to it that the node's agent changes its containers before they are created. One that must not run
 * unchanged has a volume where none can be, which the agent takes away with the rest: so it does not start without it.
 */
export const adjustedParts = ({ containers, launchType, adjustedOn, areLogsDelivered }: TaskSpec): AdjustedParts => {
  const adjustments = containers.map(container => ({ name: container.name ?? '', adjustment: adjustmentOf(container, launchType) }))
  const required = adjustedOn === undefined ? [] : adjustments.filter(({ adjustment }) => adjustment?.isRequired === true)
  const hasAny = areLogsDelivered === true && adjustments.some(({ adjustment }) => adjustment !== undefined)
  if (required.length === 0) return { annotations: hasAny ? { [adjustedAnnotation]: 'default' } : {}, volumes: [], mounts: new Map() }
  return {
    annotations: { [adjustedAnnotation]: 'required' },
    volumes: [{ name: volume, emptyDir: {} }],
    mounts: new Map(required.map(({ name }) => [name, [{ name: volume, mountPath: unadjustedPath }]])),
  }
}

/** Whether the kubelet tells that a container was not created because its node's agent was not told of it yet: it tries again. */
export const isToBeAdjusted = (status: ContainerStatus | undefined): boolean =>
  status?.state?.waiting?.message?.includes(notToldYet) === true

/** What is told of a container that did not start because it was not changed. */
export const unadjusted = (message: string | undefined): string | undefined =>
  message?.includes(unadjustedPath) === true
    ? 'the agent of the node, which gives the container its ulimits, devices, swap and tmpfs, was away as it was created'
    : message
