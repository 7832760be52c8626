// The agent's answers against the documented forms:
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-response.html
import { afterEach, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agentContainer, agentTask, otherTask } from '../../../test/support/agent-task.ts'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { createBackend } from '../../backend/client.ts'
import { createLog } from '../../log.ts'
import { CredentialStore } from '../credentials.ts'
import { KnownTasks } from '../known-tasks.ts'
import type { AgentTask } from '../protocol.ts'
import { TaskStats } from '../stats/index.ts'
import { NetworkFaults } from '../faults/network-faults.ts'
import { answerContainer } from './index.ts'

const folders: string[] = []
afterEach(async () => {
  await Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true, force: true })))
})

interface Answering {
  readonly ask: (
    path: string,
    init?: RequestInit & { readonly from?: string },
  ) => Promise<{ readonly status: number; readonly body: unknown }>
  readonly calls: { readonly target: string | null; readonly body: string }[]
}

/** `services` answers the calls of the ECS API and of the backend. */
const answering = async (
  tasks: readonly AgentTask[],
  services: (call: Request) => Response = () => new Response('', { status: 503 }),
  later: readonly AgentTask[] = [],
): Promise<Answering> => {
  const stateDir = await mkdtemp(join(tmpdir(), 'kecs-agent-'))
  folders.push(stateDir)
  const clock = new FakeClock()
  const log = createLog({ logLevel: 'error' }, { write: () => undefined })
  const sent: Uint8Array[] = []
  const calls: { target: string | null; body: string }[] = []
  const backend = createBackend({
    url: 'http://backend',
    fetch: async request => {
      calls.push({ target: request.headers.get('x-amz-target'), body: await request.clone().text() })
      return services(request)
    },
  })
  const known = new KnownTasks(clock)
  known.accept({ is: 'listed', tasks })
  const none = () => undefined
  const stats = new TaskStats({ cgroupDir: stateDir, procDir: '/proc', sysNetDir: stateDir, clock, runtimeId: none })
  const credentials = new CredentialStore({ backend, clock, log, stateDir })
  return {
    calls,
    ask: async (path, { from = '10.1.0.7', ...init } = {}) => {
      const asked = answerContainer(new Request(`http://169.254.170.2${path}`, init), from, {
        tasks: known,
        credentials,
        stats,
        faults: new NetworkFaults({ log, clock, stateDir, send: request => sent.push(request) && 0 }),
        api: backend,
        log,
        runtimeIds: { of: none, awaited: async () => undefined },
        clockDrift: () => undefined,
      })
      await clock.advance(3_000)
      for (const task of later) known.accept({ is: 'changed', task })
      await clock.advance(2_000)
      const response = await asked
      const text = await response.text()
      return { status: response.status, body: response.headers.get('content-type') === 'application/json' ? JSON.parse(text) : text }
    },
  }
}

const own = agentContainer().id
const foreign = '55555555-5555-4555-8555-555555555555'

test('a container that asks before its task was told of is answered, seconds later too', async () => {
  const { ask } = await answering([], undefined, [agentTask()])
  expect(await ask(`/v4/${own}/task`)).toMatchObject({ status: 200, body: { Family: 'web' } })
  expect(await ask(`/v4/${foreign}/task`)).toMatchObject({ status: 404 })
})

test('v4: the container', async () => {
  const { ask } = await answering([
    agentTask({ containers: [agentContainer({ ports: [{ containerPort: 80, protocol: 'tcp', hostPort: 9000 }] })] }),
  ])
  expect(await ask(`/v4/${own}`)).toEqual({
    status: 200,
    body: {
      DockerId: 'cd'.repeat(32),
      Name: 'app',
      DockerName: `ecs-web-3-app-${'cd'.repeat(10)}`,
      Image: 'nginx:alpine',
      ImageID: `sha256:${'ab'.repeat(32)}`,
      Ports: [{ ContainerPort: 80, Protocol: 'tcp', HostPort: 9000 }],
      Labels: {
        team: 'a',
        'com.amazonaws.ecs.cluster': 'default',
        'com.amazonaws.ecs.container-name': 'app',
        'com.amazonaws.ecs.task-arn': agentTask().taskArn,
        'com.amazonaws.ecs.task-definition-family': 'web',
        'com.amazonaws.ecs.task-definition-version': '3',
      },
      DesiredStatus: 'RUNNING',
      KnownStatus: 'RUNNING',
      Limits: { CPU: 128, Memory: 256 },
      CreatedAt: '2026-01-02T03:04:05.678Z',
      StartedAt: '2026-01-02T03:04:05.678Z',
      Type: 'NORMAL',
      ContainerARN: agentContainer().containerArn,
      Networks: [{ NetworkMode: 'bridge', IPv4Addresses: ['10.1.0.7'] }],
    },
  })
})

test('v4: the task, with tags where they are asked for', async () => {
  const fargate = agentTask({
    launchType: 'FARGATE',
    networkMode: 'awsvpc',
    cpu: 0.25,
    memory: 512,
    group: 'service:shop',
    tags: { cost: '1' },
    networkInterface: { macAddress: '0a:de:f6:10:51:07', privateDnsName: 'ip-10-1-0-7.ec2.internal' },
    pullStartedAt: Date.UTC(2026, 0, 2, 3, 4, 0),
    pullStoppedAt: Date.UTC(2026, 0, 2, 3, 4, 5),
    containers: [agentContainer({ log: { driver: 'awslogs', options: { 'awslogs-group': '/g' } } })],
  })
  const { ask } = await answering([fargate])
  const { body } = await ask(`/v4/${own}/taskWithTags`)
  expect(body).toMatchObject({
    Cluster: 'arn:aws:ecs:us-east-1:000000000000:cluster/default',
    TaskARN: fargate.taskArn,
    Family: 'web',
    Revision: '3',
    DesiredStatus: 'RUNNING',
    KnownStatus: 'RUNNING',
    Limits: { CPU: 0.25, Memory: 512 },
    PullStartedAt: '2026-01-02T03:04:00.000Z',
    PullStoppedAt: '2026-01-02T03:04:05.000Z',
    AvailabilityZone: 'us-east-1a',
    LaunchType: 'FARGATE',
    ServiceName: 'shop',
    TaskTags: { cost: '1' },
    FaultInjectionEnabled: false,
    Containers: [
      {
        LogDriver: 'awslogs',
        LogOptions: { 'awslogs-group': '/g' },
        Networks: [
          {
            NetworkMode: 'awsvpc',
            IPv4Addresses: ['10.1.0.7'],
            AttachmentIndex: 0,
            MACAddress: '0a:de:f6:10:51:07',
            PrivateDNSName: 'ip-10-1-0-7.ec2.internal',
          },
        ],
      },
    ],
  })
  expect((await ask(`/v4/${own}/task`)).body).not.toHaveProperty('TaskTags')
})

test('v3 and v2 leave out what is version 4’s', async () => {
  const { ask } = await answering([agentTask()])
  for (const path of [`/v3/${own}/task`, '/v2/metadata']) {
    const { status, body } = await ask(path)
    expect(status).toBe(200)
    expect(body).toMatchObject({ TaskARN: agentTask().taskArn, Cluster: 'default', Revision: '3' })
    expect(body).not.toHaveProperty('LaunchType')
    expect(body).not.toHaveProperty('FaultInjectionEnabled')
  }
  expect((await ask(`/v2/metadata/${'cd'.repeat(32)}`)).body).toMatchObject({ Name: 'app' })
  expect((await ask('/v2/metadata/none')).status).toBe(400)
  expect((await ask('/v2/metadata', { from: '10.1.0.9' })).status).toBe(400)
})

test('a container that asks runs, though nobody told so yet', async () => {
  const { address: _, ...untold } = agentTask({ knownStatus: 'ACTIVATING', containers: [agentContainer({ knownStatus: 'PENDING' })] })
  const { ask } = await answering([untold])
  expect((await ask(`/v4/${own}/task`)).body).toMatchObject({
    KnownStatus: 'RUNNING',
    Containers: [{ KnownStatus: 'RUNNING', Networks: [{ IPv4Addresses: ['10.1.0.7'] }] }],
  })
})

test.each([
  [
    `/v4/${foreign}`,
    `V4 container metadata handler: unable to get container ID from request: unable to get docker ID from v3 endpoint ID: ${foreign}`,
  ],
  [
    `/v4/${foreign}/task`,
    `V4 task metadata handler: unable to get task arn from request: unable to get task Arn from v3 endpoint ID: ${foreign}`,
  ],
  [
    `/v4/${foreign}/stats`,
    `V4 container stats handler: unable to get task arn from request: unable to get task Arn from v3 endpoint ID: ${foreign}`,
  ],
])("another task's %s is not found", async (path, message) => {
  const { ask } = await answering([agentTask(), otherTask()])
  expect(await ask(path)).toEqual({ status: 404, body: message })
})

test('of all tasks of an instance nothing is told', async () => {
  const { ask } = await answering([agentTask()])
  expect(await ask(`/v4/${own}/tasks`)).toEqual({ status: 500, body: 'failed to get tasks metadata' })
  expect((await ask('/v5/x')).status).toBe(404)
})

const assumed = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
<SessionToken>t</SessionToken><Expiration>2026-01-01T01:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
const roleArn = 'arn:aws:iam::000000000000:role/mine'
const withRole = agentTask({ credentials: { id: agentTask().credentials.id, roleArn } })

test('credentials of the task’s role, by its id as session, for the task alone', async () => {
  const { ask, calls } = await answering([withRole, otherTask()], () => new Response(assumed))
  expect(await ask(`/v2/credentials/${withRole.credentials.id}`)).toEqual({
    status: 200,
    body: { RoleArn: roleArn, AccessKeyId: 'ASIAX', SecretAccessKey: 's', Token: 't', Expiration: '2026-01-01T01:00:00Z' },
  })
  expect(Object.fromEntries(new URLSearchParams(calls[0]?.body))).toMatchObject({
    Action: 'AssumeRole',
    RoleArn: roleArn,
    RoleSessionName: withRole.taskId,
  })
  const refused = { code: 'InvalidIdInRequest', message: 'CredentialsV2Request: Credentials not found', HTTPErrorCode: 400 }
  expect(await ask(`/v2/credentials/${withRole.credentials.id}`, { from: '10.1.0.8' })).toEqual({ status: 400, body: refused })
  expect(await ask('/v2/credentials/none')).toEqual({ status: 400, body: refused })
  expect((await ask('/v2/credentials/')).body).toMatchObject({ code: 'NoIdInRequest' })
  expect(calls).toHaveLength(1)
})

test('a backend that is away may be tried again', async () => {
  const { ask } = await answering([withRole])
  expect(await ask(`/v2/credentials/${withRole.credentials.id}`)).toMatchObject({ status: 503, body: { code: 'CredentialsUninitialized' } })
})

test('task protection is the ECS API’s', async () => {
  const protectedTask = { taskArn: agentTask().taskArn, protectionEnabled: true, expirationDate: 1_800_000_000 }
  const { ask, calls } = await answering([agentTask()], () => Response.json({ protectedTasks: [protectedTask], failures: [] }))
  const path = `/api/${own}/task-protection/v1/state`
  const protection = { ProtectionEnabled: true, TaskArn: agentTask().taskArn, ExpirationDate: '2027-01-15T08:00:00Z' }
  expect(await ask(path)).toEqual({ status: 200, body: { protection } })
  expect(await ask(path, { method: 'PUT', body: '{"ProtectionEnabled":true,"ExpiresInMinutes":5}' })).toEqual({
    status: 200,
    body: { protection },
  })
  expect(calls.map(({ target }) => target)).toEqual([
    'AmazonEC2ContainerServiceV20141113.GetTaskProtection',
    'AmazonEC2ContainerServiceV20141113.UpdateTaskProtection',
  ])
  expect(JSON.parse(calls[1]?.body ?? '')).toEqual({
    cluster: agentTask().clusterArn,
    tasks: [agentTask().taskArn],
    protectionEnabled: true,
    expiresInMinutes: 5,
  })
})

test('what task protection refuses', async () => {
  const { ask } = await answering([agentTask()], () =>
    Response.json({ protectedTasks: [], failures: [{ arn: 'a', reason: 'TASK_NOT_VALID' }] }),
  )
  const path = `/api/${own}/task-protection/v1/state`
  expect(await ask(path)).toEqual({ status: 200, body: { failure: { Arn: 'a', Reason: 'TASK_NOT_VALID' } } })
  expect(await ask(path, { method: 'PUT', body: '{"Unknown":1}' })).toEqual({
    status: 400,
    body: { error: { Code: 'InvalidParameterException', Message: 'UpdateTaskProtection: failed to decode request' } },
  })
  expect(await ask(path, { method: 'PUT', body: '{}' })).toEqual({
    status: 400,
    body: {
      error: {
        Arn: agentTask().taskArn,
        Code: 'InvalidParameterException',
        Message: "Invalid request: does not contain 'ProtectionEnabled' field",
      },
    },
  })
  expect((await ask(`/api/${foreign}/task-protection/v1/state`)).status).toBe(404)
})

test('faults are refused to tasks that did not ask for them, and in network modes without a network of their own', async () => {
  const start = { method: 'POST', body: '{"DelayMilliseconds":200,"JitterMilliseconds":0,"Sources":["10.0.0.0/8"]}' }
  const path = `/api/${own}/fault/v1/network-latency/start`
  const refused = await answering([agentTask()])
  expect(await refused.ask(path, start)).toEqual({
    status: 400,
    body: { Error: `enableFaultInjection is not enabled for task: ${agentTask().taskArn}` },
  })
  const enabled = await answering([agentTask({ isFaultInjectionEnabled: true, networkMode: 'awsvpc' })])
  expect(await enabled.ask(path.replace('start', 'status'), start)).toEqual({ status: 200, body: { Status: 'not-running' } })
  const bridge = await answering([agentTask({ isFaultInjectionEnabled: true })])
  expect((await bridge.ask(path, start)).body).toEqual({ Error: 'bridge mode is not supported. Please use either host or awsvpc mode.' })
})
