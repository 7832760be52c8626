// The README's first example, run as it stands there, on a real cluster.
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { instance } from '../support/instance.ts'
import { firstExample } from '../support/readme.ts'

test('the first example of the README runs nginx and reaches it', async () => {
  const kecs = await instance()
  const script = firstExample(readFileSync(join(import.meta.dir, '../../README.md'), 'utf8'))
  const { stdout } = await kecs.run(['bash', '-euo', 'pipefail', '-c', script], { timeoutMs: 240_000 })
  expect(stdout).toContain('Welcome to nginx')
  expect(stdout).not.toContain('simulated')
}, 400_000)
