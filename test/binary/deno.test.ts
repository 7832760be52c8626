// The host command's source asks nothing of Bun: Deno runs it, wherever one is on PATH.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, type Finished } from '../support/instance.ts'

const deno = Bun.which('deno')
if (deno === null) console.log('deno is not on PATH: the test of the source under Deno is skipped')

describe.skipIf(deno === null)('the source under Deno', () => {
  let home: string
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'kecs-deno-'))
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  const run = (...args: readonly string[]): Promise<Finished> =>
    execute([deno ?? '', 'run', '--allow-all', '--no-lock', '--node-modules-dir=manual', 'cli/main.ts', ...args], {
      env: { KECS_HOME: home, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
    })

  test('tells its version, its commands and what there is', async () => {
    expect((await run('version')).stdout).toStartWith('kecs ')
    expect((await run('--help')).stdout).toContain('Usage  kecs COMMAND [FLAGS]')
    expect((await run('manifests')).stdout).toContain('kind: Deployment')
    const status = await run('status')
    expect([status.code, status.stderr]).toEqual([1, expect.stringContaining('Make it with: kecs up')])
  }, 60_000)

  test('says of what needs Bun that it does', async () => {
    const { code, stderr } = await run('serve')
    expect([code, stderr]).toEqual([1, expect.stringContaining('kecs serve needs Bun')])
  }, 60_000)
})
