import type { Backend, BackendPlace, CallOptions } from './backend.ts'
import { listOf, memberOf, textOf } from './read-answer.ts'

/** How many alarms one call describes. */
const mostNames = 100

/**
 * Which of the alarms, metric and composite ones, are in the state ALARM. Those that are not there are in none.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
 */
export const alarmsInAlarm = async (
  backend: Backend,
  names: readonly string[],
  place: BackendPlace,
  options?: CallOptions,
): Promise<readonly string[]> => {
  const found: string[] = []
  for (let first = 0; first < names.length; first += mostNames) {
    const asked = names.slice(first, first + mostNames).map((name, index) => [`AlarmNames.member.${index + 1}`, name])
    const parameters = { ...Object.fromEntries(asked), 'AlarmTypes.member.1': 'MetricAlarm', 'AlarmTypes.member.2': 'CompositeAlarm' }
    const call = { service: 'monitoring', action: 'DescribeAlarms', version: '2010-08-01', parameters }
    const result = memberOf(await backend.query(call, place, options), 'DescribeAlarmsResponse', 'DescribeAlarmsResult')
    for (const kind of ['MetricAlarms', 'CompositeAlarms']) {
      for (const alarm of listOf(memberOf(result, kind, 'member'))) {
        const name = textOf(alarm, 'AlarmName')
        if (name !== undefined && textOf(alarm, 'StateValue') === 'ALARM') found.push(name)
      }
    }
  }
  return found
}
