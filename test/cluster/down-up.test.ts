// The cluster may be lost, its machine may, and the state stays: a node that is killed, `kecs stop` and `start`, and
// `kecs down` and `up` with a copy of the instance's folder, under a service behind load balancers.
import {
  CreateClusterCommand,
  DescribeClustersCommand,
  ExecuteCommandCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type ECSClient,
  type Session,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs'
import { DescribeLoadBalancersCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, renameSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BalancedService, balancedService } from '../support/balanced-service.ts'
import { instance, type TestInstance } from '../support/instance.ts'
import { haveRole } from '../support/roles.ts'
import { SessionClient } from '../support/session-client.ts'
import { describe, ecsOf, runToEnd } from '../support/tasks.ts'
import { until } from '../support/until.ts'

const cluster = `kept-${Date.now().toString(36)}`
const group = `/${cluster}`
/** Of the node: what outlives its containers. */
const counted = `/var/lib/${cluster}`
const role = 'arn:aws:iam::000000000000:role/app'
const stoppedReason = /^Host EC2 \(instance i-[0-9a-f]{17}\) stopped\.$/

let kecs: TestInstance
let ecs: ECSClient
let web: BalancedService
let node = ''
let balancersBefore: readonly unknown[]

beforeAll(async () => {
  kecs = await instance()
  ecs = ecsOf(kecs, { maxAttempts: 1 })
  node = (await kecs.kubectl('get', 'nodes', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: cluster,
      taskRoleArn: role,
      executionRoleArn: role,
      volumes: [{ name: 'counted', host: { sourcePath: counted } }],
      containerDefinitions: [
        {
          name: 'writer',
          image: 'busybox:latest',
          memory: 32,
          stopTimeout: 2,
          mountPoints: [{ sourceVolume: 'counted', containerPath: '/counted' }],
          entryPoint: ['sh', '-c'],
          command: ['n=0; while true; do echo line-$n; echo $n >/counted/new; mv /counted/new /counted/n; n=$((n+1)); sleep 0.05; done'],
          logConfiguration: {
            logDriver: 'awslogs',
            options: {
              'awslogs-group': group,
              'awslogs-create-group': 'true',
              'awslogs-region': 'us-east-1',
              'awslogs-stream-prefix': 'w',
            },
          },
        },
      ],
    }),
  )
  web = await balancedService(kecs)
  await web.stable()
  await until('two targets are healthy', async () => (await web.healthy()) === 2)
  balancersBefore = await balancers()
  expect(balancersBefore.length).toBeGreaterThanOrEqual(2)
}, 600_000)

afterAll(async () => {
  await web?.close()
  ecs?.destroy()
}, 300_000)

const balancers = async (): Promise<readonly unknown[]> => {
  const { LoadBalancers = [] } = await web.elb.send(new DescribeLoadBalancersCommand({}))
  return LoadBalancers.map(({ LoadBalancerArn, LoadBalancerName, DNSName }) => [LoadBalancerArn, LoadBalancerName, DNSName]).toSorted()
}

const started = async (): Promise<string> => {
  // LocalStack forgets its roles when it starts anew, and a task with a role that is not there is refused.
  await until('the role is there', () => haveRole(kecs.endpoint, 'app'), { withinMs: 120_000 })
  const { tasks: [task] = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: cluster, enableExecuteCommand: true }))
  const arn = task?.taskArn ?? ''
  await until('the task runs', async () => (await describe(ecs, cluster, arn)).lastStatus === 'RUNNING', { withinMs: 120_000 })
  return arn
}

/** The kubelet tells of each pod when it comes to it. */
const ended = (task: string): Promise<Task> =>
  until('the task is STOPPED', async () => {
    const found = await describe(ecs, cluster, task)
    return found.lastStatus === 'STOPPED' && found
  })

const serviceTasks = async (): Promise<readonly string[]> =>
  (await ecs.send(new ListTasksCommand({ cluster: web.cluster, serviceName: 'web' }))).taskArns ?? []

/** Lines that LocalStack has, by their numbers. */
const lines = async (): Promise<readonly number[]> => {
  const { events } = (await kecs.aws('logs', 'filter-log-events', '--log-group-name', group)) as { events: readonly { message: string }[] }
  return events.map(({ message }) => Number(message.slice('line-'.length))).toSorted((a, b) => a - b)
}

/** The first byte of what the Network Load Balancer's listener leads to. */
const tcpAnswers = (): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(web.tcpPort, '127.0.0.1', () => socket.write('GET /version HTTP/1.0\r\n\r\n'))
    socket.setTimeout(2_000, () => socket.destroy())
    socket.once('data', data => {
      resolve(String(data).startsWith('HTTP/'))
      socket.destroy()
    })
    socket.on('error', () => socket.destroy())
    socket.once('close', () => resolve(false))
  })

/** New tasks of the service run, the load balancers have their names and ARNs, and listeners answer at the ports that they had. */
const expectService = async (before: readonly string[]): Promise<void> => {
  await until(
    'new tasks of the service run and are healthy',
    async () => {
      const now = await serviceTasks()
      return now.length === 2 && !now.some(arn => before.includes(arn)) && (await web.healthy()) === 2
    },
    { withinMs: 180_000, everyMs: 200 },
  )
  expect(await web.stable()).toMatchObject({ status: 'ACTIVE', desiredCount: 2, runningCount: 2, deployments: [{ failedTasks: 0 }] })
  expect(await balancers()).toEqual(balancersBefore)
  const answer = async (): Promise<string> => (await (await fetch(`http://127.0.0.1:${web.httpPort}/version`)).text()).trim()
  await until('the application load balancer answers', async () => (await answer()) === 'one', { withinMs: 120_000 })
  await until('the network load balancer answers', tcpAnswers, { withinMs: 120_000 })
}

/** A folder of the cluster's, and a file system of EFS: they outlive the cluster. The exit code of a container that has both. */
const withVolumes = async (command: string): Promise<number | undefined> => {
  const family = `${cluster}-volumes`
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      volumes: [
        { name: 'shared', dockerVolumeConfiguration: { scope: 'shared', autoprovision: true } },
        { name: 'files', efsVolumeConfiguration: { fileSystemId: `fs-${cluster}` } },
      ],
      containerDefinitions: [
        {
          name: 'app',
          image: 'busybox:latest',
          memory: 16,
          command: ['sh', '-c', command],
          mountPoints: ['shared', 'files'].map(name => ({ sourceVolume: name, containerPath: `/${name}` })),
        },
      ],
    }),
  )
  return (await runToEnd(kecs, cluster, family)).containers[0]?.exitCode
}

/** As of an instance that went down: no agent told how its containers ended. */
const expectUnseen = ({ containers = [] }: Task): void =>
  expect(containers.map(({ name, lastStatus, exitCode, reason }) => [name, lastStatus, exitCode, reason])).toEqual([
    ['writer', 'STOPPED', undefined, undefined],
  ])

test('a node that is killed and starts again: tasks end as of an instance that stopped, the rest comes back, nothing is lost', async () => {
  const task = await started()
  const before = await serviceTasks()
  await until('lines arrive', async () => (await lines()).length > 20, { withinMs: 120_000 })
  // A client writes until nobody answers.
  const told: string[] = []
  const writing = (async () => {
    for (;;) {
      const clusterName = `${cluster}-${told.length}`
      await ecs.send(new CreateClusterCommand({ clusterName }))
      told.push(clusterName)
      // Each has a namespace, which Kubernetes is to make and to keep.
      await Bun.sleep(100)
    }
  })().catch(() => {})
  await until('some are acknowledged', () => told.length > 5)
  // What is written while the backend answers nothing is under way when the node dies.
  const count = async () => Number((await kecs.run(['docker', 'exec', node, 'cat', `${counted}/n`])).stdout)
  await kecs.run(['docker', 'exec', node, 'pkill', '-STOP', '-f', 'localstack'])
  const delivered = await count()
  await until('more is written', async () => (await count()) > delivered + 20)

  await kecs.run(['docker', 'kill', '--signal', 'KILL', node])
  await writing
  await kecs.run(['docker', 'start', node])
  await until('the endpoint answers', () => ecs.send(new ListTasksCommand({ cluster })), { withinMs: 180_000, everyMs: 200 })
  await kecs.prepare()

  // As many as one call describes.
  const last = told.slice(-100)
  const { clusters = [] } = await ecs.send(new DescribeClustersCommand({ clusters: last }))
  expect(clusters.map(({ clusterName }) => clusterName)).toEqual(last)
  const old = await ended(task)
  expect(old).toMatchObject({
    desiredStatus: 'STOPPED',
    stopCode: 'TerminationNotice',
    stoppedReason: expect.stringMatching(stoppedReason),
  })
  expectUnseen(old)
  await expectService(before)

  // LocalStack has forgotten what was delivered before; what was under way arrives, each line once and none left out,
  // but for one or two that the container runtime had not taken when it died.
  const written = await count()
  const arrived = await until(
    'the last lines arrive',
    async () => {
      const found = await lines()
      return (found.at(-1) ?? 0) >= written - 2 && found
    },
    { withinMs: 120_000 },
  )
  const [first = 0] = arrived
  expect(first).toBeLessThanOrEqual(delivered + 1)
  expect(arrived).toEqual(Array.from({ length: arrived.length }, (_, index) => first + index))

  const next = await started()
  const { session } = await ecs.send(
    new ExecuteCommandCommand({ cluster, task: next, container: 'writer', command: '/bin/sh', interactive: true }),
  )
  const shell = await SessionClient.open(session as Session)
  shell.type('wget -qO- http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; exit\r')
  await shell.sees('"SecretAccessKey"')
  await kecs.aws('s3api', 'create-bucket', '--bucket', cluster)
  await ecs.send(new StopTaskCommand({ cluster, task: next }))
}, 600_000)

test('stop and start: the service and its load balancers are back, tasks ended', async () => {
  const task = await started()
  const before = await serviceTasks()
  await kecs.kecs(['stop'], { timeoutMs: 240_000 })
  await kecs.kecs(['start'], { timeoutMs: 240_000 })
  await kecs.prepare()
  await expectService(before)
  const old = await ended(task)
  expect(old).toMatchObject({ stopCode: 'TerminationNotice', stoppedReason: expect.stringMatching(stoppedReason) })
  expectUnseen(old)
}, 600_000)

test('a copy of the folder is all that another machine needs: after up definitions, service and load balancers are back', async () => {
  const task = await started()
  const before = await serviceTasks()
  expect(await withVolumes('echo kept > /shared/x; echo kept > /files/x')).toBe(0)
  await kecs.kecs(['stop'], { timeoutMs: 240_000 })
  const machine = mkdtempSync(join(tmpdir(), 'kecs-test-machine-'))
  // As root, as who moves a machine's files is; packed images are moved along to spare their packing.
  const copy = ['docker', 'run', '--rm', '--volume', `${kecs.home}:/from`, '--volume', `${machine}:/to`, 'busybox:latest']
  await kecs.run([...copy, 'cp', '-a', `/from/${kecs.name}`, '/to/'], { timeoutMs: 240_000 })
  renameSync(join(kecs.home, '.images'), join(machine, '.images'))
  await kecs.kecs(['down', '--delete-data', '--yes'], { timeoutMs: 240_000 })
  kecs.moveTo(machine)
  // Interrupted while components start, of a cluster that was just made: nothing of it is undone, and the next up goes on.
  const cut = await kecs.interrupt(['up'], ['): created', 'Manifests: applied'])
  // It may have been done at that moment.
  expect([0, 130]).toContain(cut.code)
  if (cut.code === 130) expect(cut.stderr).toMatch(/✗ Components[\s\S]*Interrupted\./)
  const { stderr } = await kecs.kecs(['up'], { timeoutMs: 300_000 })
  expect(stderr).toContain('): already running')
  await kecs.prepare()
  // One that the cut-off command started with other settings may still be ending.
  await until('each component has one pod', async () => {
    const { items } = JSON.parse(await kecs.kubectl('-n', 'kecs-system', 'get', 'pods', '-l', 'kecs.dev/component', '-o', 'json')) as {
      items: readonly { metadata: { labels: Readonly<Record<string, string>> } }[]
    }
    const components = items.map(({ metadata }) => metadata.labels['kecs.dev/component']).toSorted()
    return components.join() === 'agent,control-plane,localstack,traefik'
  })

  const definition = await kecs.aws('ecs', 'describe-task-definition', '--task-definition', cluster)
  expect(definition['taskDefinition']).toMatchObject({ family: cluster, revision: 1, status: 'ACTIVE' })
  const old = await ended(task)
  expect(old).toMatchObject({ desiredStatus: 'STOPPED', stopCode: 'TerminationNotice' })
  const described = await kecs.aws('ecs', 'describe-clusters', '--clusters', cluster)
  expect(described['clusters']).toMatchObject([{ clusterName: cluster, status: 'ACTIVE', runningTasksCount: 0 }])
  expect(old.stoppedReason).toContain('terminated')
  await expectService(before)
  expect(await withVolumes('grep -q kept /shared/x && grep -q kept /files/x')).toBe(0)
}, 900_000)
