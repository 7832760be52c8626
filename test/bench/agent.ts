// The node's agent: how many log lines a second reach CloudWatch Logs and how many are lost, how many questions of
// containers it answers, and what it costs that containers start one after the other.
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  type ContainerDefinition,
} from '@aws-sdk/client-ecs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute } from '../support/instance.ts'
import { haveRole } from '../support/roles.ts'
import { connect, type KubeClient } from '../../shared/kube/index.ts'
import { benchChains } from './chains.ts'
import { figure, title } from './figures.ts'

const program = join(import.meta.dir, '../../dist/kecs')
const lines = Number(process.env['KECS_BENCH_LINES'] ?? 100_000)

async function must(command: readonly string[], env: Record<string, string>): Promise<string> {
  const { code, stdout, stderr } = await execute(command, { env, timeoutMs: 400_000 })
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
  return stdout
}

export async function bench(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'kecs-bench-'))
  const env = { KECS_HOME: home, NO_COLOR: '1' }
  const kecs = (...args: string[]): Promise<string> => must([program, ...args, '--name', 'bench'], env)
  try {
    await kecs('up', '--driver', 'kind')
    const { AWS_ENDPOINT_URL: endpoint = '' } = JSON.parse(await kecs('env', '--json')) as Record<string, string>
    await kecs('image', 'load', 'busybox:latest', 'kecs-test/awscli:latest')
    const kube = await connect({ kubeconfig: await kecs('kubeconfig') })
    await benchAgent(endpoint, kube)
    kube.close()
  } finally {
    await execute([program, 'down', '--delete-data', '--yes', '--name', 'bench'], { env, timeoutMs: 120_000 })
    rmSync(home, { recursive: true, force: true })
  }
}

export async function benchAgent(endpoint: string, kube: KubeClient): Promise<void> {
  const ecs = new ECSClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
  await ecs.send(new CreateClusterCommand({ clusterName: 'bench' }))
  await benchLogs(ecs, endpoint)
  await benchQuestions(ecs, endpoint)
  await benchChains(ecs, kube)
}

const logging = (group: string): Partial<ContainerDefinition> => ({
  logConfiguration: {
    logDriver: 'awslogs',
    options: { 'awslogs-group': group, 'awslogs-create-group': 'true', 'awslogs-stream-prefix': 'bench' },
  },
})

/** Runs a container to its end; the answer is the name of its stream. */
async function run(ecs: ECSClient, container: Partial<ContainerDefinition>, taskRoleArn?: string): Promise<string> {
  const family = `bench-agent-${Date.now()}`
  const containerDefinitions = [{ name: 'app', memory: 256, entryPoint: ['sh', '-c'], ...container }]
  await ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions, ...(taskRoleArn === undefined ? {} : { taskRoleArn }) }))
  const { tasks = [] } = await ecs.send(new RunTaskCommand({ cluster: 'bench', taskDefinition: family }))
  const taskArn = tasks[0]?.taskArn ?? ''
  for (;;) {
    const seen = (await ecs.send(new DescribeTasksCommand({ cluster: 'bench', tasks: [taskArn] }))).tasks?.[0]
    if (seen?.lastStatus === 'STOPPED') {
      if (seen.containers?.[0]?.exitCode !== 0) throw new Error(`the task ended: ${seen.stoppedReason}`)
      return `bench/app/${taskArn.slice(taskArn.lastIndexOf('/') + 1)}`
    }
    await Bun.sleep(100)
  }
}

interface Page {
  readonly events: readonly { readonly message: string; readonly timestamp: number; readonly ingestionTime: number }[]
  readonly nextForwardToken: string
}

async function eventsOf(endpoint: string, logGroupName: string, logStreamName: string): Promise<Page['events']> {
  const found: Page['events'][number][] = []
  let nextToken: string | undefined
  for (;;) {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': 'Logs_20140328.GetLogEvents',
        authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0',
      },
      body: JSON.stringify({ logGroupName, logStreamName, startFromHead: true, ...(nextToken === undefined ? {} : { nextToken }) }),
    })
    const page = (await response.json()) as Page
    found.push(...page.events)
    if (page.events.length === 0 || page.nextForwardToken === nextToken) return found
    nextToken = page.nextForwardToken
  }
}

async function benchLogs(ecs: ECSClient, endpoint: string): Promise<void> {
  title(
    'Log lines into CloudWatch Logs',
    `One container writes ${lines} lines of about 100 bytes as fast as it can; from its first line until the last one is taken by LocalStack in the same cluster.`,
  )
  const group = `/bench/${Date.now()}`
  const text = 'x'.repeat(90)
  const stream = await run(ecs, { ...logging(group), image: 'busybox:latest', command: [`seq ${lines} | sed "s/$/ ${text}/"; echo last`] })
  const deadline = Date.now() + 120_000
  let events = await eventsOf(endpoint, group, stream)
  while (!events.some(({ message }) => message === 'last') && Date.now() < deadline) {
    await Bun.sleep(1_000)
    events = await eventsOf(endpoint, group, stream)
  }
  const first = Math.min(...events.slice(0, 100).map(({ timestamp }) => timestamp))
  const taken = Math.max(...events.slice(-100).map(({ ingestionTime }) => ingestionTime))
  const numbers = new Set(events.map(({ message }) => message.split(' ')[0]))
  const lost = Array.from({ length: lines }, (_, index) => String(index + 1)).filter(number => !numbers.has(number)).length
  figure('lines a second', ((lines / (taken - first)) * 1000).toFixed(0))
  figure('lines lost', String(lost))
  figure('lines repeated', String(events.length - numbers.size))
}

async function benchQuestions(ecs: ECSClient, endpoint: string): Promise<void> {
  title(
    'Questions of containers',
    'GET of the task metadata (version 4) and of credentials by one container, 4 threads of Python on kept connections, 5 s each.',
  )
  const script = [
    "python3 - <<'END'",
    'import http.client, os, threading, time',
    'def ask(path):',
    '    counts = [0] * 4',
    '    end = time.time() + 5',
    '    def work(i):',
    '        c = http.client.HTTPConnection("169.254.170.2")',
    '        while time.time() < end:',
    '            c.request("GET", path); r = c.getresponse(); r.read()',
    '            assert r.status == 200, r.status',
    '            counts[i] += 1',
    '    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]',
    '    [t.start() for t in threads]; [t.join() for t in threads]',
    '    return sum(counts) / 5',
    'print("metadata", ask(os.environ["ECS_CONTAINER_METADATA_URI_V4"].replace("http://169.254.170.2", "") + "/task"))',
    'print("credentials", ask(os.environ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]))',
    'END',
  ].join('\n')
  const group = `/bench/${Date.now()}`
  const container = { ...logging(group), image: 'kecs-test/awscli:latest', command: [script] }
  const stream = await run(ecs, container, await haveRole(endpoint, 'bench'))
  for (const { message } of await eventsOf(endpoint, group, stream)) {
    const [what = '', perSecond = ''] = message.split(' ')
    figure(`${what}, a second`, Number(perSecond).toFixed(0))
  }
}
