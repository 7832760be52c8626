import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { explainFile } from './file-errors.ts'
import { withLock } from './instance-lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'kecs-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const thrownBy = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error)
const failing = (code: string, path: string, syscall = 'open'): Error =>
  Object.assign(new Error(`${code}: it failed`), { code, path, syscall })

test.skipIf(process.platform !== 'linux')(
  'a disk without room is told by the folder of instances, where the system names no file',
  async () => {
    const told = explainFile(await thrownBy(writeFile('/dev/full', 'x')), '/srv/kecs')
    expect(told?.message).toBe('The disk with /srv/kecs is full.')
    expect(told?.remedy).toContain('put kecs elsewhere by KECS_HOME')
  },
)

test('a home that is a file', async () => {
  const home = join(folder, 'file')
  writeFileSync(home, '')
  const told = explainFile(await thrownBy(withLock(join(home, 'kecs'), 'up', () => Promise.resolve())), home)
  expect(told?.message).toBe(`${home}/kecs cannot be there: a part of that path is a file, not a folder.`)
})

test.skipIf(process.platform !== 'linux')('a home that cannot be made', async () => {
  const told = explainFile(await thrownBy(withLock('/proc/none/kecs', 'up', () => Promise.resolve())), '/proc/none')
  expect(told?.message).toBe('The folder /proc/none/kecs cannot be made there.')
})

test.each([
  ['EACCES', '/srv/kecs/web/lock', '/srv/kecs/web/lock belongs to another user, and this one may not use it.', 'KECS_HOME'],
  ['EROFS', '/srv/kecs/web/lock', '/srv/kecs/web/lock cannot be written: its file system is read-only.', 'KECS_HOME'],
  ['EROFS', '/srv/kecs-not/x', '/srv/kecs-not/x cannot be written: its file system is read-only.', 'name another place'],
  ['EDQUOT', '/mnt/x.kecs-snapshot', 'The disk with /mnt/x.kecs-snapshot is full.', 'name another place'],
])('%s of %s', (code, path, message, remedy) => {
  const told = explainFile(failing(code, path), '/srv/kecs')
  expect(told?.message).toBe(message)
  expect(told?.remedy).toContain(remedy)
})

test('what is about no file is left as it is', () => {
  for (const error of [
    new Error('no code'),
    failing('ENOENT', '/x'),
    failing('EACCES', 'docker', 'spawn docker'),
    failing('EACCES', '', 'listen'),
  ])
    expect(explainFile(error, folder)).toBeUndefined()
})
