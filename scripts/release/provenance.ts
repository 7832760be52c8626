import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../build/packages.ts'

/**
 * Where a release was built from and by what, as an unsigned in-toto statement: who trusts the build signs it.
 * https://slsa.dev/spec/v1.0/provenance
 */
export const provenance = async (version: string, sums: ReadonlyMap<string, string>): Promise<string> => {
  const lock = createHash('sha256')
    .update(await readFile(join(root, 'bun.lock')))
    .digest('hex')
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [...sums].map(([name, sha256]) => ({ name, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://github.com/nandemo-ya/kecs/blob/main/scripts/release',
        externalParameters: { version },
        resolvedDependencies: [
          { uri: 'git+https://github.com/nandemo-ya/kecs', digest: { gitCommit: commit() } },
          { name: 'bun.lock', digest: { sha256: lock } },
        ],
      },
      runDetails: { builder: { id: `bun ${Bun.version}`, version: { bun: Bun.version } } },
    },
  }
  return `${JSON.stringify(statement, null, 2)}\n`
}

const commit = (): string => {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return 'unknown'
  }
}
