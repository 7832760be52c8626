// The program itself, killed while clients write to it over HTTP. KECS_CRASH_SEED=17 for another run than the usual one.
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { type ChildProcess } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ecsHeaders } from '../bench/load.ts'
import { Seeded } from '../support/crash/seeded.ts'
import { makeHome } from '../support/program.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(120_000)
const home = makeHome()
const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  return home.remove()
})

const kills = 30
const writers = 6
const data = join(home.path, 'data')
const processFile = join(home.path, 'process.json')

interface Addresses {
  readonly url: string
  readonly adminUrl: string
}

/** What one writer was told, over all lives. */
interface Told {
  /** Cluster names; by ARN of a revision its variable; by client token of RunTask the tasks' ARNs. */
  readonly clusters: Set<string>
  readonly revisions: Map<string, string>
  readonly runs: Map<string, readonly string[]>
  /** Of the writer's own service: what it may have. Two values where the last change was not answered. */
  desiredCounts: readonly number[]
  answers: number
}

/** What the control plane answered, as opposed to no answer at all. */
class Refusal extends Error {}

const call = async (url: string, operation: string, input: object): Promise<string> => {
  const response = await fetch(url, { method: 'POST', headers: ecsHeaders(operation), body: JSON.stringify(input) })
  const text = await response.text()
  if (!response.ok) throw new Refusal(`${operation}: ${response.status} ${text}`)
  return text
}

const definition = (family: string, value: string) => ({
  family,
  containerDefinitions: [{ name: 'app', image: 'web', memory: 16, environment: [{ name: 'VALUE', value }] }],
})

const run = (clientToken: string) => ({ clientToken, count: 2, taskDefinition: 'base', startedBy: 'crash' })

/** One change; what is told of it is noted once it is. */
const change = async (url: string, writer: number, told: Told, random: Seeded): Promise<void> => {
  const value = random.hex32()
  switch (random.below(4)) {
    case 0: {
      await call(url, 'CreateCluster', { clusterName: `c-${value}` })
      told.clusters.add(`c-${value}`)
      break
    }
    case 1: {
      const answer: { taskDefinition: { taskDefinitionArn: string } } = JSON.parse(
        await call(url, 'RegisterTaskDefinition', definition(`family-${writer}`, value)),
      )
      const { taskDefinitionArn } = answer.taskDefinition
      if (told.revisions.has(taskDefinitionArn)) throw new Refusal(`${taskDefinitionArn} was told twice`)
      told.revisions.set(taskDefinitionArn, value)
      break
    }
    case 2: {
      const answer: { tasks: { taskArn: string }[] } = JSON.parse(await call(url, 'RunTask', run(value)))
      told.runs.set(
        value,
        answer.tasks.map(({ taskArn }) => taskArn),
      )
      break
    }
    default: {
      const desiredCount = random.below(3)
      const before = told.desiredCounts
      told.desiredCounts = [...before, desiredCount]
      await call(url, 'UpdateService', { service: `web-${writer}`, desiredCount })
      told.desiredCounts = [desiredCount]
    }
  }
  told.answers++
}

const write = async (url: string, writer: number, told: Told, random: Seeded): Promise<void> => {
  try {
    for (;;) await change(url, writer, told, random)
  } catch (error) {
    // The server's end is the writer's; a refusal is a failure.
    if (error instanceof Refusal) throw error
  }
}

const start = (): { child: ChildProcess; stderr: () => string; ended: Promise<unknown>; addresses: () => Addresses | undefined } => {
  rmSync(processFile, { force: true })
  const args = ['serve', '--port', '0', '--admin-port', '0', '--data', data, '--process-file', processFile]
  const { child, ended } = home.start(args, { cwd: '/' })
  children.push(child)
  let stderr = ''
  child.stderr?.on('data', (part: string) => (stderr += part))
  const addresses = (): Addresses | undefined => {
    try {
      const found: Addresses = JSON.parse(readFileSync(processFile, 'utf8'))
      return found
    } catch {
      return undefined
    }
  }
  return { child, ended, stderr: () => stderr, addresses }
}

const serving = async (): Promise<ReturnType<typeof start> & Addresses> => {
  const started = start()
  const { url, adminUrl } = await until('kecs serve to answer', started.addresses, { everyMs: 10, withinMs: 30_000 }).catch(() => {
    throw new Error(`kecs serve does not answer: ${started.stderr()}`)
  })
  return { ...started, url, adminUrl }
}

const wrongs = async ({ url, adminUrl }: Addresses, all: readonly Told[]): Promise<readonly string[]> => {
  const wrong: string[] = []
  const query = async (sql: string): Promise<string> =>
    (await fetch(`${adminUrl}/query`, { method: 'POST', body: JSON.stringify({ sql, limit: 1_000_000 }) })).text()
  const history = await query("SELECT DISTINCT key FROM history WHERE table_name IN ('ecs_clusters', 'ecs_task_definitions', 'ecs_tasks')")
  const state = await query('SELECT key, body FROM state')
  for (const [writer, told] of all.entries()) {
    const arns = [...told.clusters].map(name => `cluster/${name}"`)
    for (const arn of [...arns, ...told.revisions.keys(), ...[...told.runs.values()].flat()]) {
      if (!history.includes(arn)) wrong.push(`history does not know ${arn}`)
      if (!state.includes(arn)) wrong.push(`${arn} is gone`)
    }
    for (const value of told.revisions.values()) if (!state.includes(value)) wrong.push(`the revision with ${value} is gone`)
    for (const [token, tasks] of told.runs) {
      const again: { tasks: { taskArn: string }[] } = JSON.parse(await call(url, 'RunTask', run(token)))
      const shown = again.tasks.map(({ taskArn }) => taskArn).toSorted()
      if (shown.join() !== tasks.toSorted().join()) wrong.push(`RunTask with ${token} told ${shown.join()} instead of ${tasks.join()}`)
    }
    const { services }: { services: { desiredCount: number }[] } = JSON.parse(
      await call(url, 'DescribeServices', { services: [`web-${writer}`] }),
    )
    const desiredCount = services[0]?.desiredCount ?? -1
    if (!told.desiredCounts.includes(desiredCount))
      wrong.push(`web-${writer} has ${desiredCount} and not one of ${told.desiredCounts.join()}`)
  }
  return wrong
}

test(`what was acknowledged survives ${kills} times SIGKILL`, async () => {
  const seed = Number(process.env['KECS_CRASH_SEED'] ?? 1)
  const random = new Seeded(seed)
  const all = Array.from({ length: writers }, (): Told => {
    return { clusters: new Set(), revisions: new Map(), runs: new Map(), desiredCounts: [1], answers: 0 }
  })
  const first = await serving()
  await call(first.url, 'CreateCluster', {})
  await call(first.url, 'RegisterTaskDefinition', definition('base', 'none'))
  for (const writer of all.keys())
    await call(first.url, 'CreateService', { serviceName: `web-${writer}`, taskDefinition: 'base', desiredCount: 1 })
  first.child.kill('SIGKILL')
  await first.ended
  for (let kill = 1; kill < kills; kill++) {
    // Every fifth is killed as it starts, at whatever point that is.
    if (kill % 5 === 0) {
      const starting = start()
      await Bun.sleep(random.below(600))
      starting.child.kill('SIGKILL')
      await starting.ended
      continue
    }
    const server = await serving()
    const writing = Promise.all(all.map((told, writer) => write(server.url, writer, told, new Seeded(random.below(2 ** 31)))))
    await Bun.sleep(20 + random.below(300))
    server.child.kill('SIGKILL')
    await Promise.all([writing, server.ended])
  }
  const last = await serving()
  expect({ seed, wrong: await wrongs(last, all) }).toEqual({ seed, wrong: [] })
  expect(all.reduce((sum, { answers }) => sum + answers, 0)).toBeGreaterThan(kills * 5)
  last.child.kill('SIGTERM')
  await last.ended
})
