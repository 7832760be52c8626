import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './packages.ts'

/**
 * What `kecs version` says: package.json's version for a release, which is a build of the commit that has the tag
 * `v<version>` with nothing changed; else `<version>-dev.<commit>`, and `.changed` where the tree differs from it.
 */
export const buildVersion = async (): Promise<string> => {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  if (typeof manifest !== 'object' || manifest === null || !('version' in manifest)) throw new Error('package.json has no version')
  const version = String(manifest.version)
  const commit = git('rev-parse', '--short=8', 'HEAD')
  // A source archive without git.
  if (commit === undefined) return `${version}-dev`
  const isChanged = git('status', '--porcelain', '--untracked-files=no') !== ''
  const isTagged = git('tag', '--points-at', 'HEAD')?.split('\n').includes(`v${version}`) === true
  if (isTagged && !isChanged) return version
  return `${version}-dev.${commit}${isChanged ? '.changed' : ''}`
}

const git = (...args: string[]): string | undefined => {
  try {
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
