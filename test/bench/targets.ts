// How soon a task behind a load balancer gets requests, and how soon it gets no more.
import { DescribeTasksCommand, ListTasksCommand } from '@aws-sdk/client-ecs'
import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BalancedService, balancedService } from '../support/balanced-service.ts'
import { execute } from '../support/instance.ts'
import { httpSender } from '../support/steady-load.ts'
import { figure, spread, title } from './figures.ts'

const program = join(import.meta.dir, '../../dist/kecs')
const rounds = Number(process.env['KECS_BENCH_ROUNDS'] ?? 10)
/** Between two requests, and between two looks at the API. Milliseconds. */
const lookMs = 10

export async function bench(): Promise<void> {
  title(
    'RUNNING → first request served, deregistered → last request',
    `A service of one task behind an application load balancer, updated ${rounds} times under a request every ${lookMs} ms: from when DescribeTasks says RUNNING, and DescribeTargetHealth says draining, asked as often, until the first answer of the new task and the last of the old one. The containers take a moment to listen.`,
  )
  const given = process.env['KECS_BENCH_ENDPOINT']
  if (given !== undefined) return measure(given)
  const home = mkdtempSync(join(tmpdir(), 'kecs-bench-'))
  const kecs = async (...args: string[]): Promise<string> => {
    const env = { KECS_HOME: home, NO_COLOR: '1' }
    const { code, stdout, stderr } = await execute([program, ...args, '--name', 'bench'], { env, timeoutMs: 400_000 })
    if (code !== 0) throw new Error(`kecs ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
    return stdout
  }
  try {
    await kecs('up', '--driver', 'kind')
    await kecs('image', 'load', 'busybox:latest')
    const { AWS_ENDPOINT_URL: endpoint = '' } = JSON.parse(await kecs('env', '--json')) as Record<string, string>
    await measure(endpoint)
  } finally {
    await kecs('down', '--delete-data', '--yes').catch(() => {})
    rmSync(home, { recursive: true, force: true })
  }
}

async function measure(endpoint: string): Promise<void> {
  const web = await balancedService({ endpoint }, { desiredCount: 1 })
  const arrivals: number[] = []
  const departures: number[] = []
  try {
    await web.stable()
    for (let round = 0; round < rounds; round++) {
      const { toFirst, toLast } = await oneRound(web, `round-${round}`)
      arrivals.push(toFirst)
      departures.push(toLast)
    }
  } finally {
    await web.close()
  }
  figure('RUNNING → first request served', spread(arrivals))
  figure('deregistered → last request', spread(departures))
}

async function oneRound(web: BalancedService, version: string): Promise<{ readonly toFirst: number; readonly toLast: number }> {
  const { http } = web.targetGroups
  const before = await targetIds(web, http)
  const taskDefinition = await web.register(version)
  const sender = httpSender(web.httpPort, '/version')
  let first: number | undefined
  let last = 0
  let runningAt: number | undefined
  let drainingAt: number | undefined
  const over = new AbortController()
  const requests = every(async () => {
    const sentAt = performance.now()
    const body = await sender.send()
    if (body === version) first ??= performance.now()
    else last = Math.max(last, sentAt)
  })
  const looks = every(async () => {
    runningAt ??= await runsNow(web, taskDefinition)
    if (runningAt !== undefined) drainingAt ??= await drainsNow(web, http, before)
  })
  function every(act: () => Promise<void>): Promise<void> {
    return (async () => {
      while (!over.signal.aborted) {
        await act()
        await Bun.sleep(lookMs)
      }
    })()
  }
  await web.update({ taskDefinition })
  await web.stable()
  over.abort()
  await Promise.all([requests, looks])
  sender.close()
  if (first === undefined || runningAt === undefined || drainingAt === undefined) throw new Error(`${version} was not seen`)
  // Both may be seen a moment later than what follows from them.
  return { toFirst: Math.max(0, first - runningAt), toLast: Math.max(0, last - drainingAt) }
}

async function runsNow({ ecs, cluster }: BalancedService, taskDefinition: string): Promise<number | undefined> {
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, serviceName: 'web' }))
  if (taskArns.length === 0) return undefined
  const { tasks = [] } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }))
  const isRunning = tasks.some(task => task.taskDefinitionArn === taskDefinition && task.lastStatus === 'RUNNING')
  return isRunning ? performance.now() : undefined
}

const targetIds = async ({ elb }: BalancedService, TargetGroupArn: string): Promise<readonly (string | undefined)[]> => {
  const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
  return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').map(({ Target }) => Target?.Id)
}

async function drainsNow(
  { elb }: BalancedService,
  TargetGroupArn: string,
  ids: readonly (string | undefined)[],
): Promise<number | undefined> {
  const { TargetHealthDescriptions = [] } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
  const isDraining = TargetHealthDescriptions.some(
    ({ Target, TargetHealth }) => ids.includes(Target?.Id) && TargetHealth?.State === 'draining',
  )
  return isDraining ? performance.now() : undefined
}
