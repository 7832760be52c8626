import { expect, test } from 'bun:test'
import type { ContainerObservation, TaskObservation } from '../runtime.ts'
import { sharpen } from './sharpen.ts'

const second = Date.UTC(2026, 0, 1, 12, 0, 7)
const task = (state: ContainerObservation['state'], more: Partial<TaskObservation> = {}): TaskObservation => ({
  taskArn: 'arn',
  taskId: 'id',
  namespace: 'ns',
  scheduledAt: second,
  ...more,
  containers: [{ name: 'app', state }],
})
const running = task({ is: 'running', startedAt: second })

test('a time that is new was in its second, and no later than it was seen', () => {
  expect(sharpen(running, undefined, second + 400).scheduledAt).toBe(second + 400)
  expect(sharpen(running, undefined, second + 400).containers[0]?.state).toEqual({ is: 'running', startedAt: second + 400 })
})

test('a time that is seen late was at the end of its second at the latest', () => {
  expect(sharpen(running, undefined, second + 60_000).scheduledAt).toBe(second + 999)
})

test('a clock that is behind the node does not move a time before its second', () => {
  expect(sharpen(running, undefined, second - 5000).scheduledAt).toBe(second)
})

test('what was told stays', () => {
  const first = sharpen(running, undefined, second + 400)
  const ended = task({ is: 'terminated', exitCode: 0, startedAt: second, finishedAt: second })
  const then = sharpen(ended, first, second + 700)
  expect(then.scheduledAt).toBe(second + 400)
  expect(then.containers[0]?.state).toEqual({ is: 'terminated', exitCode: 0, startedAt: second + 400, finishedAt: second + 700 })
})

test('stopping began when it was first seen, though Kubernetes tells a later time in the end', () => {
  const stopping = sharpen({ ...running, stoppingSince: second }, running, second + 100)
  expect(sharpen({ ...running, stoppingSince: second + 3000 }, stopping, second + 3100).stoppingSince).toBe(second + 100)
})
