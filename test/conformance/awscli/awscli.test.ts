// Drives kecs with the AWS CLI: the script ends with an error at the first answer that is not as it should be.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { openEndpoint } from '../../support/endpoint.ts'
import type { TestEndpoint } from '../../support/endpoint.ts'
import { execute } from '../../support/instance.ts'
import { runs } from '../../support/runs.ts'

const isThere = runs(['aws', '--version'])
if (!isThere) console.warn('Skipped: the AWS CLI does not drive kecs, for aws is not on this machine.')

let endpoint: TestEndpoint
beforeAll(async () => {
  endpoint = await openEndpoint()
})
afterAll(() => endpoint.close())

test.skipIf(!isThere)(
  'the AWS CLI drives every ECS operation that is there',
  async () => {
    const unique = `awscli-${process.pid}-${Date.now().toString(36)}`
    const { code, stdout, stderr } = await execute(['bash', join(import.meta.dir, 'ecs-operations.sh'), unique], {
      env: endpoint.environment,
      timeoutMs: 400_000,
    })
    expect(code === 0 ? 'ok' : stdout + stderr).toBe('ok')
  },
  420_000,
)
