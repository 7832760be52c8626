// Starts the programs that ./dev is made of.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dir, '../..')

export type Environment = Readonly<Record<string, string | undefined>>

/** Resolves with the exit code; what the program prints goes where this one's does. Interrupts reach it by the terminal. */
export async function exitCodeOf(command: readonly string[], options: { env?: Environment } = {}): Promise<number> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...options.env } })
  const stay = (): void => {}
  process.on('SIGINT', stay)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
    })
  } finally {
    process.off('SIGINT', stay)
  }
}

/** As `exitCodeOf`, but a failure ends this program with the same exit code. */
export async function run(command: readonly string[], options: { env?: Environment } = {}): Promise<void> {
  const code = await exitCodeOf(command, options)
  if (code !== 0) process.exit(code)
}

export const testbed = join(root, '../shared/testbed/testbed')
export const hasTestbed = existsSync(testbed)

/** The environment with the testbed's kind and kubectl on PATH, where there is a testbed. */
export function withTestbed(): Environment {
  if (!hasTestbed) return {}
  const bin = join(process.env['TESTBED_CACHE'] ?? join(homedir(), '.cache/testbed'), 'bin')
  return { PATH: `${bin}:${process.env['PATH'] ?? ''}` }
}

/** Whether a Docker engine answers here. */
export async function dockerAnswers(): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn('docker', ['version', '--format', '{{.Server.Version}}'], { stdio: 'ignore' })
    child.on('error', () => resolve(false))
    child.on('exit', code => resolve(code === 0))
  })
}
