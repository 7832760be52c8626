import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { targetHealth, targets } from '../store/elbv2-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { TargetGroupReconciler } from './target-group.ts'

test('drained targets go at their time, with what their checks found', async () => {
  const store = memoryStore()
  const clock = new FakeClock(0)
  const reconciler = new TargetGroupReconciler({ store, clock })
  const row = (Id: string, drainingUntil?: number) => ({
    targetGroupArn: 'g',
    target: { Id, Port: 80 },
    registeredAt: 0,
    ...(drainingUntil === undefined ? {} : { drainingUntil }),
  })
  await store.commit(transaction => {
    transaction.put(targets, row('a', 1000))
    transaction.put(targets, row('b', 3000))
    transaction.put(targets, row('c'))
    transaction.put(targetHealth, { targetGroupArn: 'g', target: { Id: 'a', Port: 80 }, state: 'healthy', since: 0 })
  })
  const left = () => [...store.table(targets).by('targetGroup', 'g')].map(({ target }) => target.Id)
  expect(await reconciler.reconcile('g')).toBe(1000)
  expect(left()).toEqual(['a', 'b', 'c'])
  await clock.advance(1000)
  expect(await reconciler.reconcile('g')).toBe(2000)
  expect(left()).toEqual(['b', 'c'])
  expect(store.table(targetHealth).size).toBe(0)
  await clock.advance(2000)
  expect(await reconciler.reconcile('g')).toBeUndefined()
  expect(left()).toEqual(['c'])
})
