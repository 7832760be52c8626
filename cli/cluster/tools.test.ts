import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fetchTool, findTool, tools } from './tools.ts'

const program = '#!/bin/sh\necho k3d version v9.9.9\n'
const tool = {
  version: '9.9.9',
  path: 'k3d-io/k3d/releases/download/v{version}/k3d-{platform}',
  checksums: { 'linux-amd64': createHash('sha256').update(program).digest('hex') },
}

let server: Server
let base: string
let asked: string[]
let answer: { status: number; body: string }
let home: string

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.writeHead(answer.status).end(answer.body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mirror/`
})
afterAll(() => void server.close())
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kecs-test-'))
  asked = []
  answer = { status: 200, body: program }
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const fetchIt = (options: { base?: string; platform?: string } = {}) =>
  fetchTool('k3d', {
    home,
    env: { KECS_DOWNLOAD_BASE: options.base ?? base },
    signal: new AbortController().signal,
    progress: () => {},
    platform: options.platform ?? 'linux-amd64',
    tool,
  })

test('a file with the pinned checksum is kept and can be run', async () => {
  const path = await fetchIt()
  expect(asked).toEqual(['/mirror/k3d-io/k3d/releases/download/v9.9.9/k3d-linux-amd64'])
  expect(path).toBe(join(home, 'bin', 'k3d-9.9.9'))
  expect(readFileSync(path, 'utf8')).toBe(program)
  expect(statSync(path).mode & 0o777).toBe(0o755)
  expect(readdirSync(join(home, 'bin'))).toEqual(['k3d-9.9.9'])
})

test('a file with another checksum is refused, and nothing is kept', async () => {
  answer = { status: 200, body: `${program}# and something else\n` }
  expect(await fetchIt().catch((error: unknown) => error)).toMatchObject({
    message: expect.stringContaining('its checksum is another one'),
    details: [`expected ${tool.checksums['linux-amd64']}`, expect.stringMatching(/^found {4}[0-9a-f]{64}$/)],
  })
  expect(existsSync(join(home, 'bin'))).toBe(false)
})

test('a server that lacks it, or none at all, is named', async () => {
  answer = { status: 404, body: 'no' }
  expect(fetchIt()).rejects.toThrow('k3d could not be fetched: the server answered 404')
  expect(await fetchIt({ base: 'http://127.0.0.1:1' }).catch((error: unknown) => error)).toMatchObject({
    message: expect.stringContaining('k3d could not be fetched: '),
    remedy: expect.stringContaining('HTTPS_PROXY'),
  })
})

test('a platform without a pinned checksum gets none', async () => {
  expect(fetchIt({ platform: 'sunos-sparc' })).rejects.toThrow('kecs knows no k3d for sunos-sparc')
  await Promise.resolve()
  expect(asked).toEqual([])
})

test('every pinned tool has a checksum for each platform that kecs is built for', () => {
  for (const { version, checksums } of Object.values(tools)) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(Object.keys(checksums).sort()).toEqual(['darwin-amd64', 'darwin-arm64', 'linux-amd64', 'linux-arm64'])
    for (const checksum of Object.values(checksums)) expect(checksum).toMatch(/^[0-9a-f]{64}$/)
  }
})

test('PATH goes before what was fetched, and what cannot be run does not count', async () => {
  const folder = join(home, 'path')
  mkdirSync(folder)
  mkdirSync(join(home, 'bin'))
  const fetched = join(home, 'bin', `k3d-${tools.k3d.version}`)
  const env = { PATH: `/nonexistent:${folder}` }
  expect(await findTool('k3d', env, home)).toBeUndefined()
  writeFileSync(fetched, program, { mode: 0o755 })
  writeFileSync(join(folder, 'k3d'), program, { mode: 0o644 })
  expect(await findTool('k3d', env, home)).toBe(fetched)
  chmodSync(join(folder, 'k3d'), 0o755)
  expect(await findTool('k3d', env, home)).toBe(join(folder, 'k3d'))
})
