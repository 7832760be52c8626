import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'

// install.sh and the GitHub Action's script, from an empty HOME and a release made here, served by this process.

setDefaultTimeout(300_000)

const root = join(import.meta.dir, '../..')
const version = '9.9.9'
let folder: string
let release: string
let server: Bun.Server<undefined>
/** Paths of the release whose content is spoiled on the way. */
const spoiled = new Set<string>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kecs-install-'))
  release = join(folder, 'release')
  const made = Bun.spawnSync(['bun', 'scripts/release/index.ts', '--host', '--version', version, '--out', release], { cwd: root })
  expect(made.stderr.toString() + made.exitCode).toBe('0')
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: request => {
      const path = /^\/releases\/(?:latest\/download|download\/v9\.9\.9)\/([\w.-]+)$/.exec(new URL(request.url).pathname)?.[1]
      if (path === undefined || !existsSync(join(release, path))) return new Response('no such file', { status: 404 })
      if (!spoiled.has(path)) return new Response(Bun.file(join(release, path)))
      const bytes = readFileSync(join(release, path))
      bytes[100] = (bytes[100] ?? 0) ^ 1
      return new Response(bytes)
    },
  })
})
afterAll(async () => {
  await server.stop(true)
  rmSync(folder, { recursive: true, force: true })
})

let homes = 0
const newHome = (): string => {
  const home = join(folder, `home-${homes++}`)
  mkdirSync(home)
  return home
}

interface Ran {
  readonly code: number | null
  readonly text: string
}

const runWith = async (shell: readonly string[], args: readonly string[], env: Record<string, string>): Promise<Ran> => {
  const child = Bun.spawn([...shell, ...args], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', KECS_RELEASES: `${server.url.origin}/releases`, ...env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr, code] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text(), child.exited])
  return { code, text: stdout + stderr }
}

const script = join(root, 'deploy/install.sh')
const dash: readonly string[] = ['/bin/sh', script]
const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

describe('install.sh', () => {
  test('installs the newest release, and takes it away again', async () => {
    const HOME = newHome()
    const installed = await runWith(dash, ['--completions'], { HOME })
    expect(installed.code).toBe(0)
    expect(installed.text).toContain(`Installed kecs ${version}`)
    expect(installed.text).toContain(`${HOME}/.local/bin is not on PATH.`)
    const kecs = join(HOME, '.local/bin/kecs')
    expect(await runWith([kecs], ['version'], { HOME })).toMatchObject({ code: 0, text: `kecs ${version}\n` })
    expect(readFileSync(join(HOME, '.local/share/bash-completion/completions/kecs'), 'utf8')).toContain('complete -F _kecs kecs')
    // Over one that is there.
    expect((await runWith(dash, ['--version', version], { HOME, PATH: `/usr/bin:/bin:${HOME}/.local/bin` })).text).not.toContain(
      'not on PATH',
    )

    mkdirSync(join(HOME, '.kecs'))
    const removed = await runWith(dash, ['--uninstall'], { HOME })
    expect(removed.text).toContain('Instances and their data stay')
    expect(existsSync(kecs)).toBe(false)
    expect(existsSync(join(HOME, '.local/share/bash-completion/completions/kecs'))).toBe(false)
  })

  test('refuses what is not what was released, and leaves nothing', async () => {
    const HOME = newHome()
    const archive = [...new Bun.Glob('kecs-*.tar.gz').scanSync(release)][0] ?? ''
    spoiled.add(archive)
    const refused = await runWith(dash, [], { HOME })
    spoiled.delete(archive)
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('its checksum is another one') })
    expect(existsSync(join(HOME, '.local'))).toBe(false)
  })

  test.each([
    [['--version', '1.0.0'], 1, 'could not be fetched'],
    [['--version', '../../x'], 1, 'is no version'],
    [['--dir'], 1, '--dir needs a value'],
    [['--frobnicate'], 2, 'install.sh [--version VERSION]'],
    [['--help'], 0, 'install.sh [--version VERSION]'],
  ])('%p', async (args, code, text) => {
    expect(await runWith(dash, args, { HOME: newHome() })).toMatchObject({ code, text: expect.stringContaining(text) })
  })

  test('says so where the folder cannot be made', async () => {
    const HOME = newHome()
    writeFileSync(join(HOME, 'file'), '')
    const refused = await runWith(dash, ['--dir', join(HOME, 'file/bin')], { HOME })
    expect(refused).toMatchObject({ code: 1, text: expect.stringContaining('cannot be made') })
  })

  test.skipIf(!has('busybox'))("runs in busybox' ash with busybox' own tools", async () => {
    const HOME = newHome()
    const bin = join(folder, 'busybox')
    mkdirSync(bin, { recursive: true })
    spawnSync('busybox', ['--install', '-s', bin])
    const installed = await runWith([join(bin, 'ash'), script], ['--completions'], { HOME, PATH: bin })
    expect(installed).toMatchObject({ code: 0, text: expect.stringContaining(`Installed kecs ${version}`) })
  })

  test.skipIf(!has('shellcheck'))('shellcheck finds nothing', () => {
    const checked = spawnSync('shellcheck', ['deploy/install.sh', 'deploy/action/setup.sh', 'dev', '.ci/run', 'examples/ci/test.sh'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(checked.stdout).toBe('')
    // Such as a line with `!` ahead, which ends no script that is to fail by it.
    const examples = [...new Bun.Glob('examples/*/run.sh').scanSync(root)]
    expect(examples.length).toBeGreaterThan(5)
    expect(spawnSync('shellcheck', ['-x', '-P', 'SCRIPTDIR', ...examples], { cwd: root, encoding: 'utf8' }).stdout).toBe('')
  })
})

describe("the Action's script", () => {
  const files = (HOME: string) => ({
    HOME,
    KECS_HOME: join(HOME, 'instances'),
    RUNNER_TEMP: join(HOME, 'temp'),
    GITHUB_PATH: join(HOME, 'path'),
    GITHUB_ENV: join(HOME, 'env'),
    GITHUB_OUTPUT: join(HOME, 'output'),
    DOCKER_HOST: 'unix:///nonexistent.sock',
    CI: 'true',
    KECS_INPUT_VERSION: version,
    KECS_INPUT_NAME: 'ci',
  })
  const setup = ['/bin/sh', join(root, 'deploy/action/setup.sh')] as const

  test('installs a pinned version, brings it up, and exports what the next steps need', async () => {
    const HOME = newHome()
    mkdirSync(join(HOME, 'temp'))
    const env = { ...files(HOME), KECS_INPUT_DRIVER: 'simulated', KECS_INPUT_ARGUMENTS: '--backend none' }
    const kecs = join(HOME, 'temp/kecs-bin/kecs')
    try {
      const done = await runWith(setup, [], env)
      expect(done).toMatchObject({ code: 0 })
      expect(readFileSync(env.GITHUB_PATH, 'utf8')).toBe(`${HOME}/temp/kecs-bin\n`)
      const endpoint = /^endpoint=(http:\S+)$/m.exec(readFileSync(env.GITHUB_OUTPUT, 'utf8'))?.[1] ?? ''
      expect(readFileSync(env.GITHUB_ENV, 'utf8').split('\n')).toContain(`AWS_ENDPOINT_URL=${endpoint}`)
      expect(await (await fetch(`${endpoint}/_kecs/health`)).json()).toMatchObject({ instance: 'ci', version })
    } finally {
      await runWith([kecs], ['down', '--delete-data', '--yes', '--name', 'ci'], env)
    }
  })

  test('fails where kecs does, and leaves what the doctor found', async () => {
    const HOME = newHome()
    mkdirSync(join(HOME, 'temp'))
    const failed = await runWith(setup, [], files(HOME))
    expect(failed).toMatchObject({ code: 1, text: expect.stringContaining('Docker does not answer') })
    expect(existsSync(join(HOME, 'temp/kecs-doctor.tar.gz'))).toBe(true)
    expect(existsSync(join(HOME, 'env'))).toBe(false)
  })
})

const hasRuby = has('ruby')
if (!hasRuby) console.warn('Skipped: the Homebrew formula is not read, for ruby is not on this machine.')
test.skipIf(!hasRuby)('the Homebrew formula: Ruby reads it, and what it installs of the archive passes its test', () => {
  const prefix = join(folder, 'prefix')
  const evaluated = spawnSync('ruby', ['-w', join(root, 'test/support/formula.rb'), join(release, 'kecs.rb'), release, prefix], {
    encoding: 'utf8',
  })
  expect(evaluated.stderr).toBe('')
  const { machines, installed } = JSON.parse(evaluated.stdout) as {
    machines: Record<string, { version: string; license: string; url?: string; sha256?: string }>
    installed: string[]
  }
  expect(installed).toEqual([
    'bin/kecs',
    'etc/bash_completion.d/kecs',
    'share/fish/vendor_completions.d/kecs.fish',
    'share/man/man1/kecs.1',
    'share/zsh/site-functions/_kecs',
  ])
  // This release is for one machine alone: it has neither address nor checksum for the others.
  const said = Object.values(machines).filter(({ url }) => url !== undefined)
  expect(said).toHaveLength(1)
  expect(Object.keys(machines)).toEqual(['macos arm', 'macos intel', 'linux arm', 'linux intel'])
  expect(said[0]).toMatchObject({ version, license: 'Apache-2.0' })
  const url = /^https:\/\/github\.com\/nandemo-ya\/kecs\/releases\/download\/v9\.9\.9\/kecs-(?:linux|darwin)-(?:x64|arm64)\.tar\.gz$/
  expect(said[0]?.url).toMatch(url)
})

describe('the examples of other CI systems, on a simulated instance', () => {
  const hasAws = has('aws')
  if (!hasAws) console.warn('Skipped: the steps of GitLab CI and CircleCI are not run, for the AWS CLI is not on this machine.')
  const example = (name: string): unknown => parse(readFileSync(join(root, 'examples/ci', name), 'utf8'))
  /** The release is the one that was made here, and programs go into the empty home. */
  const here = (line: string): string =>
    line
      .replaceAll('https://github.com/nandemo-ya/kecs/releases', `${server.url.origin}/releases`)
      .replaceAll('0.1.0', version)
      .replace('--dir /usr/local/bin', '--dir "$HOME/bin"')
  const environment = (HOME: string) => ({
    HOME,
    KECS_HOME: join(HOME, 'instances'),
    DOCKER_HOST: 'unix:///nonexistent.sock',
    PATH: `${HOME}/bin:${process.env['PATH']}`,
    CI: 'true',
  })
  const down = (HOME: string) => runWith([join(HOME, 'bin/kecs')], ['down', '--delete-data', '--yes'], environment(HOME))
  const bash = (lines: string, env: Record<string, string>): Promise<Ran> =>
    runWith(['bash', '-eo', 'pipefail', '-c', `cd '${root}/examples/ci'\n${lines}`], [], env)

  test.skipIf(!hasAws)('GitLab CI', async () => {
    const HOME = newHome()
    try {
      const { test: job } = example('gitlab.yml') as { test: Record<'before_script' | 'script' | 'after_script', string[]> }
      // What Debian has is here; what has to be fetched is not what this is about.
      const lines = [...job.before_script, ...job.script].filter(line => !line.startsWith('apt-get '))
      expect(await bash(lines.map(here).join('\n'), environment(HOME))).toMatchObject({ code: 0 })
      const after = job.after_script.join('\n').replace('kecs-doctor.tar.gz', '"$HOME/kecs-doctor.tar.gz"')
      expect(await bash(after, environment(HOME))).toMatchObject({ code: 0 })
      expect(existsSync(join(HOME, 'kecs-doctor.tar.gz'))).toBe(true)
    } finally {
      await down(HOME)
    }
  })

  test.skipIf(!hasAws)('CircleCI', async () => {
    const HOME = newHome()
    const env = { ...environment(HOME), KECS_DRIVER: 'simulated', BASH_ENV: join(HOME, 'bash-env') }
    writeFileSync(env.BASH_ENV, '')
    try {
      const { jobs } = example('circleci.yml') as { jobs: { test: { steps: (string | { run?: unknown })[] } } }
      const lines = jobs.test.steps.flatMap(step => (typeof step === 'object' && typeof step.run === 'string' ? [step.run] : []))
      expect(lines.length).toBeGreaterThan(4)
      for (const line of lines) expect({ line, ...(await bash(here(line), env)) }).toMatchObject({ line, code: 0 })
    } finally {
      await down(HOME)
    }
  })
})
