// One kecs instance on a real cluster, shared by the tests of a run: made by dist/kecs when the first test asks for
// it, removed when the run ends (see teardown.ts, which ./dev test preloads).
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dir, '../..')

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface TestInstance {
  readonly name: string
  /** What it lies on, such as kind. */
  readonly driver: string
  /** Changes when `moveTo` is called. */
  readonly home: string
  /** The door on the host. */
  readonly endpoint: string
  /** What `kecs env` exports, for SDKs and the AWS CLI. */
  readonly environment: Readonly<Record<string, string>>
  readonly kubeconfig: string
  /** Runs a kecs command against this instance; a failure is thrown with all that it printed unless `check` is false. */
  kecs(args: readonly string[], options?: { check?: boolean; timeoutMs?: number; env?: Record<string, string> }): Promise<Finished>
  /** Runs a kecs command that is interrupted, as by Ctrl-C, once it has said all of these. */
  interrupt(args: readonly string[], said: readonly string[]): Promise<Finished>
  /** Runs any program with the instance's environment and kubeconfig. */
  run(
    command: readonly string[],
    options?: { check?: boolean; input?: string; timeoutMs?: number; env?: Record<string, string> },
  ): Promise<Finished>
  /** Answers of `aws ARGS --output json`, parsed. */
  aws(...args: readonly string[]): Promise<Record<string, unknown>>
  kubectl(...args: readonly string[]): Promise<string>
  /** What a cluster lacks that was made or started anew: the images of the tests' tasks, its kubeconfig, rules of this sandbox. */
  prepare(): Promise<void>
  /** From now on the instance is the one of that name in another KECS_HOME, as on another machine. */
  moveTo(home: string): void
}

/** Images that the tests' tasks run, brought into the cluster from the local Docker. */
const taskImages = ['nginx:alpine', 'busybox:latest', 'kecs-test/curl:latest', 'kecs-test/awscli:latest']

const shared = globalThis as { kecsTestInstance?: Promise<TestInstance> }

export function instance(): Promise<TestInstance> {
  shared.kecsTestInstance ??= makeInstance(process.env['KECS_TEST_DRIVER'] ?? 'kind')
  return shared.kecsTestInstance
}

export async function removeShared(): Promise<void> {
  const made = await shared.kecsTestInstance?.catch(() => undefined)
  if (made) await removeInstance(made)
}

/** What hinders it is said, as it is no test's failure: the run goes on. */
export async function removeInstance(made: TestInstance): Promise<void> {
  await bringDown(made)
  for (const folder of [made.home, dirname(made.kubeconfig)]) rmSync(folder, { recursive: true, force: true })
}

async function bringDown({ name, kecs }: Pick<TestInstance, 'name' | 'kecs'>): Promise<void> {
  const { code, stdout, stderr } = await kecs(['down', '--delete-data', '--yes'], { check: false, timeoutMs: 120_000 })
  if (code !== 0) process.stderr.write(`instance ${name} could not be removed: kecs down ended with ${code}\n${stdout}${stderr}\n`)
}

export function execute(
  command: readonly string[],
  options: {
    env?: Record<string, string | undefined>
    input?: string
    timeoutMs?: number
    /** Once standard error has all of these, the program is interrupted. */
    interruptAfter?: readonly string[]
  } = {},
): Promise<Finished> {
  const [program = '', ...args] = command
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env: { ...process.env, ...options.env }, stdio: 'pipe' })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    let isInterrupted = options.interruptAfter === undefined
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      if (isInterrupted || options.interruptAfter?.every(each => stderr.includes(each)) !== true) return
      isInterrupted = true
      child.kill('SIGINT')
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 120_000)
    child.on('error', reject)
    child.on('close', code => {
      clearTimeout(timer)
      resolve({ code: code ?? -1, stdout, stderr })
    })
    child.stdin.end(options.input ?? '')
  })
}

function checked(command: readonly string[], finished: Finished, check: boolean): Finished {
  if (check && finished.code !== 0) {
    throw new Error(`${command.join(' ')} ended with ${finished.code}\n${finished.stdout}\n${finished.stderr}`)
  }
  return finished
}

/**
 * While kube-proxy writes its rules, a connection to a Service can leave the node with the Service's own address. Where
 * a gateway of this machine answers whatever address it is asked for, as in sandboxes, the caller would go on talking to
 * that gateway. Nothing but such a connection comes by these rules.
 */
export async function keepServiceAddressesInside(node: string): Promise<void> {
  for (const chain of ['OUTPUT', 'FORWARD']) {
    const rule = ['iptables', '-w', '-A', chain, '-d', '10.96.0.0/16', '-p', 'tcp', '-j', 'REJECT', '--reject-with', 'tcp-reset']
    const command = ['docker', 'exec', node, ...rule]
    checked(command, await execute(command, { timeoutMs: 30_000 }), true)
  }
}

/** An instance of its own, to be removed by `removeInstance`. */
export async function makeInstance(driver: string): Promise<TestInstance> {
  let home = mkdtempSync(join(tmpdir(), 'kecs-test-home-'))
  const name = `test-${driver}-${process.pid}`
  const base = () => ({ KECS_HOME: home, NO_COLOR: '1' })
  const program = join(root, 'dist/kecs')
  const kecs: TestInstance['kecs'] = async (args, options = {}) => {
    const command = [program, ...args, '--name', name]
    return checked(command, await execute(command, { ...options, env: { ...base(), ...options.env } }), options.check ?? true)
  }
  const interrupt: TestInstance['interrupt'] = (args, said) =>
    execute([program, ...args, '--name', name], { env: base(), timeoutMs: 300_000, interruptAfter: said })
  const kubeconfig = join(home, 'kubeconfig')
  const prepare = async (): Promise<void> => {
    await kecs(['image', 'load', ...taskImages], { timeoutMs: 300_000 })
    if (driver === 'kind') await keepServiceAddressesInside(`kecs-${name}-control-plane`)
    await Bun.write(kubeconfig, (await kecs(['kubeconfig'])).stdout)
  }
  try {
    await kecs(['up', '--driver', driver], { timeoutMs: 300_000 })
    await prepare()
    const environment = JSON.parse((await kecs(['env', '--json'])).stdout) as Record<string, string>
    const run: TestInstance['run'] = async (command, options = {}) => {
      const env = { ...base(), ...environment, KUBECONFIG: kubeconfig, AWS_PAGER: '', ...options.env }
      return checked(command, await execute(command, { ...options, env }), options.check ?? true)
    }
    return {
      name,
      driver,
      get home() {
        return home
      },
      endpoint: environment['AWS_ENDPOINT_URL'] ?? '',
      environment,
      kubeconfig,
      kecs,
      interrupt,
      run,
      aws: async (...args) => {
        const { stdout } = await run(['aws', ...args, '--output', 'json'])
        return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>)
      },
      kubectl: async (...args) => (await run(['kubectl', ...args])).stdout,
      prepare,
      moveTo: other => {
        home = other
      },
    }
  } catch (error) {
    await bringDown({ name, kecs })
    rmSync(home, { recursive: true, force: true })
    throw error
  }
}
