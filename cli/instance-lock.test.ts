import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withLock } from './instance-lock.ts'
import { processBegun } from './processes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kecs-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const lock = () => join(folder, 'lock')
const hold = (holder: object | string) => writeFileSync(lock(), typeof holder === 'string' ? holder : JSON.stringify(holder))

test('is held during the work and free after it, also after an error', async () => {
  writeFileSync(join(folder, 'kept'), '')
  expect(await withLock(folder, 'up', () => Promise.resolve(existsSync(lock())))).toBe(true)
  expect(existsSync(lock())).toBe(false)
  expect(withLock(folder, 'up', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  await Promise.resolve()
  expect(await withLock(folder, 'up', () => Promise.resolve('again'))).toBe('again')
})

test('a folder in which nothing was made goes away', async () => {
  const fresh = join(folder, 'fresh')
  await withLock(fresh, 'up', () => Promise.resolve())
  expect(existsSync(fresh)).toBe(false)
})

test('a living holder is named', async () => {
  hold({ pid: process.pid, begun: processBegun(process.pid), command: 'down' })
  expect(withLock(folder, 'up', () => Promise.resolve())).rejects.toThrow(
    `kecs down is already at work on this instance (process ${process.pid}).`,
  )
})

test.each([
  ['of a process that is gone', { pid: 2 ** 22 + 1, begun: '1', command: 'up' }],
  ['of a process whose pid another one has now', { pid: process.pid, begun: '1', command: 'up' }],
  ['that cannot be read', 'nonsense'],
])('a lock %s is taken over', async (_what, holder) => {
  hold(holder)
  expect(await withLock(folder, 'up', () => Promise.resolve('mine'))).toBe('mine')
})

test('of many at once never two hold it', async () => {
  mkdirSync(join(folder, 'kept'))
  hold({ pid: 2 ** 22 + 1, begun: '1', command: 'up' })
  let holders = 0
  let most = 0
  const work = async () => {
    holders++
    most = Math.max(most, holders)
    await new Promise(resolve => setImmediate(resolve))
    holders--
  }
  const ended = await Promise.allSettled(Array.from({ length: 20 }, () => withLock(folder, 'up', work)))
  expect(most).toBe(1)
  expect(ended.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
})
