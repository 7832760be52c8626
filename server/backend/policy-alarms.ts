import type { Backend, BackendPlace, CallOptions } from './backend.ts'
import { listOf, memberOf, textOf } from './read-answer.ts'

/** An alarm in ALARM that has a scaling policy among its actions. */
export interface PolicyAlarm {
  readonly alarmName: string
  readonly actions: readonly string[]
  /** The metric's last value less the threshold. */
  readonly breach: number
}

/**
 * The metric alarms in ALARM that have a scaling policy among their actions. All in ALARM are read: LocalStack 4.14.0 fails
 * where it is asked for a prefix of their actions.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
export const policyAlarms = async (
  backend: Backend,
  policyArn: string,
  place: BackendPlace,
  options?: CallOptions,
): Promise<readonly PolicyAlarm[]> => {
  const found: PolicyAlarm[] = []
  let nextToken: string | undefined
  do {
    const parameters: Record<string, string> = { StateValue: 'ALARM', ...(nextToken === undefined ? {} : { NextToken: nextToken }) }
    const answer = await backend.query(
      { service: 'monitoring', action: 'DescribeAlarms', version: '2010-08-01', parameters },
      place,
      options,
    )
    const result = memberOf(answer, 'DescribeAlarmsResponse', 'DescribeAlarmsResult')
    for (const alarm of listOf(memberOf(result, 'MetricAlarms', 'member'))) found.push(...read(alarm, policyArn))
    nextToken = textOf(result, 'NextToken')
  } while (nextToken !== undefined && nextToken !== '')
  return found
}

const read = (alarm: unknown, policyArn: string): readonly PolicyAlarm[] => {
  const alarmName = textOf(alarm, 'AlarmName')
  const actions = listOf(memberOf(alarm, 'AlarmActions', 'member')).filter(each => typeof each === 'string')
  const isOn = textOf(alarm, 'StateValue') === 'ALARM' && textOf(alarm, 'ActionsEnabled') !== 'false'
  if (alarmName === undefined || !isOn || !actions.includes(policyArn)) return []
  const value = lastValue(textOf(alarm, 'StateReasonData'))
  // A state that was set by hand tells no value: it counts as one at the threshold.
  return [{ alarmName, actions, breach: value === undefined ? 0 : value - Number(textOf(alarm, 'Threshold') ?? 0) }]
}

const lastValue = (reasonData: string | undefined): number | undefined => {
  try {
    const points: unknown = memberOf(JSON.parse(reasonData ?? ''), 'recentDatapoints')
    const last: unknown = Array.isArray(points) ? points.at(-1) : undefined
    return typeof last === 'number' ? last : undefined
  } catch {
    return undefined
  }
}
