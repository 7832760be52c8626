import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { isIsolated } from '../../domain/container-order.ts'
import { TaskRefused, type TaskSpec } from '../runtime.ts'
import { isNoNewPrivileges } from './container.ts'

/**
 * Refuses what changes what a task does and cannot be given yet: better no task than one that lacks what it needs.
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

const tmpfsOptions = ({ linuxParameters }: ContainerDefinition): readonly string[] =>
  (linuxParameters?.tmpfs ?? []).flatMap(({ mountOptions = [] }) => mountOptions)

const givenOptions = new Set(['defaults', 'rw', 'ro', 'dev', 'suid', 'exec', 'async', 'atime', 'diratime', 'relatime'])
/** Nothing that runs under these fails to run without them. */
const restrictions = new Set([
  'nodev',
  'nosuid',
  'noexec',
  'noatime',
  'nodiratime',
  'norelatime',
  'strictatime',
  'nostrictatime',
  'sync',
  'dirsync',
])

const refusedParameters: readonly Parameter[] = [
  { name: 'credentialSpecs', isAsked: ({ credentialSpecs }) => hasAny(credentialSpecs) },
  // The same, as it was asked for before.
  {
    name: 'dockerSecurityOptions with a credentialspec',
    isAsked: ({ dockerSecurityOptions = [] }) => dockerSecurityOptions.some(option => option.startsWith('credentialspec:')),
  },
  {
    name: 'resourceRequirements other than GPUs',
    isAsked: ({ resourceRequirements = [] }) => resourceRequirements.some(({ type }) => type !== 'GPU'),
  },
  {
    name: 'firelensConfiguration where no agent runs on the nodes',
    isAsked: ({ firelensConfiguration }, { areLogsDelivered }) => firelensConfiguration !== undefined && areLogsDelivered !== true,
  },
  {
    name: 'disableNetworking of some containers of a task alone',
    isAsked: ({ disableNetworking }, { containers, networkMode, areLogsDelivered }) =>
      disableNetworking === true && !(areLogsDelivered === true && isIsolated(containers, networkMode)),
  },
  {
    name: 'linuxParameters.devices without privileged where the container runtime of the nodes has no NRI',
    isAsked: ({ linuxParameters, privileged }, { adjustedOn }) =>
      hasAny(linuxParameters?.devices) && privileged !== true && adjustedOn === undefined,
  },
  {
    name: 'linuxParameters.tmpfs.mountOptions beyond rw, ro and restrictions where the container runtime of the nodes has no NRI',
    isAsked: (container, { adjustedOn }) =>
      adjustedOn === undefined && tmpfsOptions(container).some(option => !givenOptions.has(option) && !restrictions.has(option)),
  },
]

/** What a task runs without, though its definition asks for it: written on the pod. Kubernetes has no place for these. */
export const notApplied = (spec: TaskSpec): readonly string[] =>
  spec.containers.flatMap(container =>
    passedOver.filter(({ isAsked }) => isAsked(container, spec)).map(({ name }) => `${container.name ?? ''}: ${name}`),
  )

/** Without a driver of the node's agent what a container writes is in the kubelet's files all the same, as with json-file. */
const isLogDriverPassedOver = ({ logConfiguration }: ContainerDefinition, { areLogsDelivered }: TaskSpec): boolean => {
  if (logConfiguration === undefined || logConfiguration.logDriver === 'json-file') return false
  const isDelivered = logConfiguration.logDriver === 'awslogs' || logConfiguration.logDriver === 'awsfirelens'
  return !isDelivered || areLogsDelivered !== true
}

const passedOver: readonly Parameter[] = [
  { name: 'ulimits', isAsked: ({ ulimits }, { adjustedOn }) => hasAny(ulimits) && adjustedOn === undefined },
  { name: 'logConfiguration', isAsked: isLogDriverPassedOver },
  { name: 'dockerLabels', isAsked: ({ dockerLabels }) => Object.keys(dockerLabels ?? {}).length > 0 },
  {
    name: 'dockerSecurityOptions',
    isAsked: ({ dockerSecurityOptions = [] }) => dockerSecurityOptions.some(option => !isNoNewPrivileges(option)),
  },
  {
    name: 'linuxParameters.tmpfs.mountOptions',
    isAsked: (container, { adjustedOn }) => adjustedOn === undefined && tmpfsOptions(container).some(option => restrictions.has(option)),
  },
  // A node of Kubernetes has no swap unless it was set up so.
  {
    name: 'linuxParameters.maxSwap',
    isAsked: ({ linuxParameters }, { adjustedOn }) => (linuxParameters?.maxSwap ?? 0) > 0 && adjustedOn === undefined,
  },
  // A pod's containers have it in common.
  { name: 'ipcMode none', isAsked: (_, { ipcMode }) => ipcMode === 'none' },
  // Without an agent on its node, which takes the network away, it has one all the same.
  { name: 'networkMode none', isAsked: (_, { networkMode, areLogsDelivered }) => networkMode === 'none' && areLogsDelivered !== true },
]
