// Reads of a small and of a large instance side by side: what grows with what there is, and should not.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { figure, median, mib, ms, title } from './figures.ts'
import { ecsHeaders } from './load.ts'

const kecs = join(import.meta.dir, '../../dist/kecs')
const tasksPerCluster = 10
const sizes = { small: { clusters: 10, targets: 10, port: 4794 }, large: { clusters: 1_000, targets: 900, port: 4796 } } as const
const rounds = 200

export async function bench(): Promise<void> {
  title(
    'Reads at 1,000 clusters and 10,000 tasks',
    `Two \`kecs serve\`, one with 10 clusters and 100 tasks, one with 1,000 and 10,000 (${tasksPerCluster} tasks in each), and one cluster more with as many tasks again; each read ${rounds} times of each in turn, over keep-alive connections; medians. ` +
      'What is answered is of one size in both, but where it says otherwise.',
  )
  const small = await open(sizes.small)
  const large = await open(sizes.large)
  try {
    figure('resident, 10 clusters', mib(small.resident()))
    figure('resident, 1,000 clusters', mib(large.resident()))
    for (const [name, read] of reads) await compare(name, small, large, read)
    await pages(large)
  } finally {
    await Promise.all([small.close(), large.close()])
  }
}

interface Instance {
  ecs(operation: string, input: object): Promise<Record<string, unknown>>
  elb(action: string, parameters: Readonly<Record<string, string>>): Promise<string>
  readonly clusters: number
  readonly tasks: readonly string[]
  readonly targetGroup: string
  resident(): number
  close(): Promise<void>
}

type Read = (instance: Instance, round: number) => Promise<unknown>

const clusterOf = ({ clusters }: Instance, round: number): string => `cluster-${(round * 7) % clusters}`
const reads: readonly (readonly [name: string, read: Read])[] = [
  ['DescribeClusters, one by name', (at, round) => at.ecs('DescribeClusters', { clusters: [clusterOf(at, round)] })],
  [
    'DescribeClusters, one with all that it has',
    (at, round) =>
      at.ecs('DescribeClusters', {
        clusters: [clusterOf(at, round)],
        include: ['STATISTICS', 'TAGS', 'SETTINGS', 'ATTACHMENTS', 'CONFIGURATIONS'],
      }),
  ],
  ['ListClusters, a page of 10', at => at.ecs('ListClusters', { maxResults: 10 })],
  ['DescribeTasks, 10', (at, round) => at.ecs('DescribeTasks', { cluster: clusterOf(at, round), tasks: tasksOf(at, round) })],
  ['ListTasks of a cluster', (at, round) => at.ecs('ListTasks', { cluster: clusterOf(at, round) })],
  ['ListTasks by family', (at, round) => at.ecs('ListTasks', { cluster: clusterOf(at, round), family: 'web' })],
  ['ListTasks, STOPPED', (at, round) => at.ecs('ListTasks', { cluster: clusterOf(at, round), desiredStatus: 'STOPPED' })],
  ['ListTasks by startedBy', (at, round) => at.ecs('ListTasks', { cluster: clusterOf(at, round), startedBy: 'bench' })],
  [
    'ListTasks by startedBy, of all in one cluster',
    (at, round) => at.ecs('ListTasks', { cluster: 'crowded', startedBy: `crowd-${(round * 7) % at.clusters}` }),
  ],
  ['ListTasks of a family that has none, there', at => at.ecs('ListTasks', { cluster: 'crowded', family: 'none' })],
  ['ListTasks by launch type', (at, round) => at.ecs('ListTasks', { cluster: clusterOf(at, round), launchType: 'FARGATE' })],
  ['ListServices of a cluster', (at, round) => at.ecs('ListServices', { cluster: clusterOf(at, round) })],
  ['ListContainerInstances', (at, round) => at.ecs('ListContainerInstances', { cluster: clusterOf(at, round) })],
  ['DescribeTaskDefinition', at => at.ecs('DescribeTaskDefinition', { taskDefinition: 'web' })],
  ['ListTaskDefinitions', at => at.ecs('ListTaskDefinitions', { familyPrefix: 'web', maxResults: 10 })],
  [
    'RegisterTaskDefinition',
    at => at.ecs('RegisterTaskDefinition', { family: 'new', containerDefinitions: [{ name: 'app', image: 'nginx', memory: 16 }] }),
  ],
  [
    'DescribeTargetHealth of one target',
    at => at.elb('DescribeTargetHealth', { TargetGroupArn: at.targetGroup, 'Targets.member.1.Id': '10.0.0.1' }),
  ],
  ['DescribeTargetGroups by name', at => at.elb('DescribeTargetGroups', { 'Names.member.1': 'bench' })],
]

const tasksOf = ({ tasks, clusters }: Instance, round: number): readonly string[] => {
  const first = ((round * 7) % clusters) * tasksPerCluster
  return tasks.slice(first, first + tasksPerCluster)
}

async function compare(name: string, small: Instance, large: Instance, read: Read): Promise<void> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    for (const [index, instance] of [small, large].entries()) {
      const began = performance.now()
      await read(instance, round)
      if (round >= 20) times[index]?.push(performance.now() - began)
    }
  }
  const [few, many] = [median(times[0]), median(times[1])]
  figure(name, `${ms(few)} and ${ms(many)}: ${(many / few).toFixed(2)} times`)
}

/** All 10,000 tasks, a hundred at a time, and all targets at once. */
async function pages(large: Instance): Promise<void> {
  const began = performance.now()
  const times: number[] = []
  for (let first = 0; first < large.tasks.length; first += 100) {
    const at = performance.now()
    const page = large.tasks.slice(first, first + 100)
    const byCluster = Map.groupBy(page, arn => arn.split('/')[1] ?? '')
    for (const [cluster, tasks] of byCluster) await large.ecs('DescribeTasks', { cluster, tasks })
    times.push(performance.now() - at)
  }
  figure('DescribeTasks of 10,000 tasks', `${ms(performance.now() - began)}; a hundred: median ${ms(median(times))}`)
  const health: number[] = []
  for (let round = 0; round < 20; round++) {
    const at = performance.now()
    await large.elb('DescribeTargetHealth', { TargetGroupArn: large.targetGroup })
    health.push(performance.now() - at)
  }
  figure(`DescribeTargetHealth of ${sizes.large.targets} targets`, `median ${ms(median(health))}`)
}

async function open({ clusters, targets, port }: { clusters: number; targets: number; port: number }): Promise<Instance> {
  const folder = mkdtempSync(join(tmpdir(), 'kecs-bench-'))
  const args = ['serve', '--port', String(port), '--admin-port', String(port + 1), '--data', folder]
  const server: ChildProcess = spawn(kecs, args, { stdio: 'ignore', env: { ...process.env, KECS_HOME: folder } })
  const url = `http://127.0.0.1:${port}`
  const post = async (headers: Record<string, string>, body: string): Promise<string> => {
    const response = await fetch(url, { method: 'POST', headers, body })
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return text
  }
  const ecs: Instance['ecs'] = async (operation, input) => {
    const answer: Record<string, unknown> = JSON.parse(await post(ecsHeaders(operation), JSON.stringify(input)))
    return answer
  }
  const elb: Instance['elb'] = (action, parameters) =>
    post(
      { 'content-type': 'application/x-www-form-urlencoded' },
      new URLSearchParams({ Action: action, Version: '2015-12-01', ...parameters }).toString(),
    )
  const deadline = performance.now() + 20_000
  while (!(await ecs('ListClusters', {}).catch(() => undefined))) {
    if (performance.now() > deadline) throw new Error(`${url} does not answer`)
    await Bun.sleep(50)
  }
  const fargate = { networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' }
  await ecs('RegisterTaskDefinition', { family: 'web', ...fargate, containerDefinitions: [{ name: 'app', image: 'nginx' }] })
  const launch = {
    taskDefinition: 'web',
    launchType: 'FARGATE',
    startedBy: 'bench',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
  }
  const tasks: string[] = []
  for (let number = 0; number < clusters; number++) {
    const cluster = `cluster-${number}`
    await ecs('CreateCluster', { clusterName: cluster })
    const made = await ecs('RunTask', { ...launch, cluster, count: tasksPerCluster })
    tasks.push(...arnsOf(made['tasks']))
  }
  await ecs('CreateCluster', { clusterName: 'crowded' })
  for (let number = 0; number < clusters; number++) {
    await ecs('RunTask', { ...launch, cluster: 'crowded', count: tasksPerCluster, startedBy: `crowd-${number}` })
  }
  const group = await elb('CreateTargetGroup', { Name: 'bench', Protocol: 'HTTP', Port: '80', VpcId: 'vpc-1', TargetType: 'ip' })
  const targetGroup = /<TargetGroupArn>(.*?)<\/TargetGroupArn>/.exec(group)?.[1] ?? ''
  const given = Array.from(
    { length: targets },
    (_, index) => [`Targets.member.${index + 1}.Id`, `10.0.${index >> 8}.${index & 255}`] as const,
  )
  await elb('RegisterTargets', { TargetGroupArn: targetGroup, ...Object.fromEntries(given) })
  return {
    ecs,
    elb,
    clusters,
    tasks,
    targetGroup,
    resident: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024,
    close: async () => {
      server.kill('SIGTERM')
      await new Promise(resolve => server.once('exit', resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const arnsOf = (tasks: unknown): readonly string[] => (Array.isArray(tasks) ? tasks.map(({ taskArn }: { taskArn: string }) => taskArn) : [])
