// Bodies that mean harm: how long each takes to be refused, and what memory they leave behind.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { figure, median, mib, ms, title } from './figures.ts'
import { hostileBodies } from '../support/hostile-bodies.ts'

const kecs = join(import.meta.dir, '../../dist/kecs')
const port = 4798

export async function bench(): Promise<void> {
  title('Hostile bodies', 'Each body 50 times to `kecs serve`, one after the other; the time until it is refused.')
  const folder = mkdtempSync(join(tmpdir(), 'kecs-bench-'))
  const args = ['serve', '--port', String(port), '--admin-port', String(port + 1), '--data', folder]
  const server = spawn(kecs, args, { stdio: 'ignore', env: { ...process.env, KECS_HOME: folder } })
  const resident = (): string => mib(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024)
  try {
    const url = `http://127.0.0.1:${port}`
    const deadline = performance.now() + 20_000
    while (!(await fetch(`${url}/_kecs/health`).catch(() => undefined))) {
      if (performance.now() > deadline) throw new Error(`${url} does not answer`)
      await Bun.sleep(50)
    }
    figure('resident before', resident())
    for (const { what, operation, body, headers } of hostileBodies(gzipSync)) {
      const times: number[] = []
      let status = 0
      for (let round = 0; round < 50; round++) {
        const began = performance.now()
        const response = await fetch(url, {
          method: 'POST',
          headers: { ...headers, 'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}` },
          body,
        })
        await response.text()
        times.push(performance.now() - began)
        ;({ status } = response)
      }
      figure(what, `${status}; median ${ms(median(times))}, most ${ms(Math.max(...times))}`)
    }
    figure('resident after', resident())
  } finally {
    server.kill('SIGTERM')
    await new Promise(resolve => server.once('exit', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
}
