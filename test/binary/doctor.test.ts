import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseTarGzip } from 'nanotar'
import { makeHome, unusedPort } from '../support/program.ts'

// kecs doctor as a user runs it, where no Docker answers.

setDefaultTimeout(120_000)

const home = makeHome()
afterAll(() => home.remove())

interface Found {
  readonly what: string
  readonly is: string
  readonly remedy?: string
}
const findings = async (...args: string[]): Promise<ReadonlyMap<string, Found>> => {
  const list: Found[] = JSON.parse((await home.run(['doctor', '--json', ...args])).stdout)
  return new Map(list.map(finding => [finding.what, finding]))
}

test('before anything was made: Docker is missing, and what to do is said', async () => {
  const found = await findings()
  expect(found.get('Docker')).toMatchObject({ is: 'warn', remedy: expect.stringContaining('Docker') })
  expect(found.get('Instance')).toMatchObject({ is: 'skip', remedy: 'Make one: kecs up' })
  expect((await home.run(['doctor'])).code).toBe(0)
})

test('a running instance, a stopped one, one whose port is taken, and what is written for others', async () => {
  const port = await unusedPort()
  await home.run(['up', '--driver', 'simulated', '--port', String(port)])
  const running = await findings()
  expect(running.get('control-plane')).toMatchObject({ is: 'ok' })
  expect(running.get('Endpoint')).toMatchObject({ is: 'ok' })
  expect(running.get('Shell')).toMatchObject({ is: 'warn' })

  const file = join(home.path, 'bundle.tar.gz')
  expect((await home.run(['doctor', '--bundle', file])).stderr).toContain('look into it before you hand it on')
  const entries = await parseTarGzip(readFileSync(file))
  const names = entries.map(({ name }) => name)
  expect(names).toContain('kecs-doctor/logs/control-plane.log')
  expect(names).toContain('kecs-doctor/instance.json')
  expect(entries.find(({ name }) => name === 'kecs-doctor/doctor.json')?.text).toContain('"what": "Endpoint"')

  await home.run(['stop'])
  expect((await findings()).get('Instance')).toMatchObject({ is: 'skip', remedy: 'Start it with: kecs start' })
  await home.run(['down'])
  const holder = Bun.listen({ hostname: '127.0.0.1', port, socket: { data: () => undefined } })
  expect((await findings()).get('Ports')).toMatchObject({ is: 'fail' })
  expect((await home.run(['doctor'])).code).toBe(1)
  holder.stop()
})

test('--fix does what is safe, and says before and after', async () => {
  const folder = join(home.path, 'other')
  mkdirSync(folder, { recursive: true })
  // A pid that no process can have.
  const gone = 4_194_305
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: gone, begun: '', command: 'up' }))
  writeFileSync(join(folder, `instance.json.${gone}.tmp`), '{')
  writeFileSync(join(folder, `instance.json.${process.pid}.tmp`), 'of a process that runs')
  expect((await findings()).get('Leftovers')).toMatchObject({ is: 'warn', remedy: 'Remove them: kecs doctor --fix' })

  const fixed = JSON.parse((await home.run(['doctor', '--fix', '--json'])).stdout)
  expect(fixed.fixed).toContainEqual({ what: 'Leftovers', before: expect.stringContaining('2 files'), did: 'removed 2 files' })
  expect(fixed.findings.find(({ what }: Found) => what === 'Leftovers')).toMatchObject({ is: 'ok' })
  expect(readdirSync(folder)).toEqual([`instance.json.${process.pid}.tmp`])
  expect((await home.run(['doctor', '--fix'])).code).toBeLessThan(2)
})
