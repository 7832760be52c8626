import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { makeHome } from '../support/program.ts'

// What `kecs up` does where Docker answers and no cluster tool is there.

setDefaultTimeout(60_000)
const home = makeHome()
const bin = join(home.path, '..', 'path')
let server: Server
let asked: string[] = []

beforeAll(async () => {
  mkdirSync(bin, { recursive: true })
  // A Docker that answers and has nothing.
  writeFileSync(join(bin, 'docker'), '#!/bin/sh\necho 28.0.0\n')
  chmodSync(join(bin, 'docker'), 0o755)
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end('not what was pinned')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
})
afterAll(async () => {
  server.close()
  await home.remove()
})

const env = () => ({ PATH: `${bin}:/usr/bin:/bin`, KECS_DOWNLOAD_BASE: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })

test.each([
  [[], 'k3d', /^\/k3d-io\/k3d\/releases\/download\/v[\d.]+\/k3d-/],
  [['--driver', 'kind'], 'kind', /^\/kubernetes-sigs\/kind\/releases\/download\/v[\d.]+\/kind-/],
])('up %j fetches %s after saying so, and keeps nothing of another checksum', async (flags, tool, path) => {
  asked = []
  const refused = await home.run(['up', ...flags], { env: env() })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain(`Fetching ${tool}`)
  expect(refused.stderr).toContain('its checksum is another one')
  expect(asked).toEqual([expect.stringMatching(path)])
  expect(existsSync(home.path) ? readdirSync(home.path) : []).toEqual([])
})

test('up --no-download fetches nothing', async () => {
  asked = []
  const refused = await home.run(['up', '--no-download'], { env: env() })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('k3d is not on PATH')
  expect(asked).toEqual([])
})

test('nothing is fetched where Docker does not answer', async () => {
  asked = []
  const broken = join(home.path, '..', 'broken')
  mkdirSync(broken, { recursive: true })
  writeFileSync(
    join(broken, 'docker'),
    '#!/bin/sh\necho "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2\nexit 1\n',
  )
  chmodSync(join(broken, 'docker'), 0o755)
  const refused = await home.run(['up', '--driver', 'kind'], { env: { ...env(), PATH: `${broken}:/usr/bin:/bin` } })
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('Docker is not running')
  expect(asked).toEqual([])
})
