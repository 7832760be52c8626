import { readFile, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Instance } from '../cluster/driver.ts'
import type { Host } from '../host.ts'
import { heldLock } from '../instance-lock.ts'
import { withName, writeAtomically } from '../instance.ts'
import { isProcessAlive } from '../processes.ts'
import { driverOf } from '../drivers.ts'
import { type Finding, ok, skipped, warning } from './finding.ts'

// What interrupted commands left in the folder of instances.

/** Files that a process writes beside the one that it replaces are named by its pid: `instance.json.123.tmp`, `lock.123`. */
const draftPattern = /\.(\d+)(?:\.(?:tmp|new))?$/

/** Locks of processes that are gone, and drafts of theirs. */
export const checkLeftovers = async ({ home }: Pick<Host, 'home'>): Promise<Finding> => {
  const what = 'Leftovers'
  const found = await leftoversIn(home)
  if (found.length === 0) return ok(what, 'none of interrupted commands')
  const files = `${found.length} ${found.length === 1 ? 'file' : 'files'}`
  return {
    ...warning(what, `${files} of processes that are gone: ${found.join(', ')}`, 'Remove them: kecs doctor --fix'),
    fix: async () => {
      for (const path of await leftoversIn(home)) await rm(path, { force: true })
      return `removed ${files}`
    },
  }
}

const leftoversIn = async (home: string): Promise<readonly string[]> => {
  const names = await readdir(home, { withFileTypes: true }).catch(() => [])
  const folders = names.filter(each => each.isDirectory()).map(({ name }) => join(home, name))
  const found = await Promise.all(
    folders.map(async folder => {
      const files: readonly string[] = await readdir(folder).catch(() => [])
      const drafts = files.filter(name => {
        const pid = draftPattern.exec(name)?.[1]
        return pid !== undefined && /^(lock|.*\.(json|tmp|new))/.test(name) && !isProcessAlive(Number(pid))
      })
      const stale = files.includes('lock') && (await heldLock(folder)) === 'stale' ? ['lock'] : []
      return [...drafts, ...stale].map(name => join(folder, name))
    }),
  )
  return found.flat().toSorted()
}

/** The kubeconfig that `kecs kubeconfig --path` names, of a cluster that runs. */
export const checkKubeconfig = async (instance: Instance, host: Host): Promise<Finding> => {
  const what = 'kubeconfig'
  if (instance.driver === 'simulated') return skipped(what, 'a simulated instance has no cluster')
  const path = join(instance.folder, 'kubeconfig')
  const ofCluster = async (): Promise<string> => (await driverOf(instance, host)).kubeconfig(instance, host.signal)
  const found = await readFile(path, 'utf8').catch(() => '')
  // A tool that is not there tells nothing, which is said where it is looked for.
  if (found !== '' && found === (await ofCluster().catch(() => found))) return ok(what, path)
  const says = found === '' ? `${path} is missing, though the cluster runs` : `${path} is not the one of the cluster that runs`
  return {
    ...warning(what, says, `Write it: ${withName('kecs doctor --fix', instance.name)}`),
    fix: async () => {
      await writeAtomically(path, await ofCluster())
      return `wrote ${path}`
    },
  }
}

/** Copies of images for the next cluster: they may always go. */
export const copiesFolder = (home: string): string => join(home, '.images')

/** Bytes in the copies' folder; 0 where there is none. */
export const copiesSize = async (home: string): Promise<number> => {
  const folder = copiesFolder(home)
  const names = await readdir(folder).catch(() => [])
  const sizes = await Promise.all(
    names.map(name =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
