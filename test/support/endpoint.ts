import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../../server/main.ts'

/** What a file of conformance tests speaks to. */
export interface TestEndpoint {
  /** The AWS API's address. */
  readonly url: string
  /** What the AWS CLI and SDKs need in their environment to reach it, and nothing of the machine's own AWS settings. */
  readonly environment: Readonly<Record<string, string>>
  /** Ends what was started. To be called last in the file's `afterAll`: Bun has no hook for the end of a whole run. */
  close(): Promise<void>
}

/**
 * The instance that KECS_TEST_ENDPOINT names, else a control plane of its own with the simulated runtime, in this
 * process, its state in a temporary folder.
 */
export async function openEndpoint(): Promise<TestEndpoint> {
  const given = process.env['KECS_TEST_ENDPOINT']
  if (given !== undefined && given !== '') return { url: given, environment: environmentFor(given), close: async () => {} }
  const dataDir = await mkdtemp(join(tmpdir(), 'kecs-conformance-'))
  const server = await startServer(
    { dataDir, host: '127.0.0.1', apiPort: 0, adminPort: 0, runtime: 'simulated', instance: 'conformance', logLevel: 'error' },
    { strict: true },
  )
  return {
    url: server.url,
    environment: environmentFor(server.url),
    close: async () => {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

const environmentFor = (url: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: url,
  AWS_REGION: 'us-east-1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_PAGER: '',
})
