// The executable: its size and how long its commands take to start.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { figure, mib, spread, title } from './figures.ts'

const kecs = join(import.meta.dir, '../../dist/kecs')

export async function bench(): Promise<void> {
  title(
    'The binary',
    '`kecs version` and `kecs --help` started 20 times each in turn, whole process, file cache warm; /bin/true for comparison.',
  )
  const times = { version: [] as number[], help: [] as number[], true: [] as number[] }
  const time = (program: string, args: string[]): number => {
    const started = performance.now()
    const { status } = spawnSync(program, args, { stdio: 'ignore' })
    if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`)
    return performance.now() - started
  }
  time(kecs, ['version'])
  for (let run = 0; run < 20; run++) {
    times.version.push(time(kecs, ['version']))
    times.help.push(time(kecs, ['--help']))
    times.true.push(time('/bin/true', []))
  }
  figure('size', mib(statSync(kecs).size))
  figure('kecs version', spread(times.version))
  figure('kecs --help', spread(times.help))
  figure('/bin/true', spread(times.true))
}
