// DescribeClusters: requests a second and latency of the simulated control plane, direct, on one core.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { figure, mib, ms, title } from './figures.ts'
import { ecsHeaders, load } from './load.ts'

const kecs = join(import.meta.dir, '../../dist/kecs')
const port = 4790

export async function bench(): Promise<void> {
  title(
    'Requests a second, direct',
    '`kecs serve` on CPU 0 (taskset), the client on CPU 1; DescribeClusters of one cluster by name; keep-alive; 3 runs of 5 s for each number of connections.',
  )
  const folder = mkdtempSync(join(tmpdir(), 'kecs-bench-'))
  const pinned = spawnSync('taskset', ['-V'], { stdio: 'ignore' }).status === 0
  if (pinned) spawnSync('taskset', ['-acp', '1', String(process.pid)], { stdio: 'ignore' })
  else console.log('taskset is not here: server and client share the cores')
  const command = [kecs, 'serve', '--port', String(port), '--admin-port', String(port + 1), '--data', folder]
  const [program = '', ...args] = pinned ? ['taskset', '-c', '0', ...command] : command
  const server = spawn(program, args, { stdio: 'ignore', env: { ...process.env, KECS_HOME: folder } })
  try {
    const url = `http://127.0.0.1:${port}`
    await call(url, 'CreateCluster', '{"clusterName":"bench"}')
    const rss = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
    // Clock ticks of 10 ms, user and system: what a noisy neighbour does not change.
    const cpuSeconds = (): number => {
      const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return (Number(fields[11]) + Number(fields[12])) / 100
    }
    figure('resident after start', mib(rss()))
    for (const connections of [1, 16, 64]) {
      for (let run = 1; run <= 3; run++) {
        const before = cpuSeconds()
        const result = await load({ url, headers: ecsHeaders('DescribeClusters'), body: '{"clusters":["bench"]}', connections, seconds: 5 })
        const perCore = result.requests / (cpuSeconds() - before)
        const { p50, p90, p99, max } = result.latency
        figure(
          `${connections} connections, run ${run}`,
          `${result.perSecond.toFixed(0)} a second, ${perCore.toFixed(0)} for each second of CPU; p50 ${ms(p50)}, p90 ${ms(p90)}, p99 ${ms(p99)}, most ${ms(max)}; ${result.failures} failed`,
        )
      }
    }
    figure('resident after the load', mib(rss()))
  } finally {
    server.kill('SIGTERM')
    await new Promise(resolve => server.once('exit', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}

async function call(url: string, operation: string, body: string): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const answer = await fetch(url, { method: 'POST', headers: ecsHeaders(operation), body }).catch(() => undefined)
    if (answer?.ok) return
    if (performance.now() > deadline)
      throw new Error(`${url} does not answer ${operation}: ${answer ? await answer.text() : 'no connection'}`)
    await Bun.sleep(50)
  }
}
