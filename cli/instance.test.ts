import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Instance } from './cluster/driver.ts'
import { deleteInstance, listInstances, parseInstance, readInstance, requireInstance, withName, writeInstance } from './instance.ts'
import { exampleInstance } from '../test/support/example-instance.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kecs-test-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const example = (name: string): Instance => exampleInstance({ name, backend: 'none', image: 'kecs:1', version: '1.2.3' }, home)

test('what was written is read, and the folders are not part of the file', async () => {
  const keys = [{ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', account: '123456789012' }]
  const instance: Instance = { ...example('a'), context: 'mine', program: '/opt/kind', keys, allowReset: true, unknownRoles: 'accept' }
  await writeInstance(instance)
  expect(await readInstance(home, 'a')).toEqual(instance)
  expect(readdirSync(join(home, 'a')).sort()).toEqual(['data', 'instance.json'])
  expect(readFileSync(join(home, 'a', 'instance.json'), 'utf8')).not.toContain(home)
  expect(statSync(join(home, 'a', 'instance.json')).mode & 0o777).toBe(0o600)
})

test('how many listeners’ ports are published for UDP is kept; a file that does not say it is of an instance that has all', async () => {
  await writeInstance({ ...example('a'), udpListeners: 0 })
  expect((await readInstance(home, 'a'))?.udpListeners).toBe(0)
  await writeInstance(example('b'))
  expect(await readInstance(home, 'b')).not.toHaveProperty('udpListeners')
})

test('instances are listed by name; what cannot be read is left out', async () => {
  for (const name of ['b', 'a']) await writeInstance(example(name))
  mkdirSync(join(home, 'bin'))
  mkdirSync(join(home, 'broken'))
  writeFileSync(join(home, 'broken', 'instance.json'), '{')
  expect((await listInstances(home)).map(({ name }) => name)).toEqual(['a', 'b'])
  expect(await listInstances(join(home, 'none'))).toEqual([])
})

test('a missing one is named with the command that makes it, and with those that are there', async () => {
  await writeInstance(example('a'))
  expect(requireInstance(home, 'b')).rejects.toMatchObject({
    message: 'There is no instance b.',
    remedy: 'Make it with: kecs up --name b\nThere is: a (choose with --name).',
  })
  await deleteInstance(example('a'))
  expect(requireInstance(home, 'kecs')).rejects.toMatchObject({ remedy: 'Make it with: kecs up' })
})

test.each([
  ['{', 'it is not JSON'],
  ['[]', '"driver" is not a text'],
  ['{"driver":"vm"}', 'there is no driver "vm"'],
  ['{"driver":"kind","bind":"x","port":"1"}', '"port" is not a port'],
  ['{"schema":2}', 'was written by a newer kecs'],
])('%s is refused', (text, why) => {
  expect(() => parseInstance(text, { path: 'instance.json', home, name: 'a' })).toThrow(why)
})

test('the default instance needs no --name', () => {
  expect(withName('kecs up', 'kecs')).toBe('kecs up')
  expect(withName('kecs up', 'b')).toBe('kecs up --name b')
})
