// A test that is a script of another client: boto3 by Python, or the AWS CLI by bash.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type TestEndpoint, openEndpoint } from './endpoint.ts'
import { execute } from './instance.ts'
import { runs } from './runs.ts'

const clients = {
  boto3: { program: 'python3', probe: ['python3', '-c', 'import boto3'], named: 'boto3', lacking: 'python3 with boto3' },
  awscli: { program: 'bash', probe: ['aws', '--version'], named: 'the AWS CLI', lacking: 'aws' },
} as const

export interface ScriptTest {
  readonly client: keyof typeof clients
  /** What it drives, for the test's name. */
  readonly drives: string
  /** The script's path. It is given a name that is this run's own, and ends with an error at the first answer that is not as it should be. */
  readonly script: string
  readonly timeoutMs: number
}

/** Declares a test for each script, against one endpoint; skipped with words where its client is not on this machine. */
export function testByScripts(...scripts: readonly ScriptTest[]): void {
  let endpoint: TestEndpoint
  beforeAll(async () => {
    endpoint = await openEndpoint()
  }, 60_000)
  afterAll(() => endpoint.close(), 60_000)

  for (const { client, drives, script, timeoutMs } of scripts) {
    const { program, probe, named, lacking } = clients[client]
    const isThere = runs(probe)
    if (!isThere) console.warn(`Skipped: ${named} does not drive ${drives}, for ${lacking} is not on this machine.`)
    test.skipIf(!isThere)(
      `${named} drives ${drives}`,
      async () => {
        const unique = `${client}-${process.pid.toString(36)}${Date.now().toString(36)}`
        const { code, stdout, stderr } = await execute([program, script, unique], { env: endpoint.environment, timeoutMs })
        expect(code === 0 ? 'ok' : stdout + stderr).toBe('ok')
      },
      timeoutMs + 20_000,
    )
  }
}
