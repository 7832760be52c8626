import { afterEach, beforeEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Instance } from './cluster/driver.ts'
import { driverOf, surroundings } from './drivers.ts'
import { exampleInstance } from '../test/support/example-instance.ts'
import { silentHost } from '../test/support/silent-host.ts'

// A shell that lacks on PATH what another shell made the instance with.

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kecs-test-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const host = () => silentHost(home, { PATH: '' })
const instance = (program: string): Instance => exampleInstance({ name: 'a', program }, home)
const installed = (): string => {
  const path = join(home, 'kind-of-another-shell')
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 })
  return path
}

test('the program that an instance was made with is found without PATH', async () => {
  const path = installed()
  expect((await driverOf(instance(path), host())).name).toBe('kind')
  const around = surroundings(host(), instance(path), host().signal)
  expect(await around.tool('kind')).toBe(path)
  expect(await around.tool('k3d')).toBeUndefined()
})

test('one that is gone since is missing', () => {
  expect(driverOf(instance(join(home, 'gone')), host())).rejects.toThrow('Instance a lies on kind, which is not on PATH.')
})
