// Bodies that mean harm: how long each takes to be refused, and what memory they leave behind.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { figure, median, mib, ms, title } from './figures.ts'
import { type HostileBody, hostileBodies, hostileForms } from '../support/hostile-bodies.ts'

const kecs = join(import.meta.dir, '../../dist/kecs')
const port = 4798
const rounds = 100

const headersOf = ({ headers, operation }: HostileBody): Record<string, string> =>
  headers['content-type'] === undefined
    ? { ...headers, 'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}` }
    : { ...headers, authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/elasticloadbalancing/aws4_request' }

export async function bench(): Promise<void> {
  title(
    'Hostile bodies',
    `Each body ${rounds} times to \`kecs serve\`, one after the other: the time until it is refused, and what of it the server was on a processor.`,
  )
  const folder = mkdtempSync(join(tmpdir(), 'kecs-bench-'))
  const args = ['serve', '--port', String(port), '--admin-port', String(port + 1), '--data', folder]
  const server = spawn(kecs, args, { stdio: 'ignore', env: { ...process.env, KECS_HOME: folder } })
  const resident = (): string => mib(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024)
  /** Milliseconds that the server's main thread has run. https://docs.kernel.org/scheduler/sched-stats.html */
  const onProcessor = (): number => Number(readFileSync(`/proc/${server.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  try {
    const url = `http://127.0.0.1:${port}`
    const deadline = performance.now() + 20_000
    while (!(await fetch(`${url}/_kecs/health`).catch(() => undefined))) {
      if (performance.now() > deadline) throw new Error(`${url} does not answer`)
      await Bun.sleep(50)
    }
    figure('resident before', resident())
    for (const hostile of [...hostileBodies(gzipSync), ...hostileForms]) {
      const { what, body } = hostile
      const headers = headersOf(hostile)
      const times: number[] = []
      const busy: number[] = []
      let status = 0
      for (let round = 0; round < rounds; round++) {
        const before = onProcessor()
        const began = performance.now()
        const response = await fetch(url, { method: 'POST', headers, body })
        await response.text()
        times.push(performance.now() - began)
        busy.push(onProcessor() - before)
        ;({ status } = response)
      }
      figure(
        what,
        `${status}; median ${ms(median(times))}, 99 of 100 ${ms(percentile(times))}, most ${ms(Math.max(...times))}; on the processor at most ${ms(Math.max(...busy))}`,
      )
    }
    figure('resident after', resident())
  } finally {
    server.kill('SIGTERM')
    await new Promise(resolve => server.once('exit', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}

const percentile = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99) - 1] ?? 0
