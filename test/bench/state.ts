// The state as `kecs serve` keeps it: a start with much of it, acknowledged writes over HTTP, snapshots, bytes on disk.
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../server/store/open.ts'
import { silentLog } from '../../server/store/store-log.ts'
import { taskDefinitions, tasks, clusters, type TaskRow } from '../../server/store/tables.ts'
import { systemClock } from '../../shared/clock.ts'
import { aCluster, aDefinition, aTask } from '../support/task-fixture.ts'
import { until } from '../support/until.ts'
import { figure, median, mib, seconds, spread, title } from './figures.ts'
import { ecsHeaders, load } from './load.ts'

const kecs = process.env['KECS_PROGRAM'] ?? join(import.meta.dir, '../../dist/kecs')
const taskCount = 10_000
const changesOfATask = 10

export async function bench(): Promise<void> {
  title(
    'The state',
    `A folder with ${taskCount} tasks, each changed ${changesOfATask} times in commits of its own: 100,000 revisions. Start: from the start of the\n` +
      'process `kecs serve` until DescribeTasks of one of the tasks is answered, 5 times, and the same with an empty folder. Tasks\n' +
      'are STOPPED, so that nothing is to be done with them; then the same with all of them RUNNING on machines that are gone, 3\n' +
      'times, and until each is STOPPED on disk. Snapshot and restore: through the admin port, until answered. Writes:\n' +
      'RegisterTaskDefinition over keep-alive connections, 5 s each, client and server on the same cores; each answer is on disk.\n' +
      'The disk is that of the temporary folder.',
  )
  const folder = await mkdtemp(join(tmpdir(), 'kecs-bench-state-'))
  try {
    await benchIn(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function benchIn(folder: string): Promise<void> {
  const empty: number[] = []
  const full: number[] = []
  const data = join(folder, 'full')
  const begun = await serve(data)
  await askSnapshots(begun.adminUrl, 'take', 'empty')
  await begun.stop()
  await fill(data, 'STOPPED')
  const { size } = await stat(join(data, 'kecs.duckdb'))
  figure('file', mib(size))
  const json = JSON.stringify(taskRow(1, 5, 'STOPPED')).length
  figure('bytes on disk a change', `${Math.round(size / (taskCount * changesOfATask))}, of a row that is ${json} as JSON`)
  for (let round = 0; round < 5; round++) {
    for (const [times, where] of [
      [empty, join(folder, `empty-${round}`)],
      [full, data],
    ] as const) {
      const server = await serve(where)
      times.push(server.startMs)
      await server.stop()
    }
  }
  figure('start, nothing there', spread(empty))
  figure('start, 10,000 tasks, 100,000 revisions', spread(full))
  figure('of that for the state', seconds(median(full) - median(empty)))
  await benchGone(folder)
  const server = await serve(data)
  try {
    await benchSnapshots(server.adminUrl)
    for (const connections of [1, 64]) await benchWrites(server.url, connections)
  } finally {
    await server.stop()
  }
}

/** As after a machine's crash: every task's end has to be recorded. */
async function benchGone(folder: string): Promise<void> {
  const running = join(folder, 'running')
  await fill(running, 'RUNNING')
  const answered: number[] = []
  const recorded: number[] = []
  for (let round = 0; round < 3; round++) {
    const data = join(folder, `running-${round}`)
    await cp(running, data, { recursive: true })
    const started = performance.now()
    const server = await serve(data)
    answered.push(server.startMs)
    const sql = "SELECT count(*) FILTER (last_status <> 'STOPPED') = 0 FROM tasks"
    const isDone = async (): Promise<boolean> =>
      (await (await fetch(`${server.adminUrl}/query`, { method: 'POST', body: JSON.stringify({ sql }) })).text()).includes('true')
    await until('every task is STOPPED', isDone, { everyMs: 100, withinMs: 120_000 })
    recorded.push(performance.now() - started)
    await server.stop()
  }
  figure('start, 10,000 tasks whose machines are gone', spread(answered))
  figure('until the end of each is on disk', spread(recorded))
}

async function benchWrites(url: string, connections: number): Promise<void> {
  const containerDefinitions = [{ name: 'app', image: 'nginx', memory: 64 }]
  const body = JSON.stringify({ family: `bench-${connections}`, containerDefinitions })
  const result = await load({ url, headers: ecsHeaders('RegisterTaskDefinition'), body, connections, seconds: 5 })
  const { p50, p99 } = result.latency
  const rate = `${Math.round(result.perSecond)} a second; p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms; ${result.failures} failed`
  figure(`acknowledged writes, ${connections} client${connections === 1 ? '' : 's'}`, rate)
}

const askSnapshots = async (adminUrl: string, verb: string, name: string): Promise<number> => {
  const started = performance.now()
  const response = await fetch(`${adminUrl}/snapshots/${verb}`, { method: 'POST', body: JSON.stringify({ name }) })
  const text = await response.text()
  if (!response.ok) throw new Error(`${verb}: ${text}`)
  return performance.now() - started
}

async function benchSnapshots(adminUrl: string): Promise<void> {
  const times: Record<'take' | 'same' | 'away' | 'back', number[]> = { take: [], same: [], away: [], back: [] }
  for (let round = 0; round < 5; round++) {
    times.take.push(await askSnapshots(adminUrl, 'take', `s${round}`))
    times.same.push(await askSnapshots(adminUrl, 'restore', `s${round}`))
    times.away.push(await askSnapshots(adminUrl, 'restore', 'empty'))
    times.back.push(await askSnapshots(adminUrl, 'restore', `s${round}`))
  }
  figure('snapshot of 10,000 tasks', spread(times.take))
  figure('restore where nothing has changed', spread(times.same))
  figure('restore that removes 10,000 tasks', spread(times.away))
  figure('restore that brings back 10,000 tasks', spread(times.back))
}

/** As many commits as revisions, 100 at a time. */
async function fill(folder: string, end: 'STOPPED' | 'RUNNING'): Promise<void> {
  const store = await openStore({ folder, clock: systemClock, log: silentLog })
  await store.commit(tx => {
    tx.put(clusters, aCluster())
    tx.put(taskDefinitions, aDefinition([{ name: 'app', image: 'nginx', memory: 64, essential: true }]))
  })
  for (let change = 0; change < changesOfATask; change++) {
    for (let number = 0; number < taskCount; number += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, of) => store.commit(tx => tx.put(tasks, taskRow(number + of, change, end)))))
    }
  }
  await store.close()
}

const idOf = (number: number): string => new Bun.CryptoHasher('md5').update(String(number)).digest('hex')

/** A task as it is after so many changes, the last of which may be its end. */
const taskRow = (number: number, change: number, end: 'STOPPED' | 'RUNNING'): TaskRow => {
  const taskId = idOf(number)
  const now = Date.now() / 1000
  const lastStatus = change < changesOfATask - 1 ? 'RUNNING' : end
  const row = aTask(['app'], {}, { taskId })
  const containers = (row.task.containers ?? []).map(container => ({
    ...container,
    lastStatus,
    image: 'nginx',
    imageDigest: `sha256:${taskId}${taskId}`,
    runtimeId: `${taskId}${taskId}`,
    cpu: '0',
    memory: '64',
  }))
  const ended =
    lastStatus === 'STOPPED'
      ? { stoppedAt: now, stopCode: 'EssentialContainerExited' as const, stoppedReason: 'Essential container in task exited' }
      : {}
  const task = {
    ...row.task,
    lastStatus,
    desiredStatus: lastStatus,
    version: change,
    containers,
    createdAt: now,
    startedAt: now,
    connectivity: 'CONNECTED' as const,
    group: 'family:web',
    cpu: '0',
    memory: '64',
    ...ended,
  }
  return { ...row, task, epoch: 'bench' }
}

interface Serving {
  readonly url: string
  readonly adminUrl: string
  /** From the start of the process until the first call was answered. */
  readonly startMs: number
  stop(): Promise<void>
}

async function serve(data: string): Promise<Serving> {
  const processFile = `${data}.process-${Math.random()}`
  const started = performance.now()
  const args = ['serve', '--port', '0', '--admin-port', '0', '--data', data, '--process-file', processFile]
  const child = spawn(kecs, args, { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const { url, adminUrl }: { url: string; adminUrl: string } = await until(
    'kecs serve answers',
    async () => JSON.parse(await readFile(processFile, 'utf8')),
    { everyMs: 2, withinMs: 60_000 },
  )
  const body = JSON.stringify({ tasks: [idOf(17)] })
  const answer = await fetch(url, { method: 'POST', headers: ecsHeaders('DescribeTasks'), body })
  const text = await answer.text()
  const startMs = performance.now() - started
  if (answer.status !== 200 && !text.includes('ClusterNotFound')) throw new Error(text)
  const stop = (): Promise<void> => {
    child.kill('SIGTERM')
    return ended
  }
  return { url, adminUrl, startMs, stop }
}
