// The product on a real kind cluster: how soon a task runs, what the door costs, what memory it takes.
import {
  CreateClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, kinds, type KubeClient } from '../../shared/kube/index.ts'
import { execute } from '../support/instance.ts'
import { figure, median, mib, ms, spread, title } from './figures.ts'
import { ecsHeaders, load } from './load.ts'

const root = join(import.meta.dir, '../..')
const program = join(root, 'dist/kecs')
const launches = Number(process.env['KECS_BENCH_LAUNCHES'] ?? 50)

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
    await kecs('image', 'load', 'nginx:alpine')
    const kube = await connect({ kubeconfig: await kecs('kubeconfig') })
    await benchLaunch(endpoint, kube)
    await benchDoor(endpoint)
    await benchMemory(env)
    kube.close()
  } finally {
    await execute([program, 'down', '--delete-data', '--yes', '--name', 'bench'], { env, timeoutMs: 120_000 })
    rmSync(home, { recursive: true, force: true })
  }
}

async function benchLaunch(endpoint: string, kube: KubeClient): Promise<void> {
  title(
    'RunTask → RUNNING against a bare pod',
    `${launches} of each in turn on the same cluster, image present, one nginx container: from before the call until the state is seen, asked every 10 ms (DescribeTasks through the door; GET of the pod).`,
  )
  const ecs = new ECSClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
  const cluster = 'bench'
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'bench',
      containerDefinitions: [{ name: 'web', image: 'nginx:alpine', memory: 32, stopTimeout: 2 }],
    }),
  )
  const task = async (): Promise<number> => {
    const started = performance.now()
    const { tasks = [] } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: 'bench' }))
    const taskArn = tasks[0]?.taskArn ?? ''
    for (;;) {
      const seen = (await ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] }))).tasks?.[0]
      if (seen?.lastStatus === 'RUNNING') break
      if (seen?.lastStatus === 'STOPPED') throw new Error(`the task stopped: ${seen.stoppedReason}`)
      await Bun.sleep(10)
    }
    const took = performance.now() - started
    await ecs.send(new StopTaskCommand({ cluster, task: taskArn }))
    for (;;) {
      if ((await ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] }))).tasks?.[0]?.lastStatus === 'STOPPED') return took
      await Bun.sleep(50)
    }
  }
  const pod = async (number: number): Promise<number> => {
    const ref = { namespace: 'default', name: `bare-${number}` }
    const started = performance.now()
    await kube.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: ref,
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 2,
        containers: [{ name: 'web', image: 'nginx:alpine', imagePullPolicy: 'IfNotPresent', resources: { limits: { memory: '32Mi' } } }],
      },
    })
    while ((await kube.get(kinds.pod, ref)).status?.phase !== 'Running') await Bun.sleep(10)
    const took = performance.now() - started
    await kube.remove(kinds.pod, ref)
    while (await kube.find(kinds.pod, ref)) await Bun.sleep(50)
    return took
  }
  await task()
  await pod(0)
  const ours: number[] = []
  const bare: number[] = []
  for (let run = 1; run <= launches; run++) {
    bare.push(await pod(run))
    ours.push(await task())
  }
  figure('bare pod', spread(bare))
  figure('RunTask', spread(ours))
  figure('ratio of the medians', (median(ours) / median(bare)).toFixed(2))
}

async function benchDoor(endpoint: string): Promise<void> {
  title(
    'DescribeClusters through the door',
    'Through Docker, Traefik and the control plane in the cluster; 16 connections, 3 runs of 5 s; everything on the same cores.',
  )
  for (let run = 1; run <= 3; run++) {
    const url = endpoint.replace('localhost', '127.0.0.1')
    const result = await load({ url, headers: ecsHeaders('DescribeClusters'), body: '{"clusters":["bench"]}', connections: 16, seconds: 5 })
    const { p50, p90, p99 } = result.latency
    figure(
      `run ${run}`,
      `${result.perSecond.toFixed(0)} a second; p50 ${ms(p50)}, p90 ${ms(p90)}, p99 ${ms(p99)}; ${result.failures} failed`,
    )
  }
}

async function benchMemory(env: Record<string, string>): Promise<void> {
  title(
    'Memory of each component',
    'Resident sets of the processes in the node, summed by component, after the runs above; and the most that it was.',
  )
  const node = 'kecs-bench-control-plane'
  const script = `for p in /proc/[0-9]*; do echo "$(sed -n 's/^Vm\\(RSS\\|HWM\\):[^0-9]*\\([0-9]*\\).*/\\2/p' $p/status 2>/dev/null | tr '\\n' ' ')$(tr '\\0' ' ' <$p/cmdline 2>/dev/null)"; done`
  const lines = (await must(['docker', 'exec', node, 'sh', '-c', script], env)).split('\n')
  for (const [component, mark] of [
    ['control plane', /^\d+ \d+ \/kecs serve/],
    ['traefik', /traefik/],
    ['localstack', /localstack/],
  ] as const) {
    // The kernel tells the most before what it is now.
    const sizes = lines.filter(line => mark.test(line) && !/containerd-shim/.test(line)).map(line => line.split(' ', 2).map(Number))
    const total = (at: 0 | 1): number => sizes.reduce((sum, size) => sum + (size[at] ?? 0) * 1024, 0)
    figure(component, `${mib(total(1))}, at most ${mib(total(0))}`)
  }
}
