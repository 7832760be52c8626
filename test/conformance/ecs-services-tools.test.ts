// Drives services with boto3 and the AWS CLI: each script ends with an error at the first answer that is not as it should be.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { type TestEndpoint, openEndpoint } from '../support/endpoint.ts'
import { execute } from '../support/instance.ts'
import { runs } from '../support/runs.ts'

let endpoint: TestEndpoint
beforeAll(async () => {
  endpoint = await openEndpoint()
}, 60_000)
afterAll(() => endpoint.close(), 60_000)

const hasBoto3 = runs(['python3', '-c', 'import boto3'])
const hasCli = runs(['aws', '--version'])
if (!hasBoto3) console.warn('Skipped: boto3 does not drive services, for python3 with boto3 is not on this machine.')
if (!hasCli) console.warn('Skipped: the AWS CLI does not drive services, for aws is not on this machine.')

const outcome = async (program: string, script: string, unique: string): Promise<string> => {
  const command = [program, join(import.meta.dir, script), `${unique}-${process.pid.toString(36)}${Date.now().toString(36)}`]
  const { code, stdout, stderr } = await execute(command, { env: endpoint.environment, timeoutMs: 400_000 })
  return code === 0 ? 'ok' : stdout + stderr
}

test.skipIf(!hasBoto3)(
  'boto3 drives services',
  async () => expect(await outcome('python3', 'ecs-services-boto3.py', 'boto3')).toBe('ok'),
  420_000,
)

test.skipIf(!hasCli)(
  'the AWS CLI drives services',
  async () => expect(await outcome('bash', 'ecs-services-awscli.sh', 'awscli')).toBe('ok'),
  420_000,
)
