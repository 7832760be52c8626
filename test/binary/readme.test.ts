// The README's first example, run as it stands there, against simulated tasks, which have to say that they are.
import { afterAll, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execute } from '../support/instance.ts'
import { makeHome, unusedPort } from '../support/program.ts'
import { firstExample } from '../support/readme.ts'

const home = makeHome()
afterAll(() => home.remove())

test.skipIf(Bun.which('aws') === null)(
  'the first example of the README works simulated, and says so',
  async () => {
    const [door, published] = [await unusedPort(), await unusedPort()]
    const ports = ['--port', String(door), '--publish', `${published}-${published}`]
    const up = await home.run(['up', '--driver', 'simulated', '--name', 'readme', ...ports])
    expect(up.stderr).toContain('is ready')
    const env = JSON.parse((await home.run(['env', '--name', 'readme', '--json'])).stdout)
    const script = firstExample(readFileSync(join(import.meta.dir, '../../README.md'), 'utf8'))
    const done = await execute(['bash', '-euo', 'pipefail', '-c', script], { env: { ...env, AWS_PAGER: '' }, timeoutMs: 120_000 })
    expect(done.code, done.stderr).toBe(0)
    expect(done.stdout).toContain('SIMULATED BY KECS')
    expect(done.stdout).toContain('seen enough')
  },
  180_000,
)
