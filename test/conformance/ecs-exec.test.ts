// ECS Exec over its whole way: ExecuteCommand by the SDK v3, and the session by a client that speaks the plugin's protocol.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  DescribeTasksCommand,
  ExecuteCommandCommand,
  type ExecuteCommandCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Session,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs'
import { app, EcsSuite, refusal } from '../support/ecs-suite.ts'
import { SessionClient, type ClientOptions } from '../support/session-client.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('exec')
/** A real shell says other things than the simulated one: test/cluster/exec.test.ts has its sessions. */
const isCluster = (process.env['KECS_TEST_ENDPOINT'] ?? '') !== ''
let cluster = ''
const notEnabled =
  'InvalidParameterException: The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again.'

beforeAll(async () => {
  await suite.open()
  cluster = await suite.cluster('sessions')
}, 300_000)
afterAll(() => suite.close(), 300_000)

const role = { taskRoleArn: 'arn:aws:iam::000000000000:role/app' }

/** Runs a task that takes commands and, unless told otherwise, waits until it runs. */
async function run(
  name: string,
  { containers = [app], call = {} }: { containers?: (typeof app)[]; call?: Partial<RunTaskCommandInput> } = {},
): Promise<string> {
  const { taskDefinitionArn } = await suite.taskDefinition(name, { containerDefinitions: containers, ...role })
  const { tasks: [task] = [] } = await suite.ecs.send(
    new RunTaskCommand({ cluster, taskDefinition: taskDefinitionArn, enableExecuteCommand: true, ...call }),
  )
  const taskArn = task?.taskArn ?? ''
  suite.undo(() => suite.ecs.send(new StopTaskCommand({ cluster, task: taskArn })))
  await until('the task runs', async () => (await describeTask(taskArn)).lastStatus === 'RUNNING', { everyMs: 20 })
  return taskArn
}

async function describeTask(task: string): Promise<Task> {
  const { tasks: [found] = [] } = await suite.ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }))
  return found ?? {}
}

const execute = (task: string, more: Partial<ExecuteCommandCommandInput> = {}) =>
  suite.ecs.send(new ExecuteCommandCommand({ cluster, task, command: '/bin/sh', interactive: true, ...more }))

async function open(task: string, command = '/bin/sh', options: ClientOptions = {}): Promise<SessionClient> {
  const { session } = await execute(task, { command })
  return SessionClient.open(session as Session, options)
}

describe('ExecuteCommand', () => {
  test('answers a session, and the task tells of its agent', async () => {
    const task = await run('answers')
    const answer = await execute(task)
    const { containers: [container] = [] } = await describeTask(task)
    expect(answer).toMatchObject({
      clusterArn: cluster,
      taskArn: task,
      containerArn: container?.containerArn,
      containerName: 'app',
      interactive: true,
    })
    expect(container?.managedAgents).toEqual([{ name: 'ExecuteCommandAgent', lastStatus: 'RUNNING', lastStartedAt: expect.any(Date) }])
    expect(container?.runtimeId).toMatch(/^[0-9a-f]{64}$/)
    expect(answer.session?.sessionId).toMatch(/^ecs-execute-command-[0-9a-f]{17}$/)
    const url = new URL(answer.session?.streamUrl ?? '')
    expect(`${url.protocol}//${url.host}`).toBe(suite.endpoint.replace(/^http/, 'ws'))
    expect(url.pathname + url.search).toBe(`/v1/data-channel/${answer.session?.sessionId}?role=publish_subscribe`)
    expect(answer.session?.tokenValue?.length).toBeGreaterThan(30)
  })

  test('refuses what it cannot do, in ECS’ words', async () => {
    const task = await run('refusals', { containers: [app, { ...app, name: 'side' }] })
    const plain = await run('not-enabled', { call: { enableExecuteCommand: false } })
    expect(await refusal(execute(task, { interactive: false, container: 'app' }))).toBe(
      'InvalidParameterException: Interactive is the only mode supported currently.',
    )
    expect(await refusal(execute(plain))).toBe(notEnabled)
    expect(await refusal(execute(task))).toStartWith('InvalidParameterException: A container must be specified')
    expect(await refusal(execute(task, { container: 'none' }))).toBe(
      'InvalidParameterException: The container none does not exist in the task.',
    )
    expect(await refusal(execute(task, { container: 'app', command: '  ' }))).toStartWith('InvalidParameterException: ')
    expect(await refusal(execute(task, { container: 'app', command: 'echo "' }))).toStartWith('InvalidParameterException: ')
    expect(await refusal(execute('0'.repeat(32)))).toBe('InvalidParameterException: The referenced task was not found.')
    expect(await refusal(execute('short'))).toBe('InvalidParameterException: taskId length should be one of [32,36]')
    expect(await refusal(execute(task, { cluster: suite.named('nowhere') }))).toBe('ClusterNotFoundException: Cluster not found.')
  })

  test('refuses a task that has stopped', async () => {
    const task = await run('stopped')
    await suite.ecs.send(new StopTaskCommand({ cluster, task }))
    await until('it is stopped', async () => (await describeTask(task)).lastStatus === 'STOPPED', { everyMs: 20 })
    expect(await refusal(execute(task))).toBe(notEnabled)
    expect((await describeTask(task)).containers?.[0]?.managedAgents?.[0]?.lastStatus).toBe('STOPPED')
  })

  test('gives a container two sessions at once', async () => {
    const task = await run('limit')
    const first = await open(task)
    const second = await open(task)
    expect(await refusal(execute(task))).toBe(
      'ClientException: Unable to start new execute sessions because the maximum session limit of 2 has been reached.',
    )
    first.terminate()
    await first.ends()
    const third = await open(task)
    await third.sees('# ')
    second.disconnect()
    third.disconnect()
  })
})

describe('a session', () => {
  test.skipIf(isCluster)('is a shell: it echoes, has the container’s environment, resizes and exits', async () => {
    const task = await run('shell', { containers: [{ ...app, environment: [{ name: 'GREETING', value: 'Grüße' }] } as typeof app] })
    const client = await open(task)
    await client.sees('# ')
    const [asked, complete] = client.handshake as [Record<string, never>, Record<string, unknown>]
    expect(asked['RequestedClientActions']).toMatchObject([
      { ActionType: 'SessionType', ActionParameters: { SessionType: 'InteractiveCommands' } },
    ])
    expect(complete['HandshakeTimeToComplete']).toBeNumber()
    client.resize(132, 43)
    client.type('echo "$GREETING!"\r')
    await client.sees('\nGrüße!\r\n')
    client.type('stty size\r')
    await client.sees('43 132')
    client.type('sleep 600\r')
    await client.sees('sleep 600\r\n')
    client.type('\u0003')
    await client.sees('^C')
    client.type('exit\r')
    expect(await client.ends()).toBe('')
  })

  test('ends by Ctrl-D', async () => {
    const client = await open(await run('end-of-input'))
    await client.sees('# ')
    client.type('\u0004')
    expect(await client.ends()).toBe('')
  })

  test('runs a command without a shell', async () => {
    const client = await open(await run('words'), `echo 'one  word' "two | words"`)
    expect(await client.ends()).toBe('')
    expect(client.shown).toBe('one  word two | words\r\n')
  })

  test('says why a command cannot be run', async () => {
    const client = await open(await run('no-program'), 'no-such-program')
    expect(await client.ends()).toContain('no-such-program')
  })

  test.skipIf(isCluster)('survives frames that are lost, repeated and out of order', async () => {
    const client = await open(await run('unreliable'), '/bin/sh', { isUnreliable: true })
    await client.sees('# ')
    for (let number = 1; number <= 5; number += 1) client.type(`echo ${number}`)
    client.type('\r')
    await client.sees('# echo 1echo 2echo 3echo 4echo 5\r\n1echo 2echo 3echo 4echo 5\r\n')
    client.disconnect()
  })

  test('shows megabytes, in order and whole', async () => {
    const count = 400_000
    const client = await open(await run('large'), `seq ${count}`)
    await client.ends(60_000)
    const numbers = client.shown.trimEnd().split('\r\n')
    expect(client.shown.length).toBeGreaterThan(2 ** 21)
    expect(numbers.length).toBe(count)
    expect(numbers.every((number, index) => number === String(index + 1))).toBe(true)
  }, 300_000)

  test('ends with its task', async () => {
    const task = await run('task-ends')
    const client = await open(task)
    await client.sees('# ')
    await suite.ecs.send(new StopTaskCommand({ cluster, task }))
    await client.ends()
  })

  test('is for whoever has its token, once', async () => {
    const { session } = await execute(await run('token'))
    const stranger = await SessionClient.open({ ...session, tokenValue: `${session?.tokenValue?.slice(0, -1)}!` })
    await until('the stranger is turned away', () => stranger.isDisconnected)
    const client = await SessionClient.open(session as Session)
    await client.sees('# ')
    const second = await SessionClient.open(session as Session)
    await until('the second is turned away', () => second.isDisconnected)
    client.type('exit\r')
    await client.ends()
    const late = await SessionClient.open(session as Session)
    await until('who is late is turned away', () => late.isDisconnected)
    expect([stranger.shown, second.shown, late.shown]).toEqual(['', '', ''])
  })
})
