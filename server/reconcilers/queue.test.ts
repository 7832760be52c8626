import { describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { FakeClock, settle } from '../../test/support/fake-clock.ts'
import { WorkQueue, type WorkQueueOptions } from './queue.ts'

interface Run {
  readonly key: string
  readonly at: number
  finish(nextInMs?: number): Promise<void>
  fail(): Promise<void>
}

const start = (options: Partial<WorkQueueOptions> = {}) => {
  const clock = new FakeClock(0)
  const abort = new AbortController()
  const runs: Run[] = []
  const failures: Array<{ key: string; retryInMs: number }> = []
  const queue = new WorkQueue({
    clock,
    signal: abort.signal,
    concurrency: 32,
    work: key => {
      const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
      runs.push({
        key,
        at: clock.now(),
        finish: nextInMs => (resolve(nextInMs), settle()),
        fail: () => (reject(new Error('refused')), settle()),
      })
      return promise
    },
    onFailure: (key, _error, retryInMs) => failures.push({ key, retryInMs }),
    ...options,
  })
  const run = (index: number): Run => {
    const found = runs[index]
    if (found === undefined) throw new Error(`there was no run ${index}`)
    return found
  }
  return { clock, abort, queue, runs, run, failures }
}

describe('a work queue', () => {
  test('what runs is interrupted by its signal and tried again; what runs after is not', async () => {
    const signals: AbortSignal[] = []
    const work: WorkQueueOptions['work'] = (_key, signal) => {
      signals.push(signal)
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }
    const { clock, queue, failures } = start({ work })
    queue.add('a')
    expect(queue.running).toEqual(['a'])
    queue.interrupt(new Error('enough'))
    await settle()
    expect(failures).toEqual([{ key: 'a', retryInMs: 100 }])
    await clock.advance(100)
    expect(queue.running).toEqual(['a'])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })

  test('runs a key once however often it is added while it waits', () => {
    const { queue, runs } = start({ concurrency: 1 })
    queue.add('busy')
    queue.add('a')
    queue.add('a')
    queue.add('a')
    expect(queue.depth).toBe(1)
    expect(runs.map(run => run.key)).toEqual(['busy'])
  })

  test('never runs a key twice at once, and once more when it was added meanwhile', async () => {
    const { queue, runs, run } = start()
    queue.add('a')
    queue.add('a')
    queue.add('a')
    expect(runs.length).toBe(1)
    await run(0).finish()
    expect(runs.length).toBe(2)
    await run(1).finish()
    expect(runs.length).toBe(2)
  })

  test('runs different keys side by side up to its bound', async () => {
    const { queue, runs, run } = start({ concurrency: 2 })
    for (const key of ['a', 'b', 'c']) queue.add(key)
    expect(runs.map(each => each.key)).toEqual(['a', 'b'])
    await run(1).finish()
    expect(runs.map(each => each.key)).toEqual(['a', 'b', 'c'])
  })

  test('tries a failed key again with growing, capped delay, and starts over after a success', async () => {
    const { queue, run, runs, clock, failures } = start({ firstRetryMs: 100, lastRetryMs: 350 })
    queue.add('a')
    for (let index = 0; index < 4; index += 1) {
      await run(index).fail()
      await clock.advance(failures[index]?.retryInMs ?? 0)
    }
    expect(failures.map(failure => failure.retryInMs)).toEqual([100, 200, 350, 350])
    await run(4).finish(1_000)
    await clock.advance(1_000)
    await run(5).fail()
    expect(failures.at(-1)?.retryInMs).toBe(100)
    expect(runs.length).toBe(6)
  })

  test('an add brings a failed key back at once, and its timer does not bring it back again', async () => {
    const { queue, run, runs, clock } = start()
    queue.add('a')
    await run(0).fail()
    queue.add('a')
    expect(runs.length).toBe(2)
    await run(1).finish()
    await clock.advance(60_000)
    expect(runs.length).toBe(2)
  })

  test('looks again after the time that the work asks for', async () => {
    const { queue, run, runs, clock } = start()
    queue.add('a')
    await run(0).finish(500)
    await clock.advance(499)
    expect(runs.length).toBe(1)
    await clock.advance(1)
    expect(run(1).at).toBe(500)
  })

  test('stops by its signal: nothing new begins, and idle waits for what runs', async () => {
    const { queue, run, runs, clock, abort } = start({ concurrency: 1 })
    queue.add('a')
    queue.add('b')
    abort.abort()
    let idle = false
    const stopped = queue.idle().then(() => (idle = true))
    await settle()
    expect(idle).toBe(false)
    await run(0).finish(10)
    await stopped
    queue.add('c')
    await clock.advance(60_000)
    expect(runs.map(each => each.key)).toEqual(['a'])
    expect(clock.waiting).toBe(0)
  })

  test('whatever happens, a key runs after its last add, never twice at once, within the bound', async () => {
    const step = fc.oneof(
      fc.record({ is: fc.constant('add' as const), key: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ is: fc.constantFrom('finish' as const, 'fail' as const, 'tick' as const), nth: fc.nat(3) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
        const { queue, runs, clock } = start({ concurrency: 2 })
        const open: Run[] = []
        const owed = new Set<string>()
        const takeNew = () => {
          for (const run of runs) owed.delete(run.key)
          open.push(...runs.splice(0))
          expect(new Set(open.map(run => run.key)).size).toBe(open.length)
          expect(open.length).toBeLessThanOrEqual(2)
        }
        for (const each of steps) {
          if (each.is === 'add') {
            owed.add(each.key)
            queue.add(each.key)
          } else if (each.is === 'tick') await clock.advance(100)
          else {
            const run = open.splice(each.nth % Math.max(open.length, 1), 1)[0]
            await (each.is === 'fail' ? run?.fail() : run?.finish())
          }
          takeNew()
        }
        while (open.length > 0) {
          await open.shift()?.finish()
          takeNew()
        }
        expect([...owed]).toEqual([])
        expect(queue.depth).toBe(0)
      }),
      { numRuns: 100 },
    )
  })
})
