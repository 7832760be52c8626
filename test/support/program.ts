// kecs as a user runs it: the binary that KECS_PROGRAM names, else the checkout's source; each test with its own KECS_HOME.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dir, '../..')
const program = process.env['KECS_PROGRAM']
export const kecsCommand: readonly string[] = program === undefined ? [process.execPath, join(root, 'cli/main.ts')] : [program]

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** What comes from standard input, which is empty otherwise. */
  readonly input?: string
}

export interface Home {
  readonly path: string
  run(args: readonly string[], options?: RunOptions): Promise<Ended>
  /** Started and left to the caller. */
  start(args: readonly string[], options?: RunOptions): { child: ChildProcess; ended: Promise<Ended> }
  /** Brings every instance down and removes the folder. */
  remove(): Promise<void>
}

/** A home of its own, with no Docker, no settings of whoever runs the tests and no terminal. */
export const makeHome = (): Home => {
  const path = mkdtempSync(join(tmpdir(), 'kecs-test-'))
  const start: Home['start'] = (args, { env = {}, cwd = path, input } = {}) => {
    const [command = '', ...before] = kecsCommand
    const child = spawn(command, [...before, ...args], {
      cwd,
      env: { PATH: '/usr/bin:/bin', HOME: path, KECS_HOME: join(path, 'kecs'), DOCKER_HOST: 'unix:///nonexistent.sock', ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    child.stdin?.end(input)
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', code => resolve({ code: code ?? -1, stdout, stderr }))
    })
    return { child, ended }
  }
  const run: Home['run'] = (args, options) => start(args, options).ended
  return {
    path: join(path, 'kecs'),
    run,
    start,
    remove: async () => {
      const { stdout } = await run(['completion', '--words', '--', 'down', '--name', ''])
      const names = stdout.split('\n').flatMap(line => line.split('\t')[0] || [])
      for (const name of names) await run(['down', '--name', name])
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** A port that nothing listens on. */
export const unusedPort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
