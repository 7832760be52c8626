import { expect, test } from 'bun:test'
import type { ScalingActivity } from '../../../aws/generated/application-autoscaling.ts'
import { scalingActivities } from '../../../store/autoscaling-tables.ts'
import { memoryStore } from '../../../store/memory.ts'
import { scopeOf } from '../../../store/tables.ts'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { countingIds, place } from '../../../../test/support/task-rows.ts'
import { describeScalingActivities } from './describe-scaling-activities.ts'

const day = 24 * 3_600

/** `age` in days. */
const activity = (ActivityId: string, age: number, more: Partial<ScalingActivity> = {}): ScalingActivity => ({
  ActivityId,
  ServiceNamespace: 'ecs',
  ResourceId: 'service/default/web',
  ScalableDimension: 'ecs:service:DesiredCount',
  Description: 'Setting desired count to 1.',
  Cause: 'monitor alarm web-app-cpu-lt-25 in state ALARM triggered policy web-app-cpu-lt-25',
  StartTime: 1_700_000_000 - age * day,
  StatusCode: 'Successful',
  ...more,
})

const contextWith = async (...activities: readonly ScalingActivity[]) => {
  const clock = new FakeClock(1_700_000_000_000)
  const store = memoryStore({ clock })
  await store.commit(transaction => {
    for (const row of activities) transaction.put(scalingActivities, { scope: scopeOf(place.account, place.region), activity: row })
  })
  return { ...place, requestId: 'r', principal: 'p', calledAt: 'http://localhost:4566', store, clock, ids: countingIds }
}

test('the newest comes first, six weeks long, page after page', async () => {
  const context = await contextWith(activity('old', 43), activity('b', 2), activity('a', 1), activity('c', 41))
  const first = describeScalingActivities(context, { ServiceNamespace: 'ecs', MaxResults: 2 })
  expect(first.ScalingActivities?.map(each => each.ActivityId)).toEqual(['a', 'b'])
  const second = describeScalingActivities(context, { ServiceNamespace: 'ecs', MaxResults: 2, NextToken: first.NextToken })
  expect(second.ScalingActivities?.map(each => each.ActivityId)).toEqual(['c'])
  expect(second.NextToken).toBeUndefined()
})

test('a resource chooses its own; what scaled nothing is shown when asked for', async () => {
  const other = activity('other', 1, { ResourceId: 'service/default/other' })
  const idle = activity('idle', 1, { NotScaledReasons: [{ Code: 'AlreadyAtMaxCapacity', MaxCapacity: 4, CurrentCapacity: 4 }] })
  const context = await contextWith(activity('a', 2), other, idle)
  const ofWeb = { ServiceNamespace: 'ecs', ResourceId: 'service/default/web' } as const
  expect(describeScalingActivities(context, ofWeb).ScalingActivities?.map(each => each.ActivityId)).toEqual(['a'])
  const all = describeScalingActivities(context, { ...ofWeb, IncludeNotScaledActivities: true })
  expect(all.ScalingActivities?.map(each => each.ActivityId)).toEqual(['idle', 'a'])
})
