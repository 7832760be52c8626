import { join } from 'node:path'
import type { Volume } from '../../aws/generated/ecs.ts'
import { TaskRefused } from '../runtime.ts'

export interface VolumeFolders {
  /** The data folder as nodes see it, such as `/data`; undefined where they have none. */
  readonly nodeDataDir: string | undefined
}

/**
 * The folder of the node that stands for a volume which outlives its tasks; undefined for one that does not. It lies
 * below the data folder, so that it also outlives the cluster:
 *
 *     volumes/docker/ACCOUNT/REGION/CLUSTER/NAME   a shared Docker volume: a container instance is one cluster's
 *     volumes/efs/ACCOUNT/REGION/FILE-SYSTEM/…     an EFS file system: its root, or the folder in it that is asked for
 *
 * Where it differs from ECS: what is not there is made, a shared volume without `autoprovision` and a root directory
 * included. An access point is a folder of its own, `.access-points/ID`, below its file system: where it leads on AWS
 * and as whom only EFS knows. Throws `TaskRefused` for names that cannot be folders' and where there is no data folder.
 */
export function folderOf(volume: Volume, clusterArn: string, { nodeDataDir }: VolumeFolders): string | undefined {
  const path = pathOf(volume, clusterArn)
  if (path === undefined) return undefined
  if (nodeDataDir === undefined)
    throw new TaskRefused(
      `kecs keeps volume '${volume.name ?? ''}' in its data folder on the node, and this installation has none there: its data is in a persistent volume claim.`,
    )
  return join(nodeDataDir, 'volumes', ...path)
}

function pathOf(volume: Volume, clusterArn: string): readonly string[] | undefined {
  const [, , , region = '', account = '', cluster = ''] = clusterArn.split(':')
  const { name = '', dockerVolumeConfiguration: docker, efsVolumeConfiguration: efs } = volume
  if (docker?.scope === 'shared') return ['docker', account, region, cluster.slice(cluster.indexOf('/') + 1), folderName(name, volume)]
  if (efs === undefined) return undefined
  const { fileSystemId, authorizationConfig, rootDirectory = '/' } = efs
  const point = authorizationConfig?.accessPointId
  const inside = rootDirectory.split('/').filter(part => part !== '')
  const below = point === undefined ? inside : ['.access-points', point]
  return ['efs', account, region, folderName(fileSystemId, volume), ...below.map(part => folderName(part, volume))]
}

/** Nothing that leads elsewhere. */
function folderName(text: string, { name = '' }: Volume): string {
  if (text === '' || text === '.' || text === '..' || /[/\0]/.test(text)) {
    throw new TaskRefused(`'${text}' cannot be a folder's name (volume '${name}').`)
  }
  return text
}
