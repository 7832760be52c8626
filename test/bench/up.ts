// `kecs up` against the creation of a bare kind cluster. Clusters are stopped, not deleted, between rounds: a file system
// that has just deleted some hundred thousand files makes new ones slowly, and the larger part would pay for it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute } from '../support/instance.ts'
import { figure, median, seconds, title } from './figures.ts'

const program = join(import.meta.dir, '../../dist/kecs')
const rounds = Number(process.env['KECS_BENCH_UPS'] ?? 3)
const names = Array.from({ length: rounds }, (_, round) => `bench-${round + 1}`)

export async function bench(): Promise<void> {
  title(
    '`kecs up` against bare cluster creation',
    `${rounds} rounds in turn: \`kind create cluster --wait 120s\` with the same node image, then \`kecs up --driver kind\` until every component is ready; images in the local Docker; what was made is stopped after its round and deleted at the end.`,
  )
  const home = mkdtempSync(join(tmpdir(), 'kecs-bench-'))
  const env = { KECS_HOME: home, KUBECONFIG: join(home, 'bare.kubeconfig'), NO_COLOR: '1' }
  const must = async (...command: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await execute(command, { env, timeoutMs: 400_000 })
    if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
    return stdout
  }
  const timed = async (...command: readonly string[]): Promise<number> => {
    const started = performance.now()
    await must(...command)
    return performance.now() - started
  }
  const image = (await must('docker', 'images', 'kindest/node', '--format', '{{.Repository}}:{{.Tag}}')).split('\n')[0] ?? ''
  const bare: number[] = []
  const up: number[] = []
  try {
    for (const name of names) {
      bare.push(await timed('kind', 'create', 'cluster', '--name', `kecs-${name}-bare`, '--image', image, '--wait', '120s'))
      await must('docker', 'stop', '--time', '5', `kecs-${name}-bare-control-plane`)
      up.push(await timed(program, 'up', '--driver', 'kind', '--name', name))
      if (name === names.at(-1)) figure('up again, all there', seconds(await timed(program, 'up', '--name', name)))
      await must(program, 'stop', '--name', name)
      figure(name, `bare ${seconds(bare.at(-1) ?? 0)}, up ${seconds(up.at(-1) ?? 0)}`)
    }
    figure('median', `bare ${seconds(median(bare))}, up ${seconds(median(up))}: adds ${seconds(median(up) - median(bare))}`)
  } finally {
    for (const name of names) {
      await execute([program, 'down', '--delete-data', '--yes', '--name', name], { env, timeoutMs: 120_000 })
      await execute(['kind', 'delete', 'cluster', '--name', `kecs-${name}-bare`], { env, timeoutMs: 120_000 })
    }
    rmSync(home, { recursive: true, force: true })
  }
}
