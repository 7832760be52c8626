import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { TaskRefused, type TaskSpec } from '../runtime.ts'

/**
 * Refuses what changes what a task does and cannot be given yet: better no task than one that lacks its secrets.
 * Throws `TaskRefused`, naming the container and the parameter.
 */
export function refuseUnsupported(spec: TaskSpec): void {
  for (const container of spec.containers) {
    const parameter = refusedParameters.find(({ isAsked }) => isAsked(container, spec))
    if (parameter !== undefined) throw new TaskRefused(`kecs does not support ${parameter.name} yet (container '${container.name ?? ''}').`)
  }
}

interface Parameter {
  readonly name: string
  readonly isAsked: (container: ContainerDefinition, spec: TaskSpec) => boolean
}

const hasAny = (list: readonly unknown[] | undefined): boolean => list !== undefined && list.length > 0

const refusedParameters: readonly Parameter[] = [
  { name: 'dependsOn', isAsked: ({ dependsOn }) => hasAny(dependsOn) },
  { name: 'secrets', isAsked: ({ secrets }) => hasAny(secrets) },
  { name: 'environmentFiles', isAsked: ({ environmentFiles }) => hasAny(environmentFiles) },
  { name: 'volumesFrom', isAsked: ({ volumesFrom }) => hasAny(volumesFrom) },
  { name: 'restartPolicy', isAsked: ({ restartPolicy }) => restartPolicy?.enabled === true },
  { name: 'credentialSpecs', isAsked: ({ credentialSpecs }) => hasAny(credentialSpecs) },
  { name: 'resourceRequirements', isAsked: ({ resourceRequirements }) => hasAny(resourceRequirements) },
  { name: 'disableNetworking', isAsked: ({ disableNetworking }) => disableNetworking === true },
  {
    name: 'linuxParameters.devices without privileged',
    isAsked: ({ linuxParameters, privileged }) => hasAny(linuxParameters?.devices) && privileged !== true,
  },
  {
    name: 'linuxParameters.tmpfs.mountOptions',
    isAsked: ({ linuxParameters }) =>
      (linuxParameters?.tmpfs ?? []).some(({ mountOptions }) =>
        (mountOptions ?? []).some(option => option !== 'defaults' && option !== 'rw'),
      ),
  },
]

/** What a task runs without, though its definition asks for it: written on the pod. Kubernetes has no place for these. */
export const notApplied = (spec: TaskSpec): readonly string[] =>
  spec.containers.flatMap(container =>
    passedOver.filter(({ isAsked }) => isAsked(container, spec)).map(({ name }) => `${container.name ?? ''}: ${name}`),
  )

const passedOver: readonly Parameter[] = [
  { name: 'healthCheck', isAsked: ({ healthCheck }) => healthCheck !== undefined },
  { name: 'ulimits', isAsked: ({ ulimits }) => hasAny(ulimits) },
  { name: 'logConfiguration', isAsked: ({ logConfiguration }) => logConfiguration !== undefined },
  { name: 'firelensConfiguration', isAsked: ({ firelensConfiguration }) => firelensConfiguration !== undefined },
  { name: 'repositoryCredentials', isAsked: ({ repositoryCredentials }) => repositoryCredentials !== undefined },
  { name: 'dockerLabels', isAsked: ({ dockerLabels }) => Object.keys(dockerLabels ?? {}).length > 0 },
  {
    name: 'dockerSecurityOptions',
    isAsked: ({ dockerSecurityOptions }) => (dockerSecurityOptions ?? []).some(option => option !== 'no-new-privileges'),
  },
  // A node of Kubernetes has no swap unless it was set up so.
  { name: 'linuxParameters.maxSwap', isAsked: ({ linuxParameters }) => (linuxParameters?.maxSwap ?? 0) > 0 },
  // The pod has a network of its own all the same.
  { name: 'networkMode none', isAsked: (_, { networkMode }) => networkMode === 'none' },
]
