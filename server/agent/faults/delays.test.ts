// What netem does with `delay MS JITTER`, which ECS' agent makes latency with. https://man7.org/linux/man-pages/man8/tc-netem.8.html
import { expect, test } from 'bun:test'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { FakeQueues } from '../../../test/support/fake-queues.ts'
import { Delays } from './delays.ts'

const world = (random: () => number = () => 0.5) => {
  const [clock, queues] = [new FakeClock(), new FakeQueues()]
  const delays = new Delays({ queues, clock, random })
  const begin = (delay: number, jitter = 0): number => {
    const begun = delays.begin({ delay, jitter })
    if ('errno' in begun) throw new Error(`errno ${begun.errno}`)
    return begun.queue
  }
  return { clock, queues, delays, begin }
}

test('packets go on after the delay, in their order', async () => {
  const { clock, queues, begin } = world()
  const queue = begin(100)
  queues.arriving.push({ queue, id: 1 }, { queue, id: 2 })
  await clock.advance(1)
  queues.arriving.push({ queue, id: 3 })
  await clock.advance(99)
  expect(queues.passed).toEqual([])
  await clock.advance(1)
  expect(queues.passed).toEqual([1, 2])
  await clock.advance(1)
  expect(queues.passed).toEqual([1, 2, 3])
})

test('with jitter one may overtake another, and none goes on before it came', async () => {
  const chances = [0.99, 0, 0.5]
  const { clock, queues, begin } = world(() => chances.shift() ?? 0.5)
  const queue = begin(10, 20)
  queues.arriving.push({ queue, id: 1 }, { queue, id: 2 }, { queue, id: 3 })
  await clock.advance(1)
  expect(queues.passed).toEqual([2])
  await clock.advance(10)
  expect(queues.passed).toEqual([2, 3])
  await clock.advance(20)
  expect(queues.passed).toEqual([2, 3, 1])
})

test('queues are apart; what waits in one that ends goes on at once, and in the end nothing looks any more', async () => {
  const { clock, queues, delays, begin } = world()
  const [one, other] = [begin(100), begin(50)]
  expect(queues.opened).toEqual([one, other])
  queues.arriving.push({ queue: one, id: 1 }, { queue: other, id: 2 })
  await clock.advance(10)
  queues.arriving.push({ queue: one, id: 3 })
  delays.end(one)
  expect([queues.passed.toSorted(), queues.opened]).toEqual([[1, 3], [other]])
  expect(begin(1)).toBe(one)
  delays.stop()
  expect([queues.passed.toSorted(), queues.opened, clock.waiting]).toEqual([[1, 2, 3], [], 0])
})

test('what the kernel does not open makes nothing late', () => {
  const { clock, queues, delays } = world()
  queues.errno = 1
  expect(delays.begin({ delay: 1, jitter: 0 })).toEqual({ errno: 1 })
  expect(clock.waiting).toBe(0)
})
