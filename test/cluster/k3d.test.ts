// The README's first example on k3d, wherever a k3d is on PATH.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeInstance, removeInstance } from '../support/instance.ts'
import { firstExample } from '../support/readme.ts'

const k3d = Bun.which('k3d')
if (k3d === null) console.log('k3d is not on PATH: the test of the k3d driver is skipped')

test.skipIf(k3d === null)(
  'the first example of the README on k3d',
  async () => {
    const kecs = await makeInstance('k3d')
    try {
      const script = firstExample(readFileSync(join(import.meta.dir, '../../README.md'), 'utf8'))
      const { stdout } = await kecs.run(['bash', '-euo', 'pipefail', '-c', script], { timeoutMs: 240_000 })
      expect(stdout).toContain('Welcome to nginx')
    } finally {
      await removeInstance(kecs)
    }
  },
  600_000,
)
