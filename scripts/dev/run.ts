// Starts the programs that ./dev is made of.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const root = join(import.meta.dir, '../..')

export type Environment = Readonly<Record<string, string | undefined>>

export interface RunOptions {
  readonly env?: Environment
  /** Told each line that the program prints, to whichever of its two outputs; it has no terminal to print to then. */
  readonly onLine?: (line: string) => void
  /** With `onLine`: what it prints goes nowhere else. */
  readonly isQuiet?: boolean
}

/** Resolves with the exit code; what the program prints goes where this one's does. Interrupts reach it by the terminal. */
export async function exitCodeOf(command: readonly string[], { env, onLine, isQuiet = false }: RunOptions = {}): Promise<number> {
  const [program = '', ...args] = command
  const output = onLine === undefined ? 'inherit' : 'pipe'
  const child = spawn(program, args, { cwd: root, stdio: ['inherit', output, output], env: { ...process.env, ...env } })
  const read = [child.stdout, child.stderr].map((from, at) => {
    if (from === null || onLine === undefined) return Promise.resolve()
    if (!isQuiet) from.on('data', (chunk: Buffer) => (at === 0 ? process.stdout : process.stderr).write(chunk))
    const lines = createInterface({ input: from, crlfDelay: Infinity })
    lines.on('line', onLine)
    return new Promise<void>(resolve => lines.on('close', resolve))
  })
  const stay = (): void => {}
  process.on('SIGINT', stay)
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 1)))
    })
    // What it left running may keep its outputs open, with nothing more to come.
    await Promise.race([Promise.all(read), new Promise(resolve => setTimeout(resolve, 2000).unref())])
    return code
  } finally {
    process.off('SIGINT', stay)
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
}

/** As `exitCodeOf`, but a failure ends this program with the same exit code. */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<void> {
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
