import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { createBackend } from '../backend/client.ts'
import { batchesOf } from '../backend/exec-logs.ts'
import { execLogging, type ExecLogging } from '../domain/exec-logging.ts'
import { openTranscript } from './transcript.ts'

interface Call {
  readonly method: string
  readonly path: string
  readonly target: string | null
  readonly region: string | undefined
  readonly body: string
}

const place = { account: '123456789012', region: 'eu-west-1' }

/** What is sent to the backend for a session that shows these. */
const logged = async (logging: ExecLogging, ...shown: string[]): Promise<Call[]> => {
  const calls: Call[] = []
  const backend = createBackend({
    url: 'http://backend',
    fetch: async request => {
      const region = /Credential=\d+\/\d+\/([^/]+)\//.exec(request.headers.get('authorization') ?? '')?.[1]
      const { pathname: path } = new URL(request.url)
      calls.push({ method: request.method, path, target: request.headers.get('x-amz-target'), region, body: await request.text() })
      return new Response('{}')
    },
  })
  const transcript = openTranscript({
    backend,
    clock: new FakeClock(1_700_000_000_000),
    place,
    logging,
    sessionId: 'ecs-execute-command-1',
  })
  for (const text of shown) transcript.write(new TextEncoder().encode(text))
  await transcript.end()
  return calls
}

test('a session is a log stream of its name, a line an event', async () => {
  const calls = await logged({ logGroup: '/exec', region: 'eu-west-2' }, '# echo G', 'rüße\r\nGrüße\r\n', '# ')
  expect(calls.map(({ target, region }) => [target, region])).toEqual([
    ['Logs_20140328.CreateLogStream', 'eu-west-2'],
    ['Logs_20140328.PutLogEvents', 'eu-west-2'],
  ])
  expect(JSON.parse(calls[1]?.body ?? '')).toEqual({
    logGroupName: '/exec',
    logStreamName: 'ecs-execute-command-1',
    logEvents: ['# echo Grüße', 'Grüße', '# '].map(message => ({ timestamp: 1_700_000_000_000, message })),
  })
})

test('and an object of its name', async () => {
  const [call, ...others] = await logged({ bucket: 'sessions', keyPrefix: 'exec/prod' }, 'hi\r\n')
  expect(others).toEqual([])
  expect(call).toMatchObject({ method: 'PUT', path: '/sessions/exec/prod/ecs-execute-command-1.log', region: 'eu-west-1', body: 'hi\r\n' })
})

test('events are sent in calls that CloudWatch Logs takes', () => {
  const lines = [...Array.from({ length: 10_001 }, (_, index) => String(index)), 'x'.repeat(2_000_000), '', 'last']
  const batches = [...batchesOf(lines)]
  expect(batches.flat().join('')).toBe(lines.join(''))
  expect(batches[0]).toHaveLength(10_000)
  for (const batch of batches) {
    expect(batch.reduce((sum, line) => sum + Buffer.byteLength(line) + 26, 0)).toBeLessThanOrEqual(1_048_576)
  }
})

test('a cluster says where its sessions are logged', () => {
  const awslogs = {
    name: 'app',
    logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/app', 'awslogs-region': 'eu-west-1' } },
  } as const
  expect(execLogging(undefined, awslogs)).toEqual({ logGroup: '/app', region: 'eu-west-1' })
  expect(execLogging({ logging: 'DEFAULT' }, awslogs)).toEqual({ logGroup: '/app', region: 'eu-west-1' })
  expect(execLogging(undefined, { name: 'app' })).toBeUndefined()
  expect(execLogging({ logging: 'NONE' }, awslogs)).toBeUndefined()
  const logConfiguration = { cloudWatchLogGroupName: '/exec', s3BucketName: 'sessions', s3KeyPrefix: 'a/b/' }
  expect(execLogging({ logging: 'OVERRIDE', logConfiguration }, awslogs)).toEqual({
    logGroup: '/exec',
    bucket: 'sessions',
    keyPrefix: 'a/b',
  })
})
