// What a full disk, a read-only volume, another machine and a second control plane do to the state of `kecs` as a program.
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ecsHeaders } from '../bench/load.ts'
import { type Home, makeHome, unusedPort } from '../support/program.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(60_000)

/** Mounting is root's, and not even root's in every container. */
const mount = (...args: readonly string[]): boolean => spawnSync('mount', args, { stdio: 'ignore' }).status === 0
const unmount = (folder: string): boolean => spawnSync('umount', ['--lazy', folder], { stdio: 'ignore' }).status === 0
const canMount = ((): boolean => {
  const home = makeHome()
  mkdirSync(home.path)
  const could = mount('-t', 'tmpfs', '-o', 'size=64k', 'none', home.path)
  if (could) unmount(home.path)
  rmSync(join(home.path, '..'), { recursive: true })
  if (!could) console.warn('not shown here: a full disk and a read-only volume, which take the right to mount')
  return could
})()

let home: Home
const others: Home[] = []
beforeEach(() => {
  home = makeHome()
})
afterEach(async () => {
  for (const each of [home, ...others.splice(0)]) {
    await each.run(['stop'])
    unmount(each.path)
    await each.remove()
  }
})

const ecs = async (url: string, operation: string, input: object): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(url, { method: 'POST', headers: ecsHeaders(operation), body: JSON.stringify(input) })
  return { status: response.status, body: await response.json() }
}
const clusterNames = async (url: string): Promise<string[]> => {
  const { body } = await ecs(url, 'DescribeClusters', {
    clusters: (await ecs(url, 'ListClusters', {})).body['clusterArns'],
  })
  return (body['clusters'] as { clusterName: string }[]).map(({ clusterName }) => clusterName).toSorted()
}
const upOn = async (own: Home): Promise<string> => {
  const port = await unusedPort()
  expect(await own.run(['up', '--driver', 'simulated', '--port', String(port)])).toMatchObject({ code: 0 })
  return `http://127.0.0.1:${port}`
}
const processOf = (own: Home): { pid: number; adminUrl: string } => JSON.parse(readFileSync(join(own.path, 'kecs', 'process.json'), 'utf8'))

test.skipIf(!canMount)('a full disk: changes are refused as AWS refuses, nothing is lost, and it goes on once there is room', async () => {
  mkdirSync(home.path)
  expect(mount('-t', 'tmpfs', '-o', 'size=80m', 'none', home.path)).toBe(true)
  const url = await upOn(home)
  expect((await ecs(url, 'CreateCluster', { clusterName: 'before' })).status).toBe(200)
  const filler = join(home.path, 'filler')
  for (const size of [4 << 20, 4096, 512]) {
    try {
      for (;;) writeFileSync(filler, new Uint8Array(size), { flag: 'a' })
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' })
    }
  }

  // What lies in pages that the journal has already still goes in.
  const told = ['before']
  let refused: Awaited<ReturnType<typeof ecs>> | undefined
  let last = ''
  for (let nth = 0; refused === undefined && nth < 100; nth++) {
    last = `c-${nth}`
    const answer = await ecs(url, 'CreateCluster', { clusterName: last, tags: [{ key: 'much', value: 'x'.repeat(250) }] })
    if (answer.status === 200) told.push(last)
    else refused = answer
  }
  expect(refused).toMatchObject({ status: 500, body: { __type: 'ServerException' } })
  const query = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: (ecsHeaders('')['authorization'] ?? '').replace('/ecs/', '/elasticloadbalancing/'),
    },
    body: 'Action=CreateTargetGroup&Version=2015-12-01&Name=none&Protocol=HTTP&Port=80&VpcId=vpc-1',
  })
  expect(query.status).toBe(500)
  expect(await query.text()).toMatch(/<ErrorResponse[\s\S]*<Code>InternalFailure</)
  expect(await clusterNames(url)).toEqual(told.toSorted())

  const { adminUrl, pid } = processOf(home)
  const unready = await fetch(`${adminUrl}/ready`)
  expect(unready.status).toBe(503)
  expect(await unready.text()).toStartWith('the state cannot be written: ')
  expect((await fetch(`${adminUrl}/ready?for=answers`)).status).toBe(200)
  expect(await (await fetch(`${url}/_kecs/health`)).json()).toMatchObject({ components: { store: { state: 'failed' } } })
  const status = await home.run(['status', '--json'])
  expect(status.code).toBe(1)
  expect(JSON.parse(status.stdout).components[0]).toMatchObject({ component: 'control-plane', state: 'failing', pid })

  // Room again: it is seen before anybody risks a change.
  rmSync(filler)
  expect((await fetch(`${adminUrl}/ready`)).status).toBe(200)
  expect((await home.run(['status'])).code).toBe(0)
  expect((await ecs(url, 'CreateCluster', { clusterName: 'after' })).status).toBe(200)
  process.kill(pid, 'SIGKILL')
  await until('it is dead', async () =>
    fetch(`${adminUrl}/ready`).then(
      () => false,
      () => true,
    ),
  )
  expect((await home.run(['start'])).code).toBe(0)
  expect(await clusterNames(url)).toEqual([...told, 'after'].toSorted())
})

test.skipIf(!canMount)('a disk that is full when the state is first made: the next start, with room, makes it', async () => {
  mkdirSync(home.path)
  expect(mount('-t', 'tmpfs', '-o', 'size=64k', 'none', home.path)).toBe(true)
  const filler = join(home.path, 'filler')
  expect(() => writeFileSync(filler, new Uint8Array(1 << 20))).toThrow('ENOSPC')
  const serve = ['serve', '--port', '0', '--admin-port', '0', '--data', join(home.path, 'd')]
  for (let nth = 0; nth < 2; nth++) {
    const refused = await home.run(serve, { cwd: '/' })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/The disk of \S+ is full: .*\n.*Make room there and start again/)
  }
  expect(mount('-o', 'remount,size=80m', home.path)).toBe(true)
  const { child, ended } = home.start(serve, { cwd: '/' })
  let printed = ''
  child.stderr?.on('data', (text: string) => (printed += text))
  await until('it serves', () => printed.includes('AWS API'))
  child.kill('SIGTERM')
  await ended
})

test.skipIf(!canMount)('a read-only volume is refused with its reason and left as it is; writable again, all is there', async () => {
  mkdirSync(home.path)
  expect(mount('-t', 'tmpfs', '-o', 'size=80m', 'none', home.path)).toBe(true)
  const url = await upOn(home)
  expect((await ecs(url, 'CreateCluster', { clusterName: 'kept' })).status).toBe(200)
  expect((await home.run(['stop'])).code).toBe(0)
  const state = join(home.path, 'kecs', 'data', 'kecs.duckdb')
  const before = readFileSync(state)
  await until('nothing writes there', () => mount('-o', 'remount,ro', home.path))
  const refused = await home.run(['serve', '--port', '0', '--admin-port', '0', '--data', join(home.path, 'kecs', 'data')], { cwd: '/' })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('cannot be written')
  expect(refused.stderr).toContain('Choose a data folder that this user may write.')
  expect(readFileSync(state).equals(before)).toBe(true)
  expect(mount('-o', 'remount,rw', home.path)).toBe(true)
  expect((await home.run(['start'])).code).toBe(0)
  expect(await clusterNames(url)).toEqual(['kept'])
})

test('a new machine with a copied folder, of a control plane that was killed: all is there, services run, the old folder is not touched', async () => {
  const url = await upOn(home)
  await ecs(url, 'CreateCluster', { clusterName: 'kept' })
  await ecs(url, 'RegisterTaskDefinition', { family: 'web', containerDefinitions: [{ name: 'a', image: 'nginx', memory: 64 }] })
  expect((await ecs(url, 'CreateService', { cluster: 'kept', serviceName: 'web', taskDefinition: 'web', desiredCount: 2 })).status).toBe(
    200,
  )
  const running = async (): Promise<number> =>
    ((await ecs(url, 'ListTasks', { cluster: 'kept', desiredStatus: 'RUNNING' })).body['taskArns'] as string[]).length
  await until('two tasks', async () => (await running()) === 2)
  const { pid, adminUrl } = processOf(home)
  process.kill(pid, 'SIGKILL')
  await until('it is dead', async () =>
    fetch(`${adminUrl}/ready`).then(
      () => false,
      () => true,
    ),
  )

  const machine = makeHome()
  others.push(machine)
  cpSync(home.path, machine.path, { recursive: true })
  // Of another machine: its process is not one of ours, whatever runs here under that number.
  rmSync(join(machine.path, 'kecs', 'process.json'))
  const state = join(home.path, 'kecs', 'data')
  const before = readdirSync(state).map(file => Bun.hash(file.startsWith('kecs.duckdb') ? readFileSync(join(state, file)) : file))
  expect(await machine.run(['up'])).toMatchObject({ code: 0 })
  expect(await clusterNames(url)).toEqual(['kept'])
  await until('two tasks again', async () => (await running()) === 2)
  expect((await ecs(url, 'CreateCluster', { clusterName: 'new' })).status).toBe(200)
  expect(readdirSync(state).map(file => Bun.hash(file.startsWith('kecs.duckdb') ? readFileSync(join(state, file)) : file))).toEqual(before)
})

test('a second control plane on the same folder is refused with the owner and since when, and the first goes on', async () => {
  const url = await upOn(home)
  const { pid } = processOf(home)
  const refused = await home.run(['serve', '--port', '0', '--admin-port', '0', '--data', join(home.path, 'kecs', 'data')], { cwd: '/' })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(new RegExp(`in use by process ${pid} on host \\S+, since \\d{4}-\\d\\d-\\d\\dT`))
  expect((await ecs(url, 'CreateCluster', { clusterName: 'on' })).status).toBe(200)
})
