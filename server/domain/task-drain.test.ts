import { expect, test } from 'bun:test'
import { aTask } from '../../test/support/task-fixture.ts'
import type { TaskLoadBalancer } from '../store/tables.ts'
import { drainWaitMs } from './task-drain.ts'

const entry = { targetGroupArn: 'g', containerName: 'app', containerPort: 80 }
const target = { Id: '10.0.0.1', Port: 80 }
const waits = (entries: readonly TaskLoadBalancer[], now: number, settledUntil?: number): number | undefined =>
  drainWaitMs({ ...aTask(), loadBalancers: entries }, { now, ...(settledUntil === undefined ? {} : { settledUntil }) })

test('a task without targets, or whose targets were never registered, is waited for by nobody', () => {
  expect(drainWaitMs(aTask(), { now: 0 })).toBeUndefined()
  expect(waits([entry], 0)).toBeUndefined()
})

test('the longest delay counts', () => {
  const one = { ...entry, target, deregistered: { at: 1_000, drainsUntil: 31_000 } }
  const other = { ...entry, target, deregistered: { at: 1_000, drainsUntil: 6_000 } }
  expect(waits([one, other], 2_000)).toBe(29_000)
  expect(waits([one, other], 30_999)).toBe(1)
  expect(waits([one, other], 31_000)).toBeUndefined()
})

test('without a delay the gateway is waited for, and a minute at most', () => {
  const now = { ...entry, target, deregistered: { at: 1_000, drainsUntil: 1_000 } }
  expect(waits([now], 1_000)).toBeUndefined()
  // A change of the same millisecond may have come after what is in force.
  expect(waits([now], 1_001, 1_000)).toBe(500)
  expect(waits([now], 1_001, 1_001)).toBeUndefined()
  expect(waits([now], 60_999, 0)).toBe(500)
  expect(waits([now], 61_000, 0)).toBeUndefined()
})

test('a task of Service Connect serves on for three seconds at least, and until the gateway has left it out', () => {
  const registry = { registryArn: 'r', isConnect: true as const, told: 'HEALTHY' as const }
  const left = (now: number, settledUntil: number | undefined, deregisteredAt?: number): number | undefined => {
    const serviceRegistries = [deregisteredAt === undefined ? registry : { ...registry, deregisteredAt }]
    return drainWaitMs({ ...aTask(), serviceRegistries }, { now, ...(settledUntil === undefined ? {} : { settledUntil }) })
  }
  // It is deregistered in the commit that makes it DEACTIVATING.
  expect(left(0, 0)).toBe(1)
  expect(left(1_000, 1_000, 0)).toBe(2_000)
  expect(left(3_000, 0, 0)).toBe(500)
  expect(left(3_000, 1, 0)).toBeUndefined()
  // A gateway that tells nothing for a minute is not waited for, nor one that there is not.
  expect(left(60_000, 0, 0)).toBeUndefined()
  expect(left(0, undefined, 0)).toBeUndefined()
  // One that never was registered, and one of another registry.
  expect(
    drainWaitMs({ ...aTask(), serviceRegistries: [{ registryArn: 'r', isConnect: true }] }, { now: 0, settledUntil: 0 }),
  ).toBeUndefined()
  expect(
    drainWaitMs({ ...aTask(), serviceRegistries: [{ registryArn: 'r', told: 'HEALTHY' }] }, { now: 0, settledUntil: 0 }),
  ).toBeUndefined()
})
