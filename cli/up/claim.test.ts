import { afterEach, beforeEach, expect, test } from 'bun:test'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withLock } from '../instance-lock.ts'
import { readInstance } from '../instance.ts'
import { claimInstance } from './claim.ts'
import { portsOf, settleInstance } from './settings.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kecs-test-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const claim = (name: string) =>
  claimInstance({
    home,
    command: 'up',
    name,
    remembered: undefined,
    settle: others => settleInstance({ home, name, driver: 'kind', version: '1.0.0', choices: {}, remembered: undefined, others }),
  })

test('instances that begin at once get ports of their own', async () => {
  const claims = await Promise.all(['one', 'two', 'three'].map(claim))
  const ports = claims.flatMap(({ instance }) => portsOf(instance))
  expect(new Set(ports).size).toBe(ports.length)
})

test('a claim that came to nothing leaves nothing', async () => {
  const folder = join(home, 'one')
  await withLock(folder, 'up', async () => (await claim('one')).drop())
  expect(existsSync(folder)).toBe(false)
  expect(existsSync(join(home, '.claims'))).toBe(false)
})

test('a claim that is kept stays, with what was found out meanwhile', async () => {
  const made = await claim('one')
  await made.keep({ ...made.instance, program: '/opt/kind' })
  await made.drop()
  expect(await readInstance(home, 'one')).toEqual({ ...made.instance, program: '/opt/kind' })
})

test('what was remembered before comes back', async () => {
  const first = await claim('one')
  await first.keep(first.instance)
  const changed = { ...first.instance, port: 5000 }
  const second = await claimInstance({
    home,
    command: 'up',
    name: 'one',
    remembered: first.instance,
    settle: () => Promise.resolve(changed),
  })
  expect(await readInstance(home, 'one')).toEqual(changed)
  await second.drop()
  expect(await readInstance(home, 'one')).toEqual(first.instance)
})
