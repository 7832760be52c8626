import { expect, test } from 'bun:test'
import { systemClock } from '../../shared/clock.ts'
import { createLog } from '../log.ts'
import { listenAt } from './listening.ts'

test('an agent waits for the port of the one before it, and shares it with none', async () => {
  const log = createLog({ logLevel: 'error' }, { write: () => true })
  const begin = (port: number, name: string) =>
    listenAt({ config: { address: '127.0.0.1', port }, clock: systemClock, log, answer: async () => new Response(name) })
  const before = await begin(0, 'before')
  let isThere = false
  const beginning = begin(Number(new URL(before.url).port), 'after').then(after => {
    isThere = true
    return after
  })
  // Longer than it takes to listen, shorter than between its attempts.
  await new Promise<void>(resolve => systemClock.after(50, resolve))
  expect(isThere).toBe(false)
  await before.stop()
  const after = await beginning
  expect(await (await fetch(after.url)).text()).toBe('after')
  await after.stop()
})
