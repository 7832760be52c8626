import { describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Choices } from '../config-file.ts'
import type { Instance } from '../cluster/driver.ts'
import { udpListenerRange } from '../cluster/ports.ts'
import { noPorts } from '../instance.ts'
import { type InstanceRequest, conflicts, portsOf, settleInstance } from './settings.ts'

const settle = (parts: Partial<InstanceRequest> = {}) =>
  settleInstance({ home: '/home', name: 'kecs', driver: 'k3d', version: '1.0.0', choices: {}, remembered: undefined, others: [], ...parts })

describe('an instance is settled', () => {
  test('the first one gets the ports that the documentation names', async () => {
    expect(await settle()).toEqual({
      name: 'kecs',
      driver: 'k3d',
      folder: '/home/kecs',
      dataDir: '/home/kecs/data',
      bind: '127.0.0.1',
      port: 4566,
      apiPort: 6550,
      publishedPorts: { first: 9000, last: 9019 },
      listenerPorts: { first: 9020, last: 9039 },
      udpListeners: 5,
      backend: 'localstack/localstack:4.14.0',
      image: 'ghcr.io/nandemo-ya/kecs-control-plane:1.0.0',
      version: '1.0.0',
    })
  })

  test('another image remembers the one before, until yet another', async () => {
    const first = await settle()
    expect(first).not.toHaveProperty('previousImage')
    const second = await settle({ version: '2.0.0', remembered: first })
    expect(second).toMatchObject({ image: 'ghcr.io/nandemo-ya/kecs-control-plane:2.0.0', previousImage: first.image })
    expect(await settle({ version: '2.0.0', remembered: second })).toMatchObject({ image: second.image, previousImage: first.image })
    const back = await settle({ version: '2.0.0', remembered: second, choices: { image: first.image } })
    expect(back).toMatchObject({ image: first.image, previousImage: second.image })
    // One that was gone back to stays until another is asked for.
    expect(await settle({ version: '2.0.0', remembered: back })).toMatchObject({ image: first.image })
  })

  test('one from before listeners had ports gets them with its next cluster, not before', async () => {
    const { udpListeners: _, ...older } = { ...(await settle()), listenerPorts: noPorts }
    expect(await settle({ remembered: older, isThere: true })).toMatchObject({ listenerPorts: noPorts })
    expect(await settle({ remembered: older, isThere: false })).toMatchObject({
      listenerPorts: { first: 9020, last: 9039 },
      udpListeners: 5,
    })
    const chosen = { first: 9100, last: 9101 }
    expect(await settle({ remembered: older, isThere: false, choices: { listeners: chosen } })).toMatchObject({ listenerPorts: chosen })
  })

  test("another one gets ports of its own, also while the first one's are free", async () => {
    const first = await settle()
    const second = await settle({ name: 'two', others: [first] })
    const third = await settle({ name: 'three', others: [first, second] })
    const all = [first, second, third].flatMap(portsOf)
    expect(new Set(all).size).toBe(all.length)
    expect(portsOf(await settle({ name: 'alone' }))).toEqual(portsOf(second))
  })

  test('what is chosen goes before what is remembered, and that before defaults', async () => {
    const remembered = await settle({ choices: { port: 5000, backend: 'none', publish: { first: 9100, last: 9110 } } })
    const choices: Choices = { port: 5001, bind: '0.0.0.0' }
    expect(await settle({ remembered, choices })).toMatchObject({
      port: 5001,
      bind: '0.0.0.0',
      backend: 'none',
      publishedPorts: { first: 9100, last: 9110 },
    })
  })

  test.each([
    [{ bind: '300.1.1.1' }, 'bind is an IP address, which 300.1.1.1 is not.'],
    [{ bind: 'localhost' }, 'bind is an IP address, which localhost is not.'],
    [{ backend: 'ftp://x' }, 'backend ftp://x is no address of HTTP.'],
  ] satisfies [Choices, string][])('%j is refused', async (choices, what) => {
    await expect(settle({ choices })).rejects.toThrow(what)
  })

  test('keys are read when they are asked for, and remembered until access is open again', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'kecs-keys-')), 'keys.txt')
    writeFileSync(file, 'AKIDEXAMPLE secret 123456789012')
    const strict = await settle({ choices: { auth: 'strict', keys: file } })
    rmSync(dirname(file), { recursive: true })
    const keys = [{ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', account: '123456789012' }]
    expect(strict.keys).toEqual(keys)
    expect((await settle({ remembered: strict })).keys).toEqual(keys)
    expect((await settle({ remembered: strict, choices: { auth: 'open' } })).keys).toBeUndefined()
    await expect(settle({ choices: { auth: 'strict' } })).rejects.toThrow('--auth strict needs keys')
    await expect(settle({ choices: { auth: 'strict', keys: file } })).rejects.toThrow('There is no file of keys')
  })

  test('an instance may be emptied where that is asked for, until it is forbidden', async () => {
    const allowed = await settle({ choices: { allowReset: true } })
    expect((await settle({ remembered: allowed })).allowReset).toBe(true)
    expect((await settle({ remembered: allowed, choices: { allowReset: false } })).allowReset).toBeUndefined()
  })

  test('unknown roles are refused until they are to be accepted, and again from then on', async () => {
    const accepting = await settle({ choices: { unknownRoles: 'accept' } })
    expect((await settle({ remembered: accepting })).unknownRoles).toBe('accept')
    expect((await settle({ remembered: accepting, choices: { unknownRoles: 'refuse' } })).unknownRoles).toBeUndefined()
  })

  test("the image follows the program's version unless somebody chose one", async () => {
    const plain = await settle()
    expect((await settle({ remembered: plain, version: '1.1.0' })).image).toBe('ghcr.io/nandemo-ya/kecs-control-plane:1.1.0')
    const chosen = await settle({ choices: { image: 'mine:1' } })
    expect((await settle({ remembered: chosen, version: '1.1.0' })).image).toBe('mine:1')
  })
})

test("listeners' ports are no one else's", async () => {
  const wide = await settle({ choices: { publish: { first: 9000, last: 9029 } } })
  expect(wide.listenerPorts.first).toBeGreaterThan(9029)
  await expect(settle({ choices: { listeners: { first: 9010, last: 9020 } } })).rejects.toThrow(
    "Port 9010 of the load balancers' listeners is of tasks' host ports (--publish).",
  )
  await expect(settle({ choices: { listeners: { first: 4560, last: 4570 } } })).rejects.toThrow('Port 4566')
  await expect(settle({ choices: { listeners: { first: 63_990, last: 64_001 } } })).rejects.toThrow(
    "Port 64000 of the load balancers' listeners",
  )
})

describe('listeners are published for UDP', () => {
  test('as many as are asked for, then as are remembered, then five', async () => {
    expect((await settle()).udpListeners).toBe(5)
    const three = await settle({ choices: { udpListeners: 3 } })
    expect(three.udpListeners).toBe(3)
    expect((await settle({ remembered: three })).udpListeners).toBe(3)
    expect((await settle({ remembered: three, choices: { udpListeners: 0 } })).udpListeners).toBe(0)
  })

  test('more of them than there are ports are refused; the default and what is remembered follow the range', async () => {
    const listeners = { first: 9020, last: 9022 }
    expect((await settle({ choices: { listeners, udpListeners: 3 } })).udpListeners).toBe(3)
    await expect(settle({ choices: { listeners, udpListeners: 4 } })).rejects.toMatchObject({
      message: 'udp-listeners is 4, but listeners have only 3 ports: 9020-9022.',
      exitCode: 2,
    })
    await expect(settle({ choices: { udpListeners: 21 } })).rejects.toThrow('listeners have only 20 ports: 9020-9039.')
    const five = await settle({ choices: { listeners } })
    expect(udpListenerRange(five)).toEqual(listeners)
    expect(udpListenerRange(await settle({ remembered: await settle(), choices: { listeners } }))).toEqual(listeners)
  })

  test('all of them in an instance from before that was said, whose cluster has them so', async () => {
    const { udpListeners: _none, ...older } = await settle()
    const now = await settle({ remembered: older })
    expect(now).not.toHaveProperty('udpListeners')
    expect(conflicts(older, now)).toEqual([])
    expect(conflicts(older, await settle({ remembered: older, choices: { udpListeners: 5 } }))).toEqual([
      'udp-listeners is 20, asked for is 5',
    ])
    // One that had none at all gets what is the default now.
    const first = { ...older, listenerPorts: { first: 1, last: 0 } }
    expect((await settle({ remembered: first, choices: { listeners: { first: 9020, last: 9039 } } })).udpListeners).toBe(5)
  })
})

test('what a cluster cannot change is named with both values', async () => {
  const there = await settle()
  const wanted: Instance = {
    ...there,
    port: 5000,
    driver: 'kind',
    publishedPorts: { first: 1, last: 2 },
    listenerPorts: { first: 3, last: 4 },
    image: 'new:1',
    backend: 'none',
  }
  expect(conflicts(there, there)).toEqual([])
  expect(conflicts(there, wanted)).toEqual([
    'driver is k3d, asked for is kind',
    'port is 4566, asked for is 5000',
    'publish is 9000-9019, asked for is 1-2',
    'listeners is 9020-9039, asked for is 3-4',
  ])
})
