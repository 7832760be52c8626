import type { Manifest, Pod } from '../../../shared/kube/index.ts'
import { annotations, labels, podFinalizer } from '../../../shared/names.ts'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { isIsolated } from '../../domain/container-order.ts'
import { TaskRefused, type TaskSpec } from '../runtime.ts'
import { adjustedParts } from './adjusted.ts'
import type { ClusterFeatures } from './cluster-features.ts'
import { containerOf } from './container.ts'
import { routerPartsOf } from './firelens.ts'
import { imagesOf } from './held.ts'
import { containersAnnotation, dnsLabelOf, labelValueOf, memoAnnotation, notAppliedAnnotation, podNameOf } from './names.ts'
import { placementOf, tolerations } from './placement.ts'
import { resourcesOf } from './resources.ts'
import { restartAnnotations } from './restarts.ts'
import { failureAnnotations, type StartFailures } from './start-failures.ts'
import { pullSecrets, secretAnnotation, taskSecretName } from './task-secret.ts'
import { notApplied, refuseUnsupported } from './unsupported.ts'
import { volumesOf } from './volumes.ts'

type PodSpec = NonNullable<Pod['spec']>

export interface PodOptions extends ClusterFeatures {
  /** The instance's name, by which its pods are found again. */
  readonly instance: string
  /** The data folder as nodes see it; undefined where they have none. */
  readonly nodeDataDir: string | undefined
  /** Why containers cannot start, whose image is `refusedImage` then. */
  readonly startFailures?: StartFailures
}

/** ECS' stopTimeout where a container gives none: seconds. */
const defaultStopTimeout = 30

/**
 * A task as a pod that runs once. The same task always makes the same pod, so that creating it twice is seen. Throws
 * `TaskRefused` for what cannot be given.
 *
 * Where it differs from ECS: containers of a task share one network, host name and DNS settings in every network
 * mode (in `bridge` mode each has its own in ECS); `none` has a network all the same where no agent runs.
 * What is of `notApplied` is not set.
 */
export function podOf(spec: TaskSpec, options: PodOptions): Pod & Manifest {
  refuseUnsupported(spec)
  const resources = resourcesOf(spec, { podLevel: options.podLevelResources })
  const router = routerPartsOf(spec, options.instance)
  const { volumes: own, mounts } = volumesOf(spec, options)
  const adjusted = adjustedParts(spec)
  const volumes = [...own, ...router.volumes, ...adjusted.volumes]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf(spec, options, {
      ...router.annotations,
      ...adjusted.annotations,
      ...failureAnnotations(options.startFailures ?? new Map()),
    }),
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: Math.max(...spec.containers.map(({ stopTimeout }) => stopTimeout ?? defaultStopTimeout)),
      containers: spec.containers.map((container, index) =>
        containerOf(container, {
          networkMode: spec.networkMode,
          containerRestarts: options.containerRestarts,
          resources: resources.containers[index] ?? {},
          volumeMounts: [
            ...(mounts[index] ?? []),
            ...(router.mounts.get(container.name ?? '') ?? []),
            ...(adjusted.mounts.get(container.name ?? '') ?? []),
          ],
          isHeld: isHeldWhole(spec),
          taskId: spec.taskId,
          secrets: spec.secrets?.[container.name ?? ''],
        }),
      ),
      ...pullSecrets(spec),
      ...(resources.pod !== undefined && { resources: resources.pod }),
      ...(volumes.length > 0 && { volumes }),
      ...networkOf(spec),
      ...securityOf(spec),
      ...placementOf(spec),
      tolerations,
    },
  }
}

/** Without an agent, which takes a task's network away, it has one: see `notApplied`. */
const isHeldWhole = ({ containers, networkMode, areLogsDelivered }: TaskSpec): boolean =>
  areLogsDelivered === true && isIsolated(containers, networkMode)

function metadataOf(spec: TaskSpec, { instance }: PodOptions, more: Readonly<Record<string, string>>): Manifest['metadata'] {
  const missing = notApplied(spec)
  const names = Object.fromEntries(spec.containers.map(({ name = '' }) => [dnsLabelOf(name), name]))
  return {
    name: podNameOf(spec.family, spec.taskId),
    namespace: spec.namespace,
    labels: {
      [labels.instance]: instance,
      [labels.taskId]: spec.taskId,
      [labels.family]: labelValueOf(spec.family),
      [labels.revision]: String(spec.revision),
      [labels.cluster]: labelValueOf(spec.clusterName),
    },
    annotations: {
      [annotations.taskArn]: spec.taskArn,
      [annotations.clusterArn]: spec.clusterArn,
      [containersAnnotation]: JSON.stringify(names),
      ...imagesOf(spec.containers, isHeldWhole(spec)),
      ...restartAnnotations(spec.containers),
      ...more,
      ...(spec.secrets !== undefined && { [secretAnnotation]: taskSecretName(spec.taskId) }),
      ...(spec.memo !== undefined && { [memoAnnotation]: spec.memo }),
      ...(missing.length > 0 && { [notAppliedAnnotation]: missing.join(', ') }),
    },
    finalizers: [podFinalizer],
  }
}

function networkOf(spec: TaskSpec): Pick<PodSpec, 'hostNetwork' | 'dnsPolicy' | 'dnsConfig' | 'hostname' | 'hostAliases'> {
  const hostname = common(spec.containers, 'hostname', ({ hostname: name }) => name || undefined)
  const servers = common(spec.containers, 'dnsServers', ({ dnsServers }) => nonEmpty(dnsServers))
  const searches = common(spec.containers, 'dnsSearchDomains', ({ dnsSearchDomains }) => nonEmpty(dnsSearchDomains))
  return {
    ...(spec.networkMode === 'host' && { hostNetwork: true }),
    dnsPolicy: servers !== undefined ? 'None' : spec.networkMode === 'host' ? 'ClusterFirstWithHostNet' : 'ClusterFirst',
    dnsConfig: {
      // Kubernetes' 5 makes every AWS name be looked up below each search domain first.
      options: [{ name: 'ndots', value: '1' }],
      ...(servers !== undefined && { nameservers: [...servers] }),
      ...(searches !== undefined && { searches: [...searches] }),
    },
    ...(hostname !== undefined && { hostname }),
    ...hostAliasesOf(spec),
  }
}

const nonEmpty = (list: readonly string[] | undefined): readonly string[] | undefined => (list?.length ? list : undefined)

/** What the containers that ask for it agree on; a pod has it once. Throws `TaskRefused` when they do not agree. */
function common<T>(
  containers: readonly ContainerDefinition[],
  parameter: string,
  of: (container: ContainerDefinition) => T | undefined,
): T | undefined {
  const values = containers.map(of).filter(value => value !== undefined)
  if (new Set(values.map(value => JSON.stringify(value))).size > 1)
    throw new TaskRefused(`kecs runs a task as one pod, so its containers cannot have different ${parameter}.`)
  return values[0]
}

/** `extraHosts`, the task's own, and `links`: linked containers share the pod's network, so their aliases are this very pod. */
function hostAliasesOf({ containers, hosts = [] }: Pick<TaskSpec, 'containers' | 'hosts'>): Pick<PodSpec, 'hostAliases'> {
  const byAddress = new Map<string, Set<string>>()
  const add = (ip: string, hostname: string): void => {
    byAddress.set(ip, (byAddress.get(ip) ?? new Set()).add(hostname))
  }
  for (const { extraHosts = [], links = [] } of containers) {
    for (const { ipAddress, hostname } of extraHosts) add(ipAddress, hostname)
    for (const link of links) for (const name of link.split(':')) add('127.0.0.1', dnsLabelOf(name))
  }
  for (const { name, address } of hosts) add(address, name)
  if (byAddress.size === 0) return {}
  return { hostAliases: [...byAddress].map(([ip, hostnames]) => ({ ip, hostnames: [...hostnames] })) }
}

function securityOf(spec: TaskSpec): Pick<PodSpec, 'securityContext' | 'shareProcessNamespace' | 'hostPID' | 'hostIPC'> {
  const controls = spec.containers.flatMap(({ systemControls = [] }) => systemControls)
  const sysctls = new Map(controls.map(({ namespace = '', value = '' }) => [namespace, { name: namespace, value }]))
  return {
    ...processesOf(spec),
    // Within a task containers have these in common anyway: a pod's do.
    ...(spec.ipcMode === 'host' && { hostIPC: true }),
    // Docker's, which containers on ECS have; a privileged one has none here either.
    securityContext: { seccompProfile: { type: 'RuntimeDefault' }, ...(sysctls.size > 0 && { sysctls: [...sysctls.values()] }) },
  }
}

/** The pod's own first process, or the node's, reaps children and takes signals by their default: what Docker's init is for. */
const processesOf = ({ containers, pidMode }: TaskSpec): Pick<PodSpec, 'shareProcessNamespace' | 'hostPID'> => {
  if (pidMode === 'host') return { hostPID: true }
  const hasInit = containers.some(({ linuxParameters }) => linuxParameters?.initProcessEnabled === true)
  return pidMode === 'task' || hasInit ? { shareProcessNamespace: true } : {}
}
