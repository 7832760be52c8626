import { expect, test } from 'bun:test'
import { commands } from '../../cli/commands/index.ts'
import { flagRows } from '../../cli/help.ts'
import { formula } from './formula.ts'
import { manPage } from './man.ts'
import { pinnedPackages, sbom } from './sbom.ts'

test('the packages that a lock pins, each once, with their checksums', () => {
  const lock = [
    '    "a": ["a@1.2.3", "", { "dependencies": { "b": "1" } }, "sha512-AAAA=="],',
    '    "@s/b": ["@s/b@2.0.0-r.1", "", {}, "sha512-BBBB=="],',
    '    "x/a": ["a@1.2.3", "", {}, "sha512-AAAA=="],',
    '    "kecs": ["kecs@workspace:"],',
  ].join('\n')
  expect(pinnedPackages(lock)).toEqual([
    { name: '@s/b', version: '2.0.0-r.1', integrity: 'sha512-BBBB==' },
    { name: 'a', version: '1.2.3', integrity: 'sha512-AAAA==' },
  ])
})

test('the SBOM has what the binary carries', async () => {
  const { components } = JSON.parse(await sbom('1.0.0'))
  const names: string[] = components.map(({ name }: { name: string }) => name)
  for (const name of ['elysia', '@duckdb/node-api', '@duckdb/node-bindings-darwin-arm64', 'citty']) expect(names).toContain(name)
  expect(components.find(({ name }: { name: string }) => name === 'elysia').purl).toMatch(/^pkg:npm\/elysia@\d/)
})

test('the formula names the archives that there are, with their checksums', () => {
  const text = formula(
    '1.2.3',
    new Map([
      ['kecs-darwin-arm64.tar.gz', 'abc'],
      ['kecs-linux-x64.tar.gz', 'def'],
    ]),
  )
  expect(text).toContain('url "https://github.com/nandemo-ya/kecs/releases/download/v1.2.3/kecs-darwin-arm64.tar.gz"\n      sha256 "abc"')
  expect(text).toContain('sha256 "def"')
  expect(text.match(/on_intel/g)).toHaveLength(1)
})

test('the man page has every command and escapes what roff would read', async () => {
  const page = await manPage('1.2.3')
  for (const line of ['.SS kecs up', '.SS kecs snapshot restore SNAPSHOT', '.SS kecs image load IMAGE', '.B \\-q, \\-\\-quiet'])
    expect(page).toContain(line)
  // Every flag as the command's help has it: what is on unless it is told otherwise is typed with --no-.
  for (const flag of ['\\-\\-no\\-apply', '\\-\\-no\\-download', '\\-\\-auth open|strict']) expect(page).toContain(`.B ${flag}`)
  for (const entry of Object.values(commands)) {
    for (const { load } of 'words' in entry ? Object.values(entry.words) : [entry]) {
      const command = await load()
      const section =
        page
          .split(`.SS kecs ${command.name.replaceAll('-', '\\-')}`)
          .slice(1)
          .find(text => /^[ \n]/.test(text)) ?? ''
      for (const [typed] of flagRows(command.args)) expect(`${command.name}: ${section}`).toContain(`.B ${typed.replaceAll('-', '\\-')}\n`)
    }
  }
  expect(page.split('\n').filter(line => /^[.']/.test(line) && !/^\.(TH|SH|SS|TP|PP|B|I) ?/.test(line))).toEqual([])
})
