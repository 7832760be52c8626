import type { Pod } from '../../../shared/kube/index.ts'
import type { ContainerDefinition, Volume } from '../../aws/generated/ecs.ts'
import { TaskRefused, type TaskSpec } from '../runtime.ts'
import { dnsLabelOf } from './names.ts'

type PodVolume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number]
type VolumeMount = NonNullable<NonNullable<Pod['spec']>['containers'][number]['volumeMounts']>[number]

export interface TaskVolumes {
  readonly volumes: readonly PodVolume[]
  /** In the order of the task's containers. */
  readonly mounts: readonly (readonly VolumeMount[])[]
}

/**
 * Volumes of the host (`host.sourcePath`, on the node) and of the task alone, tmpfs and shared memory. Throws
 * `TaskRefused` for others.
 *
 * Where it differs from ECS: a volume of the task starts empty, also where the image has files at the mount point
 * (Docker copies them).
 */
export function volumesOf(spec: Pick<TaskSpec, 'containers' | 'volumes'>): TaskVolumes {
  const volumes: PodVolume[] = (spec.volumes ?? []).map(volumeOf)
  const mounts = spec.containers.map((container, index) => {
    const inMemory = memoryVolumes(container, index)
    volumes.push(...inMemory.map(({ volume }) => volume))
    return [...mountsOf(container, spec.volumes ?? []), ...inMemory.map(({ mount }) => mount)]
  })
  return { volumes, mounts }
}

function volumeOf(volume: Volume): PodVolume {
  const kind = refusedKind(volume)
  if (kind !== undefined) throw new TaskRefused(`kecs does not support ${kind} yet (volume '${volume.name ?? ''}').`)
  const name = dnsLabelOf(volume.name ?? '')
  const sourcePath = volume.host?.sourcePath
  return sourcePath ? { name, hostPath: { path: sourcePath } } : { name, emptyDir: {} }
}

function refusedKind(volume: Volume): string | undefined {
  if (volume.efsVolumeConfiguration !== undefined) return 'efsVolumeConfiguration'
  if (volume.s3filesVolumeConfiguration !== undefined) return 's3filesVolumeConfiguration'
  if (volume.fsxWindowsFileServerVolumeConfiguration !== undefined) return 'fsxWindowsFileServerVolumeConfiguration'
  if (volume.configuredAtLaunch === true) return 'configuredAtLaunch'
  const docker = volume.dockerVolumeConfiguration
  if (docker?.scope === 'shared') return 'dockerVolumeConfiguration with scope shared'
  if (docker?.driver !== undefined && docker.driver !== 'local') return `dockerVolumeConfiguration with driver ${docker.driver}`
  if (Object.keys(docker?.driverOpts ?? {}).length > 0) return 'dockerVolumeConfiguration with driverOpts'
  return undefined
}

const mountsOf = (container: ContainerDefinition, volumes: readonly Volume[]): VolumeMount[] =>
  (container.mountPoints ?? []).map(({ sourceVolume, containerPath, readOnly }) => {
    if (!volumes.some(({ name }) => name === sourceVolume))
      throw new TaskRefused(`Unknown volume '${sourceVolume ?? ''}' (container '${container.name ?? ''}').`)
    return { name: dnsLabelOf(sourceVolume ?? ''), mountPath: containerPath ?? '', ...(readOnly === true && { readOnly }) }
  })

/** tmpfs and /dev/shm, with their sizes in MiB. What is in them counts as the container's memory, as in ECS. */
function memoryVolumes({ linuxParameters }: ContainerDefinition, index: number): { volume: PodVolume; mount: VolumeMount }[] {
  const wanted = (linuxParameters?.tmpfs ?? []).map(({ containerPath, size }) => ({ containerPath, size }))
  const shared = linuxParameters?.sharedMemorySize
  if (shared !== undefined && shared > 0) wanted.push({ containerPath: '/dev/shm', size: shared })
  return wanted.map(({ containerPath, size }, each) => {
    const name = `kecs-memory-${index}-${each}`
    return { volume: { name, emptyDir: { medium: 'Memory', sizeLimit: `${size}Mi` } }, mount: { name, mountPath: containerPath } }
  })
}
