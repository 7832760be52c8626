// What only the executable does: start on a machine that has nothing, DuckDB coming out of it.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../support/until.ts'

setDefaultTimeout(120_000)

const kecs = process.env['KECS_PROGRAM'] ?? join(import.meta.dir, '../../dist/kecs')

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kecs-binary-'))
})
afterAll(() => rm(root, { recursive: true }))

const newHome = (): Promise<string> => mkdtemp(join(root, 'home-'))

interface Serving {
  readonly adminUrl: string
  /** From the start of the process until it answers, in milliseconds. */
  readonly startMs: number
  stop(): Promise<number | null>
}

const serve = async (home: string, env: Readonly<Record<string, string>> = {}): Promise<Serving> => {
  const processFile = join(home, `process-${Math.random()}.json`)
  const started = performance.now()
  const args = ['serve', '--port', '0', '--admin-port', '0', '--data', join(home, 'data'), '--process-file', processFile]
  // No PATH: nothing of the machine is needed.
  const child = spawn(kecs, args, { env: { HOME: home, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const { adminUrl } = await until('kecs serve answers', async () => {
    if (child.exitCode !== null) throw new Error(`kecs serve ended with ${child.exitCode}: ${stderr}`)
    return readProcessFile(processFile)
  })
  return { adminUrl, startMs: performance.now() - started, stop: () => stop(child) }
}

const readProcessFile = async (path: string): Promise<{ adminUrl: string }> => {
  const written: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (typeof written !== 'object' || written === null || !('adminUrl' in written)) throw new Error(`${path} has no adminUrl`)
  return { adminUrl: String(written.adminUrl) }
}

const stop = (child: ChildProcess): Promise<number | null> =>
  new Promise(resolve => {
    child.once('exit', code => resolve(code))
    child.kill('SIGTERM')
  })

test('version loads neither server nor DuckDB', async () => {
  const home = await newHome()
  const started = performance.now()
  const { stdout, status } = spawnSync(kecs, ['version'], { env: { HOME: home }, encoding: 'utf8' })
  console.log(`kecs version took ${(performance.now() - started).toFixed(0)} ms`)
  expect(stdout).toMatch(/^kecs \d+\.\d+\.\d+/)
  expect(status).toBe(0)
  expect(await readdir(home)).toEqual([])
})

test('serve starts in an empty home, keeps its state in DuckDB, and unpacks once', async () => {
  const home = await newHome()
  const first = await serve(home)
  const health = await fetch(`${first.adminUrl}/health`)
  expect(health.status).toBe(200)
  expect(await first.stop()).toBe(0)
  const [unpacked = ''] = await readdir(join(home, '.cache/kecs'))
  expect(unpacked).toMatch(/^duckdb-[0-9a-f]{16}$/)
  const { ino, mode } = await stat(join(home, '.cache/kecs', unpacked))
  expect(mode & 0o777).toBe(0o700)

  const second = await serve(home)
  expect(await second.stop()).toBe(0)
  console.log(`kecs serve: first start ${first.startMs.toFixed(0)} ms, second ${second.startMs.toFixed(0)} ms`)
  expect((await stat(join(home, '.cache/kecs', unpacked))).ino).toBe(ino)
  expect(await readdir(join(home, 'data'))).toContain('kecs.duckdb')
})

test('several first starts at once all work', async () => {
  const home = await newHome()
  const homes = await Promise.all(Array.from({ length: 3 }, newHome))
  const servers = await Promise.all(homes.map(each => serve(each, { XDG_CACHE_HOME: join(home, 'cache') })))
  expect(await Promise.all(servers.map(server => server.stop()))).toEqual([0, 0, 0])
  expect(await readdir(join(home, 'cache/kecs'))).toHaveLength(1)
})

test('where the home cannot be written, the data folder is used', async () => {
  const home = await newHome()
  await writeFile(join(home, '.cache'), 'not a folder')
  const data = join(home, 'data')
  const server = await serve(home, { KECS_DATA_DIR: data })
  expect(await server.stop()).toBe(0)
  expect(await readdir(data)).toContain('kecs.lib')
})

test('where nothing can be written, the error says what to set', async () => {
  const home = await newHome()
  await writeFile(join(home, '.cache'), 'not a folder')
  const args = ['serve', '--port', '0', '--admin-port', '0', '--data', join(home, 'data')]
  const refused = spawnSync(kecs, args, { env: { HOME: home }, encoding: 'utf8', timeout: 60_000 })
  expect(refused.status).toBe(1)
  expect(refused.stderr).toContain('could not be unpacked and loaded')
  expect(refused.stderr).toContain('Set KECS_LIB_DIR')
  expect(refused.stderr).not.toContain('    at ')
})

test('a folder of libraries that is a link of somebody else is not trusted', async () => {
  const home = await newHome()
  const elsewhere = await newHome()
  const server = await serve(home)
  expect(await server.stop()).toBe(0)
  const [unpacked = ''] = await readdir(join(home, '.cache/kecs'))
  await rm(join(home, '.cache/kecs', unpacked), { recursive: true })
  await symlink(elsewhere, join(home, '.cache/kecs', unpacked))
  const args = ['serve', '--port', '0', '--admin-port', '0', '--data', join(home, 'data')]
  const refused = spawnSync(kecs, args, { env: { HOME: home }, encoding: 'utf8', timeout: 60_000 })
  expect(refused.status).toBe(1)
  expect(refused.stderr).toContain('is not a folder of this user')
})

test("a project's .env and bunfig.toml do not reach kecs", async () => {
  const home = await newHome()
  const project = join(home, 'project')
  await mkdir(project)
  await writeFile(join(project, '.env'), 'KECS_HOME=/nonexistent/from-dotenv\n')
  await writeFile(join(project, 'bunfig.toml'), 'preload = ["./missing.ts"]\n')
  const { stderr, status } = spawnSync(kecs, ['status'], { cwd: project, env: { HOME: home }, encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toContain('There is no instance kecs.')
})

test('a data folder that another one uses is named with its owner', async () => {
  const home = await newHome()
  const server = await serve(home)
  const args = ['serve', '--port', '0', '--admin-port', '0', '--data', join(home, 'data')]
  const refused = spawnSync(kecs, args, { env: { HOME: home }, encoding: 'utf8', timeout: 60_000 })
  expect(refused.status).toBe(1)
  expect(refused.stderr).toMatch(/in use by process \d+ on host /)
  expect(await server.stop()).toBe(0)
})
