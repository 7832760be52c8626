import { expect, test } from 'bun:test'
import { aTask } from '../../test/support/task-fixture.ts'
import type { TaskLoadBalancer } from '../store/tables.ts'
import { drainWaitMs } from './task-drain.ts'

const entry = { targetGroupArn: 'g', containerName: 'app', containerPort: 80 }
const target = { Id: '10.0.0.1', Port: 80 }
const waits = (entries: readonly TaskLoadBalancer[], now: number, inForceUntil?: number): number | undefined =>
  drainWaitMs({ ...aTask(), loadBalancers: entries }, { now, ...(inForceUntil === undefined ? {} : { inForceUntil }) })

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
