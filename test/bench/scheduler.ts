// What the scheduler of services costs: while it has much to do, while nothing happens, and on a real cluster.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateClusterCommand, CreateServiceCommand, DeleteServiceCommand, DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { RegisterTaskDefinitionCommand, waitUntilServicesInactive } from '@aws-sdk/client-ecs'
import { type ServicePlan, planService } from '../../server/domain/services/plan.ts'
import { newestServiceDeployment, viewTasks } from '../../server/reconcilers/service-situation.ts'
import { readForward } from '../../server/store/rule-forwards.ts'
import { type ServiceRevisionRow, serviceRevisions } from '../../server/store/service-tables.ts'
import { execute } from '../support/instance.ts'
import { ServiceWorld } from '../support/service-world.ts'
import { ecsOf } from '../support/tasks.ts'
import { until } from '../support/until.ts'
import { figure, ms, seconds, spread, title } from './figures.ts'
import { ecsHeaders } from './load.ts'

const program = join(import.meta.dir, '../../dist/kecs')
const port = 4798
const services = 200
const tasksEach = 10
const idleMs = 30_000
const plans = 2_000
/** Until what was just done is compiled and collected. */
const settleMs = 20_000
const rounds = Number(process.env['KECS_BENCH_ROUNDS'] ?? 3)

export async function bench(): Promise<void> {
  await planning()
  await simulated()
  await onCluster()
}

/** What is pure of it, in this process: reading the tasks and planning. */
async function planning(): Promise<void> {
  title('Planning a service', `A steady service in memory, looked at and planned ${plans} times; processor time of one.`)
  for (const desiredCount of [tasksEach, 200]) {
    const world = new ServiceWorld()
    const control = world.control()
    control.begin()
    await world.create(world.register(), { desiredCount })
    control.controller.wake('service', world.arn)
    await world.clock.until(() => world.isSteady, 60_000)
    const before = process.cpuUsage()
    for (let each = 0; each < plans; each++) plan(world)
    const { user, system } = process.cpuUsage(before)
    figure(`${desiredCount} tasks`, `${((user + system) / plans / 1000).toFixed(3)} ms`)
    await control.stop()
  }
}

const plan = ({ store, service: row, clock }: ServiceWorld): ServicePlan => {
  const revisionOf = (arn: string): ServiceRevisionRow | undefined => store.table(serviceRevisions).get(arn)
  const now = clock.now()
  return planService({
    row,
    serviceDeployment: newestServiceDeployment(store, row),
    completed: revisionOf(row.completedRevisionArn ?? ''),
    tasks: viewTasks(store, row, {}, now),
    nodeNames: [],
    zones: [],
    alarmsInAlarm: [],
    ruleOf: arn => readForward(store, arn),
    revisionOf,
    now,
  })
}

async function simulated(): Promise<void> {
  title(
    `A scheduler with ${services} services and ${services * tasksEach} tasks`,
    `One \`kecs serve\` with ${services} services of ${tasksEach} simulated tasks: from the first call that creates one until all are steady; then each service is looked at once more with nothing to do, its commit included, as its own metrics tell; then nothing is asked for ${idleMs / 1000} s, and the process' processor time is read before and after.`,
  )
  const server = await serve()
  try {
    await server.ecs('CreateCluster', { clusterName: 'bench' })
    await server.ecs('RegisterTaskDefinition', { family: 'web', containerDefinitions: [{ name: 'app', image: 'nginx', memory: 16 }] })
    const began = performance.now()
    for (let each = 0; each < services; each++) {
      await server.ecs('CreateService', { cluster: 'bench', serviceName: `web-${each}`, taskDefinition: 'web', desiredCount: tasksEach })
    }
    await until('all are steady', async () => (await server.running()) === services * tasksEach && (await server.areSteady()), {
      withinMs: 180_000,
      everyMs: 250,
    })
    figure('created until steady', seconds(performance.now() - began))
    figure('processor time for it', seconds(server.processorMs()))
    figure('a look at a service meanwhile', ms((await server.looks()).mean))
    const before = await server.looks()
    for (let each = 0; each < services; each++) {
      await server.ecs('UpdateService', { cluster: 'bench', service: `web-${each}`, desiredCount: tasksEach })
    }
    const after = await server.looks()
    figure('a look at a service with nothing to do', ms((after.sum - before.sum) / (after.count - before.count)))
    await Bun.sleep(settleMs)
    figure('idle, of one processor', await idleShare(async () => server.processorMs()))
  } finally {
    await server.close()
  }
}

async function serve() {
  const folder = mkdtempSync(join(tmpdir(), 'kecs-bench-'))
  const args = ['serve', '--port', String(port), '--admin-port', String(port + 1), '--data', folder]
  const server: ChildProcess = spawn(program, args, { stdio: 'ignore', env: { ...process.env, KECS_HOME: folder } })
  const ecs = async (operation: string, input: object): Promise<Record<string, unknown>> => {
    const headers = ecsHeaders(operation)
    const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers, body: JSON.stringify(input) })
    const answer = (await response.json()) as Record<string, unknown>
    if (!response.ok) throw new Error(JSON.stringify(answer))
    return answer
  }
  await until('it answers', async () => ecs('ListClusters', {}))
  const metrics = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port + 1}/metrics`)).text()
  const value = (text: string, name: string): number =>
    Number(
      text
        .split('\n')
        .find(line => line.startsWith(`${name} `))
        ?.split(' ')
        .at(-1) ?? 0,
    )
  return {
    ecs,
    processorMs: () => processorMs(readFileSync(`/proc/${server.pid ?? 0}/stat`, 'utf8')),
    running: async () => value(await metrics(), 'kecs_tasks{status="RUNNING"}'),
    async areSteady() {
      const last = { cluster: 'bench', services: [`web-${services - 1}`, 'web-0'] }
      const { services: found = [] } = (await ecs('DescribeServices', last)) as { services?: { deployments: { rolloutState: string }[] }[] }
      return found.every(({ deployments }) => deployments.every(({ rolloutState }) => rolloutState === 'COMPLETED'))
    },
    /** Milliseconds, all together and each. */
    async looks() {
      const text = await metrics()
      const sum = value(text, 'kecs_reconcile_duration_seconds_sum{kind="service"}') * 1000
      const count = value(text, 'kecs_reconcile_duration_seconds_count{kind="service"}')
      return { sum, count, mean: sum / count }
    },
    async close() {
      server.kill('SIGTERM')
      await new Promise<void>(resolve => server.once('exit', () => resolve()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function onCluster(): Promise<void> {
  title(
    'A service of 20 tasks on a cluster, created until steady',
    `Tasks of busybox whose image is there, ${rounds} times: from the call until DescribeServices, asked every 50 ms, has 20 running and its deployment completed. Then nothing is asked for ${idleMs / 1000} s, with the 20 tasks there, and the control plane's processor time is read.`,
  )
  const home = process.env['KECS_BENCH_HOME'] ?? mkdtempSync(join(tmpdir(), 'kecs-bench-'))
  const name = process.env['KECS_BENCH_NAME'] ?? 'bench'
  const isOurs = process.env['KECS_BENCH_HOME'] === undefined
  const kecs = async (...args: string[]): Promise<string> => {
    const env = { KECS_HOME: home, NO_COLOR: '1' }
    const { code, stdout, stderr } = await execute([program, ...args, '--name', name], { env, timeoutMs: 400_000 })
    if (code !== 0) throw new Error(`kecs ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
    return stdout
  }
  try {
    if (isOurs) await kecs('up', '--driver', 'kind', '--backend', 'none')
    await kecs('image', 'load', 'busybox:latest')
    const { AWS_ENDPOINT_URL: endpoint = '' } = JSON.parse(await kecs('env', '--json')) as Record<string, string>
    await twentyTasks(endpoint, `kecs-${name}-control-plane`)
  } finally {
    if (isOurs) {
      await kecs('down', '--delete-data', '--yes').catch(() => {})
      rmSync(home, { recursive: true, force: true })
    }
  }
}

async function twentyTasks(endpoint: string, node: string): Promise<void> {
  const ecs = ecsOf({ endpoint })
  const cluster = `bench-${Date.now().toString(36)}`
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }))
  const app = { name: 'app', image: 'busybox:latest', memory: 16, command: ['sleep', '3600'], stopTimeout: 2 }
  await ecs.send(new RegisterTaskDefinitionCommand({ family: cluster, containerDefinitions: [app] }))
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const serviceName = `web-${round}`
    const began = performance.now()
    await ecs.send(new CreateServiceCommand({ cluster, serviceName, taskDefinition: cluster, desiredCount: 20 }))
    await until(
      'it is steady',
      async () => {
        const [found] = (await ecs.send(new DescribeServicesCommand({ cluster, services: [serviceName] }))).services ?? []
        return found?.runningCount === 20 && found.deployments?.every(({ rolloutState }) => rolloutState === 'COMPLETED')
      },
      { withinMs: 180_000, everyMs: 50 },
    )
    times.push(performance.now() - began)
    if (round === rounds - 1) {
      await Bun.sleep(settleMs)
      figure('idle control plane, of one processor', await idleShare(() => controlPlaneMs(node)))
    }
    await ecs.send(new DeleteServiceCommand({ cluster, service: serviceName, force: true }))
    await waitUntilServicesInactive({ client: ecs, maxWaitTime: 120, minDelay: 1, maxDelay: 1 }, { cluster, services: [serviceName] })
  }
  figure('20 tasks, created until steady', spread(times))
}

/** The share of one processor that a process took while nothing was asked of it. */
async function idleShare(processorTime: () => Promise<number>): Promise<string> {
  const [before, began] = [await processorTime(), performance.now()]
  await Bun.sleep(idleMs)
  return `${((((await processorTime()) - before) / (performance.now() - began)) * 100).toFixed(2)} %`
}

/** User and system time of /proc/PID/stat, which counts in hundredths of a second. Milliseconds. */
const processorMs = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function controlPlaneMs(node: string): Promise<number> {
  const { stdout } = await execute(['docker', 'exec', node, 'sh', '-c', "cat /proc/$(pgrep -o -f '^/kecs serve')/stat"])
  return processorMs(stdout)
}
