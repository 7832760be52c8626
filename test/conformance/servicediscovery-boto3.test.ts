// Drives Cloud Map and Application Auto Scaling with Python's boto3: the script is a unittest of its own, which fails
// when an answer is not as it should be.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { openEndpoint } from '../support/endpoint.ts'
import type { TestEndpoint } from '../support/endpoint.ts'
import { execute } from '../support/instance.ts'
import { runs } from '../support/runs.ts'

const isThere = runs(['python3', '-c', 'import boto3'])
if (!isThere) console.warn('Skipped: boto3 does not drive kecs, for python3 with boto3 is not on this machine.')

let endpoint: TestEndpoint
beforeAll(async () => {
  endpoint = await openEndpoint()
})
afterAll(() => endpoint.close())

test.skipIf(!isThere)(
  'boto3 drives Cloud Map and Application Auto Scaling',
  async () => {
    const unique = `boto3-${process.pid}-${Date.now().toString(36)}`
    const { code, stdout, stderr } = await execute(['python3', join(import.meta.dir, 'servicediscovery-boto3.py'), unique], {
      env: endpoint.environment,
      timeoutMs: 120_000,
    })
    expect(code === 0 ? 'ok' : stdout + stderr).toBe('ok')
  },
  130_000,
)
