import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commands } from '../commands/index.ts'
import { flagRows } from '../help.ts'
import { writeInstance } from '../instance.ts'
import { type Candidate, candidates } from './candidates.ts'
import { exampleInstance } from '../../test/support/example-instance.ts'

let home: string
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'kecs-test-'))
  for (const name of ['kecs', 'staging']) {
    await writeInstance(exampleInstance({ name, driver: 'simulated' }, home))
  }
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const complete = (line: string) => candidates(line.split(' '), { home, images: () => Promise.resolve(['nginx:alpine', 'web:dev']) })
const values = async (line: string) => {
  const found = await complete(line)
  return found === 'files' ? found : found.map(({ value }: Candidate) => value)
}

test.each([
  ['st', ['status', 'stop', 'start']],
  ['--', ['--help', '--version']],
  ['image ', ['load']],
  ['up --auth ', ['open', 'strict']],
  ['env --shell ', ['bash', 'zsh', 'fish', 'dotenv']],
  ['migrate --to ', ['in-cluster', 'legacy']],
  ['image load ', ['nginx:alpine', 'web:dev']],
  ['image load web:dev n', ['nginx:alpine']],
  ['image load web:dev ', ['nginx:alpine']],
  ['logs ', ['control-plane', 'traefik', 'localstack', 'registry', 'agent']],
  ['logs -f tr', ['traefik']],
  ['logs --name staging lo', ['localstack']],
  ['logs traefik ', []],
  ['status --name ', ['kecs', 'staging']],
  ['down --name s', ['staging']],
  ['up --driver k', ['k3d', 'kind']],
  ['up --d', ['--driver']],
  ['up --no', ['--no-apply', '--no-download']],
  ['up --quiet --q', []],
  ['completion f', ['fish']],
  ['serve --runtime ', ['simulated', 'kubernetes']],
  ['serve --data ', 'files'],
  ['up --keys ', 'files'],
  ['doctor --bundle ', 'files'],
  ['migrate --from-go ', 'files'],
  ['migrate --to ', ['in-cluster', 'legacy']],
  ['help sta', ['status', 'start']],
  ['snapshot ', ['create', 'list', 'restore', 'export', 'import', 'delete']],
  ['snapshot import ', 'files'],
  ['nonsense ', []],
] as [string, string[] | 'files'][])('after "kecs %s" come %j', async (line, expected) => {
  expect(await values(line)).toEqual(expected)
})

test('every command and every flag has a word about it', async () => {
  for (const candidate of await complete('')) expect((candidate as Candidate).about).not.toBe('')
  for (const [name, entry] of Object.entries(commands)) {
    for (const word of 'words' in entry ? Object.keys(entry.words) : ['']) {
      for (const candidate of await complete(`${name} ${word} -`.replace('  ', ' '))) expect((candidate as Candidate).about).not.toBe('')
    }
  }
})

test('every command is offered, and with each every flag that its help has', async () => {
  const names = await values('')
  for (const [name, entry] of Object.entries(commands)) {
    expect(names).toContain(name)
    const words = 'words' in entry ? Object.entries(entry.words) : [['', entry] as const]
    if ('words' in entry) expect(await values(`${name} `)).toEqual(Object.keys(entry.words))
    for (const [word, { load }] of words) {
      const typed = word === '' ? name : `${name} ${word}`
      const found = await values(`${typed} --`)
      const offered: readonly string[] = found === 'files' ? [] : found
      const flags = flagRows((await load()).args).map(([left]) => /--[\w-]+/.exec(left)?.[0] ?? '')
      expect(`${typed}: ${offered.toSorted().join(' ')}`).toBe(`${typed}: ${flags.toSorted().join(' ')}`)
    }
  }
})
