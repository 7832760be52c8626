// What a task is told by its node's agent changes while it runs: credentials that are about to expire are renewed, and a task
// that protects itself is spared when its service scales in.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteServiceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  waitUntilTasksRunning,
} from '@aws-sdk/client-ecs'
import { agentFolder } from '../../shared/names.ts'
import { type TestInstance, instance } from '../support/instance.ts'
import { haveRole } from '../support/roles.ts'
import { describe, ecsOf, podOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'

let kecs: TestInstance
const cluster = `renewal-${Date.now().toString(36)}`
const service = 'protected'
const ecs = () => ecsOf(kecs)

async function define(family: string): Promise<void> {
  const container = { name: 'app', image: 'kecs-test/curl:latest', memory: 64, entryPoint: ['sleep', '600'], stopTimeout: 2 }
  const taskRoleArn = await haveRole(kecs.endpoint, 'of-the-task')
  await ecs().send(new RegisterTaskDefinitionCommand({ family: `${cluster}-${family}`, taskRoleArn, containerDefinitions: [container] }))
}

beforeAll(async () => {
  kecs = await instance()
  await ecs().send(new CreateClusterCommand({ clusterName: cluster }))
}, 600_000)
afterAll(async () => {
  await ecs().send(new DeleteServiceCommand({ cluster, service, force: true }))
}, 300_000)

/** What a command in a task's container prints. */
async function inside(taskArn: string, ...command: readonly string[]): Promise<string> {
  const [space, pod] = await podOf(kecs, taskArn)
  return kecs.kubectl('-n', space, 'exec', pod, '-c', 'app', '--', ...command)
}

test('credentials of a role are renewed before they expire, and the new ones are the role’s', async () => {
  await define('role')
  const { tasks: [task] = [] } = await ecs().send(new RunTaskCommand({ cluster, taskDefinition: `${cluster}-role` }))
  const taskArn = task?.taskArn ?? ''
  await waitUntilTasksRunning({ client: ecs(), maxWaitTime: 120, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [taskArn] })
  /** Once there are some: an agent that was just started may have none to give yet. */
  const credentials = (): Promise<Record<string, string>> =>
    until('there are credentials', async () => {
      const text = await inside(taskArn, 'sh', '-c', 'curl -s -m 10 "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"')
      const given: Record<string, string> = JSON.parse(text)
      return given['AccessKeyId'] === undefined ? undefined : given
    })
  const before = await credentials()
  expect(await credentials()).toEqual(before)
  // STS gives none that last shorter than 15 minutes: those that the agent keeps on its node are made to be so old.
  const node = (await kecs.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
  const soon = new Date(Date.now() + 10 * 60_000).toISOString().replace(/\.\d{3}Z$/, 'Z')
  const age = `sed -i 's/${before['Expiration']}/${soon}/' ${agentFolder(kecs.name)}/credentials.json`
  const after = await until(
    'they are others',
    async () => {
      await kecs.run(['docker', 'exec', node, 'sh', '-c', age])
      await kecs.kubectl('-n', 'kecs-system', 'delete', 'pod', '-l', 'kecs.dev/component=agent', '--grace-period=0', '--force')
      const now = await credentials()
      return now['AccessKeyId'] === before['AccessKeyId'] ? undefined : now
    },
    { withinMs: 240_000 },
  )
  expect(after['RoleArn']).toBe(before['RoleArn'])
  expect(Date.parse(after['Expiration'] ?? '')).toBeGreaterThan(Date.now() + 50 * 60_000)
  const { AccessKeyId = '', SecretAccessKey = '', Token = '' } = after
  const env = { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey, AWS_SESSION_TOKEN: Token }
  const { stdout } = await kecs.run(['aws', 'sts', 'get-caller-identity'], { env })
  expect(stdout).toContain(':assumed-role/of-the-task/')
  await ecs().send(new StopTaskCommand({ cluster, task: taskArn }))
}, 300_000)

test('a task that protects itself is spared by scaling in, whichever it is', async () => {
  await define('self')
  const protect = async (task: string, ProtectionEnabled: boolean): Promise<unknown> => {
    const body = JSON.stringify({ ProtectionEnabled, ...(ProtectionEnabled ? { ExpiresInMinutes: 60 } : {}) })
    const put = `curl -s -X PUT -H 'Content-Type: application/json' -d '${body}' "$ECS_AGENT_URI/task-protection/v1/state"`
    return JSON.parse(await inside(task, 'sh', '-c', put))
  }
  const tasks = async (): Promise<readonly string[]> =>
    (await ecs().send(new ListTasksCommand({ cluster, serviceName: service, desiredStatus: 'RUNNING' }))).taskArns ?? []
  const scaled = async (desiredCount: number): Promise<readonly string[]> => {
    await ecs().send(new UpdateServiceCommand({ cluster, service, desiredCount }))
    return until('there are as many', async () => {
      const found = await tasks()
      const states = await Promise.all(found.map(async task => (await describe(ecs(), cluster, task)).lastStatus))
      return found.length === desiredCount && states.every(state => state === 'RUNNING') ? found : undefined
    })
  }
  await ecs().send(new CreateServiceCommand({ cluster, serviceName: service, taskDefinition: `${cluster}-self`, desiredCount: 0 }))
  const [first = '', second = ''] = await scaled(2)
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
  expect(await protect(first, true)).toEqual({
    protection: { ExpirationDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), ProtectionEnabled: true, TaskArn: first },
  })
  expect(await scaled(1)).toEqual([first])
  const third = (await scaled(2)).find(task => task !== first) ?? ''
  expect(third).not.toBe(second)
  // The other way round: the order of their starts decides nothing.
  expect(await protect(first, false)).toEqual({ protection: { ProtectionEnabled: false, TaskArn: first } })
  await protect(third, true)
  expect(await scaled(1)).toEqual([third])
}, 300_000)
