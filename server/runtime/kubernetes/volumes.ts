import type { Pod } from '../../../shared/kube/index.ts'
import type { ContainerDefinition, Volume } from '../../aws/generated/ecs.ts'
import { TaskRefused, type TaskSpec } from '../runtime.ts'
import { dnsLabelOf } from './names.ts'
import { folderOf, type VolumeFolders } from './volume-folders.ts'

type PodVolume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number]
type VolumeMount = NonNullable<NonNullable<Pod['spec']>['containers'][number]['volumeMounts']>[number]

export interface TaskVolumes {
  readonly volumes: readonly PodVolume[]
  /** In the order of the task's containers. */
  readonly mounts: readonly (readonly VolumeMount[])[]
}

/**
 * Volumes of the host (`host.sourcePath`, on the node), of the task alone, shared Docker volumes and EFS file systems
 * as folders of the node, EBS volumes that are configured at launch as folders of the task alone, tmpfs and shared
 * memory. Throws `TaskRefused` for others.
 *
 * Where it differs from ECS: a volume starts empty, also where the image has files at the mount point (Docker copies
 * them), and any user may write to one of the task (Docker's are root's); `volumesFrom` takes the source's mount points,
 * not the volumes that its image declares.
 */
export function volumesOf(
  spec: Pick<TaskSpec, 'containers' | 'volumes' | 'clusterArn' | 'adjustedOn'>,
  folders: VolumeFolders,
): TaskVolumes {
  const volumes: PodVolume[] = (spec.volumes ?? []).map(volume => volumeOf(volume, spec.clusterArn, folders))
  const mounts = spec.containers.map((container, index) => {
    const inMemory = memoryVolumes(container, index, spec)
    volumes.push(...inMemory.map(({ volume }) => volume))
    return [...mountsOf(container, spec, []), ...inMemory.map(({ mount }) => mount)]
  })
  return { volumes, mounts }
}

function volumeOf(volume: Volume, clusterArn: string, folders: VolumeFolders): PodVolume {
  const kind = refusedKind(volume)
  if (kind !== undefined) throw new TaskRefused(`kecs does not support ${kind} yet (volume '${volume.name ?? ''}').`)
  const name = dnsLabelOf(volume.name ?? '')
  const folder = folderOf(volume, clusterArn, folders)
  if (folder !== undefined) return { name, hostPath: { path: folder, type: 'DirectoryOrCreate' } }
  const sourcePath = volume.host?.sourcePath
  return sourcePath ? { name, hostPath: { path: sourcePath } } : { name, emptyDir: {} }
}

function refusedKind(volume: Volume): string | undefined {
  if (volume.s3filesVolumeConfiguration !== undefined) return 's3filesVolumeConfiguration'
  if (volume.fsxWindowsFileServerVolumeConfiguration !== undefined) return 'fsxWindowsFileServerVolumeConfiguration'
  const docker = volume.dockerVolumeConfiguration
  if (docker?.driver !== undefined && docker.driver !== 'local') return `dockerVolumeConfiguration with driver ${docker.driver}`
  if (Object.keys(docker?.driverOpts ?? {}).length > 0) return 'dockerVolumeConfiguration with driverOpts'
  return undefined
}

type Volumes = Pick<TaskSpec, 'containers' | 'volumes'>

/** Its own mount points and those of the containers that it takes volumes from; a path is mounted once, the nearest first. */
function mountsOf(container: ContainerDefinition, spec: Volumes, via: readonly string[]): VolumeMount[] {
  const { name: own = '', mountPoints = [], volumesFrom = [] } = container
  const byPath = new Map<string, VolumeMount>()
  const add = (mount: VolumeMount): void => {
    if (!byPath.has(mount.mountPath)) byPath.set(mount.mountPath, mount)
  }
  for (const { sourceVolume = '', containerPath = '', readOnly } of mountPoints) {
    if (!spec.volumes?.some(({ name }) => name === sourceVolume))
      throw new TaskRefused(`Unknown volume '${sourceVolume}' (container '${own}').`)
    add({ name: dnsLabelOf(sourceVolume), mountPath: containerPath, ...(readOnly === true && { readOnly }) })
  }
  for (const { sourceContainer = '', readOnly } of volumesFrom) {
    const source = spec.containers.find(({ name }) => name === sourceContainer)
    if (source === undefined || via.includes(sourceContainer) || sourceContainer === own)
      throw new TaskRefused(`Invalid source container '${sourceContainer}' in volumesFrom (container '${own}').`)
    for (const mount of mountsOf(source, spec, [...via, own])) add({ ...mount, ...(readOnly === true && { readOnly }) })
  }
  return [...byPath.values()]
}

/** tmpfs and /dev/shm, with their sizes in MiB. What is in them counts as the container's memory, as in ECS. */
function memoryVolumes(
  { linuxParameters }: ContainerDefinition,
  index: number,
  { adjustedOn }: Pick<TaskSpec, 'adjustedOn'>,
): { volume: PodVolume; mount: VolumeMount }[] {
  // With all its options a tmpfs is the container runtime's own.
  const tmpfs = adjustedOn === undefined ? (linuxParameters?.tmpfs ?? []) : []
  const wanted = tmpfs.map(({ containerPath, size, mountOptions = [] }) => {
    return { containerPath, size, readOnly: mountOptions.includes('ro') }
  })
  const shared = linuxParameters?.sharedMemorySize
  if (shared !== undefined && shared > 0) wanted.push({ containerPath: '/dev/shm', size: shared, readOnly: false })
  return wanted.map(({ containerPath, size, readOnly }, each) => {
    const name = `kecs-memory-${index}-${each}`
    return {
      volume: { name, emptyDir: { medium: 'Memory', sizeLimit: `${size}Mi` } },
      mount: { name, mountPath: containerPath, ...(readOnly && { readOnly }) },
    }
  })
}
