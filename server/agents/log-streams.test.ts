import { expect, test } from 'bun:test'
import { definitionRow, fargateDefinition, taskRow } from '../../test/support/task-rows.ts'
import { createBackend } from '../backend/client.ts'
import type { TaskDefinitionRow } from '../store/tables.ts'
import type { ContainerDefinition } from '../aws/generated/ecs.ts'
import { anObservation } from '../../test/support/task-fixture.ts'
import { Drains, longestDrainMs } from './drains.ts'
import { makeLogStreams } from './log-streams.ts'

const calls: string[] = []
/** A CloudWatch Logs with the groups given. */
const having = (...groups: string[]) =>
  createBackend({
    url: 'http://backend',
    fetch: async request => {
      const action = (request.headers.get('x-amz-target') ?? '').replace('Logs_20140328.', '')
      const { logGroupName, logStreamName }: { logGroupName?: string; logStreamName?: string } = JSON.parse(await request.text())
      calls.push([action, logGroupName, logStreamName].filter(Boolean).join(' '))
      if (action === 'DescribeLogGroups') return Response.json({ logGroups: groups.map(name => ({ logGroupName: name })) })
      if (action === 'CreateLogGroup') groups.push(logGroupName ?? '')
      if (action === 'CreateLogStream' && !groups.includes(logGroupName ?? '')) {
        return Response.json({ __type: 'ResourceNotFoundException', message: 'The specified log group does not exist.' }, { status: 400 })
      }
      return Response.json({})
    },
  })

const logging = (options: Record<string, string>, of: typeof definitionRow = definitionRow): TaskDefinitionRow =>
  of({
    containerDefinitions: [
      { name: 'app', image: 'a', logConfiguration: { logDriver: 'awslogs', options: { 'awslogs-group': '/g', ...options } } },
    ],
  })
const prefix = { 'awslogs-stream-prefix': 'p' }
const fargate = { capacity: { launchType: 'FARGATE' } } as const
const missing = 'failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.'

test('the stream is made before the task starts, the group where it is asked for', async () => {
  calls.length = 0
  const definition = logging({ ...prefix, 'awslogs-create-group': 'true' })
  const row = taskRow(definition)
  await makeLogStreams(row, definition, having())
  expect(calls).toEqual(['CreateLogGroup /g', `CreateLogStream /g p/app/${row.taskId}`])
})

test('without the group a Fargate task fails in ECS’ words', async () => {
  const definition = logging(prefix, fargateDefinition)
  await expect(makeLogStreams(taskRow(definition, fargate), definition, having())).rejects.toThrow(
    `ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: ${missing}`,
  )
})

test('without the group a task on EC2 fails in Docker’s words, with a prefix or without', async () => {
  for (const options of [prefix, {}]) {
    const definition = logging(options)
    await expect(makeLogStreams(taskRow(definition), definition, having('/g2'))).rejects.toThrow(
      `CannotStartContainerError: Error response from daemon: failed to initialize logging driver: ${missing}`,
    )
  }
  const definition = logging({})
  await makeLogStreams(taskRow(definition), definition, having('/g'))
})

test('a backend that says nothing is given up on the signal', async () => {
  const definition = logging(prefix)
  const asked = Promise.withResolvers<void>()
  const silent = createBackend({
    url: 'http://backend',
    fetch: async request => {
      const { promise, reject } = Promise.withResolvers<Response>()
      request.signal.addEventListener('abort', () => reject(request.signal.reason))
      asked.resolve()
      return promise
    },
  })
  const abort = new AbortController()
  const making = makeLogStreams(taskRow(definition), definition, silent, abort.signal)
  await asked.promise
  abort.abort(new Error('stopped'))
  await expect(making).rejects.toThrow('stopped')
})

test('without a backend it says so', async () => {
  const definition = logging(prefix)
  await expect(makeLogStreams(taskRow(definition), definition, undefined)).rejects.toThrow('there is no backend that has CloudWatch Logs')
})

test('a pod stays until what its task wrote is delivered, for a minute at most', () => {
  const definition = logging(prefix)
  const row = taskRow(definition)
  const stopped = { ...row, task: { ...row.task, lastStatus: 'STOPPED', startedAt: 1, stoppedAt: 1_000 } }
  const drains = new Drains()
  expect(drains.leftToWait(stopped, definition, 1_000_000)).toBe(longestDrainMs)
  expect(drains.leftToWait(stopped, definition, 1_000_000 + longestDrainMs)).toBe(0)
  drains.note(stopped.task.taskArn)
  expect(drains.leftToWait(stopped, definition, 1_000_000)).toBe(0)
  drains.forget(stopped.task.taskArn)
  const neverStarted = { ...stopped, task: { ...row.task, lastStatus: 'STOPPED', stoppedAt: 1_000 } }
  expect(drains.leftToWait(neverStarted, definition, 1_000_000)).toBe(0)
  expect(drains.leftToWait(stopped, definitionRow(), 1_000_000)).toBe(0)
})

test('a log router goes on until it has what others wrote before they ended, for five seconds at most', () => {
  const containerDefinitions: ContainerDefinition[] = [
    { name: 'router', firelensConfiguration: { type: 'fluentbit' } },
    { name: 'app', logConfiguration: { logDriver: 'awsfirelens' } },
  ]
  const definition = definitionRow({ containerDefinitions })
  const row = taskRow(definition)
  const running = { is: 'running', startedAt: 1_000 } as const
  const ended = { is: 'terminated', exitCode: 0, startedAt: 1_000, finishedAt: 2_000 } as const
  const seen = (app: typeof running | typeof ended, router: typeof running | typeof ended) => anObservation({ app, router })
  const drains = new Drains()
  expect(drains.leftToRoute(row, definition, seen(ended, running), 3_000)).toBe(14_000)
  expect(drains.leftToRoute(row, definition, seen(ended, running), 17_000)).toBe(0)
  expect(drains.leftToRoute(row, definition, seen(running, running), 3_000)).toBe(0)
  expect(drains.leftToRoute(row, definition, seen(ended, ended), 3_000)).toBe(0)
  expect(drains.leftToRoute(row, definitionRow(), seen(ended, running), 3_000)).toBe(0)
  drains.noteRouted(row.task.taskArn)
  expect(drains.leftToRoute(row, definition, seen(ended, running), 3_000)).toBe(0)
})
