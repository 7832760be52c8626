import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { readInstance } from '../instance.ts'
import type { SharedFolder } from './containerd.ts'
import type { Container } from './docker.ts'
import type { ClusterState, Instance } from './driver.ts'

/**
 * A note in the instance's folder of which cluster was made to the end. Without it, one whose creation was killed
 * half-way would look like a running one for ever.
 */
const noteOf = (instance: Instance): string => join(instance.folder, 'cluster-id')

export const noteCreated = async (instance: Instance, containerId: string): Promise<void> => {
  await mkdir(instance.folder, { recursive: true })
  await writeFile(noteOf(instance), `${containerId}\n`)
}

export const forgetCreated = (instance: Instance): Promise<void> => rm(noteOf(instance), { force: true })

/** What the node's container says of the cluster: one that is ours but was never finished counts as absent, `create` clears it away. */
export const stateOf = async (instance: Instance, node: Container | undefined): Promise<ClusterState> => {
  if (!node) return { is: 'absent' }
  const folder = node.mounts['/data']
  if (folder === undefined) return { is: 'foreign', why: 'its node has no /data folder' }
  if (!sameFolder(folder, instance.dataDir)) return { is: 'foreign', why: `its data folder is ${folder}`, ...(await homeOf(folder)) }
  if ((await createdId(instance)) !== node.id) return { is: 'absent' }
  return { is: node.running ? 'running' : 'stopped' }
}

/** Which KECS_HOME a data folder is in, where an instance is remembered there. */
const homeOf = async (folder: string): Promise<{ readonly home?: string }> => {
  const [home, name] = [dirname(dirname(folder)), basename(dirname(folder))]
  const found = await readInstance(home, name).catch(() => undefined)
  return found === undefined ? {} : { home }
}

/** The data folder as the node of a cluster that we made has it. */
export const dataOf = (instance: Instance): SharedFolder => ({ here: instance.dataDir, inNode: '/data' })

/** Docker Desktop shows a host's folder below a prefix of its own. */
const sameFolder = (mounted: string, folder: string): boolean => mounted === folder || mounted === `/host_mnt${folder}`

const createdId = async (instance: Instance): Promise<string | undefined> => {
  try {
    return (await readFile(noteOf(instance), 'utf8')).trim()
  } catch {
    return undefined
  }
}
