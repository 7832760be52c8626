import { describe, expect, test } from 'bun:test'
import type { StepAdjustment } from '../../aws/generated/application-autoscaling.ts'
import { runsAt } from './schedule.ts'
import { steppedCapacity } from './steps.ts'
import { trackedCapacity } from './tracking.ts'

// The example of AWS's guide: percents of 10 instances, for a threshold of 50 percent.
// https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
const out: readonly StepAdjustment[] = [
  { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 0 },
  { MetricIntervalLowerBound: 10, MetricIntervalUpperBound: 20, ScalingAdjustment: 10 },
  { MetricIntervalLowerBound: 20, ScalingAdjustment: 30 },
]
const back: readonly StepAdjustment[] = [
  { MetricIntervalLowerBound: -10, MetricIntervalUpperBound: 0, ScalingAdjustment: 0 },
  { MetricIntervalLowerBound: -20, MetricIntervalUpperBound: -10, ScalingAdjustment: -10 },
  { MetricIntervalUpperBound: -20, ScalingAdjustment: -30 },
]

describe('a step scaling policy', () => {
  test.each([
    [out, 10, 55, 10],
    [out, 10, 60, 11],
    [out, 11, 70, 14],
    [back, 14, 40, 13],
    [back, 13, 30, 10],
  ] as const)('%j takes %d at %d percent to %d', (StepAdjustments, current, metric, capacity) => {
    expect(steppedCapacity({ AdjustmentType: 'PercentChangeInCapacity', StepAdjustments }, current, metric - 50)).toBe(capacity)
  })

  // Rounding and magnitude, from the same page.
  test.each([
    ['PercentChangeInCapacity', 4, 25, 2, 6],
    ['PercentChangeInCapacity', 10, 125, 0, 22],
    ['PercentChangeInCapacity', 1, 67, 0, 2],
    ['PercentChangeInCapacity', 10, -67, 0, 4],
    ['PercentChangeInCapacity', 1, -58, 0, 0],
    ['ChangeInCapacity', 10, 5, 0, 15],
    ['ExactCapacity', 10, 5, 0, 5],
  ] as const)('%s of %d by %d, at least %d, is %d', (AdjustmentType, current, ScalingAdjustment, MinAdjustmentMagnitude, capacity) => {
    const steps = [{ MetricIntervalLowerBound: 0, ScalingAdjustment }]
    expect(steppedCapacity({ AdjustmentType, StepAdjustments: steps, MinAdjustmentMagnitude }, current, 1)).toBe(capacity)
  })
})

describe('a target tracking policy', () => {
  const policy = { TargetValue: 50 }
  test.each([
    [[80, 80], undefined],
    [[80, 80, 100], { capacity: 4, alarm: 'AlarmHigh' }],
    [[80, 40, 100], undefined],
    [Array.from({ length: 15 }, () => 20), { capacity: 1, alarm: 'AlarmLow' }],
    [Array.from({ length: 14 }, () => 20), undefined],
    // Between nine tenths of the target and the target nothing is done.
    [Array.from({ length: 15 }, () => 46), undefined],
  ] as const)('of 2 tasks after %j', (values, wish) => {
    expect(trackedCapacity(policy, 2, values)).toEqual(wish)
  })
})

describe('a schedule', () => {
  const at = (text: string): number => Date.parse(text)
  const scheduled = (Schedule: string, Timezone?: string) => ({
    Schedule,
    CreationTime: at('2026-01-01T00:00:00Z') / 1000,
    ...(Timezone === undefined ? {} : { Timezone }),
  })
  test.each([
    ['at(2026-03-31T22:00:00)', undefined, '2026-03-31T22:00:00Z', true],
    ['at(2026-03-31T22:00:00)', 'America/New_York', '2026-04-01T02:00:00Z', true],
    ['rate(5 minutes)', undefined, '2026-01-01T00:05:00Z', true],
    ['rate(5 minutes)', undefined, '2026-01-01T00:06:00Z', false],
    ['rate(1 day)', undefined, '2026-01-02T00:00:00Z', true],
    ['cron(0 9 * * ? *)', undefined, '2026-06-01T09:00:00Z', true],
    // Nine in the morning in New York, in summer and in winter.
    ['cron(0 9 * * ? *)', 'America/New_York', '2026-06-01T13:00:00Z', true],
    ['cron(0 9 * * ? *)', 'America/New_York', '2026-01-05T14:00:00Z', true],
    ['cron(0/15 8-18 ? * MON-FRI *)', undefined, '2026-06-01T08:45:00Z', true],
    ['cron(0/15 8-18 ? * MON-FRI *)', undefined, '2026-06-06T08:45:00Z', false],
    ['cron(0 0 L * ? *)', undefined, '2026-02-28T00:00:00Z', true],
    // The first of August 2026 is a Saturday: its nearest weekday in that month is the third.
    ['cron(0 0 1W * ? *)', undefined, '2026-08-03T00:00:00Z', true],
    ['cron(0 0 ? * 2#1 *)', undefined, '2026-06-01T00:00:00Z', true],
    ['cron(0 0 ? * 6L *)', undefined, '2026-06-26T00:00:00Z', true],
    ['cron(0 12 1 JAN ? 2027)', undefined, '2026-01-01T12:00:00Z', false],
  ])('%s in %s at %s: %p', (expression, zone, time, runs) => {
    expect(runsAt(scheduled(expression, zone), at(time))).toBe(runs)
  })

  test('runs within its start and end', () => {
    const bounded = {
      ...scheduled('rate(1 minute)'),
      StartTime: at('2026-02-01T00:00:00Z') / 1000,
      EndTime: at('2026-02-02T00:00:00Z') / 1000,
    }
    expect(runsAt(bounded, at('2026-01-31T12:00:00Z'))).toBe(false)
    expect(runsAt(bounded, at('2026-02-01T12:00:00Z'))).toBe(true)
    expect(runsAt(bounded, at('2026-02-02T00:01:00Z'))).toBe(false)
  })
})
