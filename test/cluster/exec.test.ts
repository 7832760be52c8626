// ECS Exec on a real cluster: the AWS CLI and a client of the plugin's protocol at the door, a shell in a real container.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import {
  CreateClusterCommand,
  ExecuteCommandCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type Session,
} from '@aws-sdk/client-ecs'
import { type TestInstance, instance } from '../support/instance.ts'
import { haveRole } from '../support/roles.ts'
import { SessionClient } from '../support/session-client.ts'
import { describe as describeTask, ecsOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

const cluster = `exec-${Date.now().toString(36)}`
let kecs: TestInstance
let task = ''

beforeAll(async () => {
  kecs = await instance()
  const ecs = ecsOf(kecs)
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: cluster,
      taskRoleArn: await haveRole(kecs.endpoint, 'app'),
      containerDefinitions: [
        {
          name: 'app_1',
          image: 'busybox:latest',
          memory: 64,
          readonlyRootFilesystem: true,
          entryPoint: ['/bin/sh', '-c'],
          command: ['trap "exit 0" TERM; while true; do sleep 0.1; done'],
          environment: [{ name: 'GREETING', value: 'Grüße' }],
        },
        { name: 'short', image: 'busybox:latest', memory: 32, essential: false, command: ['sleep', '3600'], stopTimeout: 2 },
      ],
    }),
  )
  const { tasks: [started] = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: cluster, enableExecuteCommand: true }))
  task = started?.taskArn ?? ''
  await until('the task runs', async () => (await describeTask(ecs, cluster, task)).lastStatus === 'RUNNING')
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ManagedAgent.html
  const { containers = [], enableExecuteCommand } = await describeTask(ecs, cluster, task)
  const agents = containers.map(({ managedAgents = [] }) =>
    managedAgents.map(each => [each.name, each.lastStatus, each.lastStartedAt instanceof Date]),
  )
  const running = [['ExecuteCommandAgent', 'RUNNING', true]]
  expect([enableExecuteCommand, agents]).toEqual([true, [running, running]])
}, 300_000)
afterAll(async () => {
  await kecs?.aws('ecs', 'stop-task', '--cluster', cluster, '--task', task)
}, 300_000)

async function open(command: string, container = 'app_1'): Promise<SessionClient> {
  const { session } = await ecsOf(kecs).send(new ExecuteCommandCommand({ cluster, task, container, command, interactive: true }))
  return SessionClient.open(session as Session)
}

test('a shell: environment, resize, Ctrl-C, two at once, exit', async () => {
  const [one, other] = [await open('/bin/sh'), await open('/bin/sh')]
  await Promise.all([one.sees('# '), other.sees('# ')])
  one.resize(132, 43)
  one.type('echo "$GREETING" $AWS_EXECUTION_ENV; stty size; tty\r')
  await one.sees(/Grüße AWS_ECS_EC2\r\n43 132\r\n\/dev\//)
  // The terminal is the command's once it says so; a signal throws away what was typed ahead.
  one.type('echo has "started"; sleep 600\r')
  await one.sees('has started')
  one.type('\u0003')
  await one.sees('^C')
  one.type('echo interrupted $?\r')
  await one.sees('interrupted 130')
  other.type('ls /proc/*/exe > /dev/null; echo "still $((20 + 22))"\r')
  await other.sees('still 42')
  one.type('exit 3\r')
  expect(await one.ends()).toBe('')
  other.type('\u0004')
  expect(await other.ends()).toBe('')
})

test('megabytes come whole', async () => {
  const large = await open('seq 500000')
  expect(await large.ends(120_000)).toBe('')
  const lines = large.shown.trimEnd().split('\r\n')
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([500_000, '1', '500000'])
}, 300_000)

test('what cannot be run is told of, and a client that is gone leaves nothing running', async () => {
  const none = await open('no-such-program --flag')
  expect(await none.ends()).toContain('no-such-program')

  const gone = await open('/bin/sh')
  await gone.sees('# ')
  gone.type('sleep 54321\r')
  await gone.sees('54321\r\n')
  gone.disconnect()
  await until('its command is gone', async () => {
    const look = await open('ps')
    await look.ends()
    return !look.shown.includes('54321')
  })
}, 300_000)

test('a session ends with its container', async () => {
  const client = await open('/bin/sh', 'short')
  await client.sees('# ')
  const { containers = [] } = await describeTask(ecsOf(kecs), cluster, task)
  const runtimeId = containers.find(({ name }) => name === 'short')?.runtimeId ?? ''
  const node = (await kecs.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
  await kecs.run(['docker', 'exec', node, 'ctr', '-n', 'k8s.io', 'task', 'kill', '-s', 'SIGKILL', runtimeId])
  await client.ends()
}, 300_000)

test('the AWS CLI opens a shell by the plugin on PATH', async () => {
  // KECS_TEST_PLUGIN_FOLDER has the real plugin; else it is a stand-in.
  const folder = process.env['KECS_TEST_PLUGIN_FOLDER'] ?? join(import.meta.dir, '../support/bin')
  const { stdout } = await kecs.run(
    [
      'sh',
      '-c',
      `(sleep 2; printf 'echo $((6 * 7))\\r'; sleep 2; printf 'exit\\r'; sleep 5) | aws ecs execute-command --cluster ${cluster} --task ${task} --container app_1 --command /bin/sh --interactive`,
    ],
    { timeoutMs: 240_000, env: { PATH: `${folder}:${process.env['PATH']}`, KECS_TEST_BUN: process.execPath } },
  )
  expect(stdout).toContain('Starting session with SessionId: ecs-execute-command-')
  expect(stdout).toContain('\n42\r\n')
  expect(stdout).toContain('Exiting session with sessionId: ecs-execute-command-')
}, 300_000)
