import { expect, test } from 'bun:test'
import { FakeClock, settle } from '../../test/support/fake-clock.ts'
import { createLog } from '../log.ts'
import { Controller } from '../reconcilers/controller.ts'
import type { Reconciler } from '../reconcilers/reconciler.ts'
import { Gate } from './gate.ts'
import { StillBusy, whileQuiet } from './quiet.ts'

/** A reconciler whose first run waits for an answer that never comes. */
const world = (listens: boolean) => {
  const clock = new FakeClock(0)
  const runs: string[] = []
  const reconciler: Reconciler = {
    kind: 'task',
    *keys() {
      yield 'a'
    },
    reconcile: (key, signal) => {
      runs.push(key)
      if (runs.length > 1) return Promise.resolve(undefined)
      return new Promise((_resolve, reject) => {
        if (listens) signal.addEventListener('abort', () => reject(new Error('the request was given up')))
      })
    },
  }
  const log = createLog({ logLevel: 'error' }, { write: () => true })
  const controller = new Controller({ clock, log, reconcilers: [reconciler], signal: new AbortController().signal })
  controller.wake('task', 'a')
  return { clock, controller, runs }
}

test('a reconciler that waits for what nobody answers is interrupted after ten seconds, and tries again afterwards', async () => {
  const { clock, controller, runs } = world(true)
  let isQuiet = false
  const quiet = whileQuiet({ clock, reconciling: { controller }, gate: new Gate() }, async () => {
    isQuiet = true
    expect(controller.running()).toEqual([])
  })
  await clock.advance(9_000)
  expect([isQuiet, controller.running()]).toEqual([false, ['task a']])
  await clock.advance(1_000)
  await quiet
  await settle()
  expect([isQuiet, runs]).toEqual([true, ['a', 'a']])
})

test('what does not end even then is named', async () => {
  const { clock, controller } = world(false)
  const outcome = whileQuiet({ clock, reconciling: { controller }, gate: new Gate() }, () => Promise.resolve()).catch(
    (error: unknown) => error,
  )
  await clock.advance(75_000)
  const busy = await outcome
  expect(busy).toBeInstanceOf(StillBusy)
  expect(String(busy)).toContain('After 75 s there still ran: task a.')
})
