import { expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseInfo } from '../cluster/docker.ts'
import { checkDoorName, checkHome, checkInotify, checkOpenFiles, checkProxy, checkShell } from './machine.ts'

test.each([
  [1_000_000, 'ok'],
  [100, 'warn'],
  [undefined, 'skip'],
] as const)('inotify limits of %p', async (value, is) => {
  expect(await checkInotify(async () => value)).toMatchObject({ is })
})

test('inotify limits are raised where one may', async () => {
  const written = new Map<string, string>()
  const finding = await checkInotify(
    async () => 100,
    async (path, text) => void written.set(path, text),
  )
  expect(await finding.fix?.()).toBe('raised them to 524288 and 512, until the machine is started anew')
  expect(Object.fromEntries(written)).toEqual({
    '/proc/sys/fs/inotify/max_user_watches': '524288',
    '/proc/sys/fs/inotify/max_user_instances': '512',
  })
  const denied = await checkInotify(
    async () => 100,
    () => Promise.reject(new Error('EACCES: permission denied')),
  )
  expect(denied.fix?.()).rejects.toThrow('permission denied')
})

test('where room is scarce copies of images go, and nothing else', async () => {
  const home = mkdtempSync(join(tmpdir(), 'kecs-doctor-'))
  try {
    const gigabytes = (count: number) => async () => count * 1024 ** 3
    expect((await checkHome({ home }, gigabytes(1))).fix).toBeUndefined()
    mkdirSync(join(home, '.images'))
    writeFileSync(join(home, '.images/traefik.tar.zst'), 'x'.repeat(1000))
    mkdirSync(join(home, 'kecs/data'), { recursive: true })
    expect(await checkHome({ home }, gigabytes(50))).toMatchObject({ is: 'ok' })
    expect(await checkHome({ home }, gigabytes(4))).toMatchObject({ is: 'warn' })
    const finding = await checkHome({ home }, gigabytes(0.5))
    expect(finding).toMatchObject({ is: 'fail', says: expect.stringContaining('0.5 GB free, too little') })
    expect(await finding.fix?.()).toBe("removed 0.0 GB of images' copies, which the next cluster makes anew")
    expect(readdirSync(home)).toEqual(['kecs'])
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})

test.each([
  ['Max open files            1024                 1048576              files', 'ok'],
  ['Max open files            unlimited            unlimited            files', 'ok'],
  ['Max open files            256                  1048576              files', 'warn'],
  [undefined, 'skip'],
] as const)('open files: %p', async (text, is) => {
  expect(await checkOpenFiles(async () => text)).toMatchObject({ is })
})

test('the names below the door are this machine, another one, or not found', async () => {
  expect(await checkDoorName(async () => ({ address: '127.0.0.1', family: 4 }))).toMatchObject({ is: 'ok' })
  expect(await checkDoorName(async () => ({ address: '10.0.0.1', family: 4 }))).toMatchObject({ is: 'warn' })
  expect(await checkDoorName(() => Promise.reject(new Error('ENOTFOUND')))).toMatchObject({ is: 'warn' })
})

test.each([
  [{}, 'ok'],
  [{ http_proxy: 'http://proxy:3128', no_proxy: 'localhost,127.0.0.1' }, 'ok'],
  [{ HTTP_PROXY: 'http://proxy:3128', NO_PROXY: '*' }, 'ok'],
  [{ http_proxy: 'http://proxy:3128', no_proxy: 'localhost' }, 'warn'],
] as const)('a proxy in %p', (env, is) => {
  expect(checkProxy({ env })).toMatchObject({ is })
})

test('what to set where a proxy is asked for this machine', () => {
  expect(checkProxy({ env: { http_proxy: 'http://proxy:3128', no_proxy: 'corp' } }).remedy).toBe(
    'export NO_PROXY="corp,localhost,127.0.0.1"',
  )
})

test.each([
  [undefined, 'warn'],
  ['http://localhost:4566/', 'ok'],
  ['http://127.0.0.1:4567', 'warn'],
] as const)('a shell with AWS_ENDPOINT_URL %p', (set, is) => {
  expect(checkShell({ env: { AWS_ENDPOINT_URL: set } }, { name: 'kecs', endpoint: 'http://127.0.0.1:4566' })).toMatchObject({ is })
})

test('a shell is pointed at the instance that was looked at', () => {
  expect(checkShell({ env: {} }, { name: 'staging', endpoint: 'http://127.0.0.1:4567' }).remedy).toBe(
    'Point them here: eval "$(kecs env --name staging)"',
  )
})

test('what Docker tells of itself; a client without a daemon tells nothing', () => {
  const text = JSON.stringify({ ServerVersion: '28.1.0', NCPU: 8, MemTotal: 16e9, CgroupVersion: '2', OperatingSystem: 'Docker Desktop' })
  expect(parseInfo(text)).toEqual({ version: '28.1.0', cpus: 8, memory: 16e9, cgroupVersion: '2', system: 'Docker Desktop' })
  expect(parseInfo('{"ServerErrors":["Cannot connect"]}')).toBeUndefined()
})
