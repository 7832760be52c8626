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

/** What is told of a metric's samples of one moment. */
export interface Statistics {
  readonly count: number
  readonly sum: number
  readonly minimum: number
  readonly maximum: number
}

/** Of at least one sample. */
export const statisticsOf = (samples: readonly number[]): Statistics => ({
  count: samples.length,
  sum: samples.reduce((sum, each) => sum + each, 0),
  minimum: Math.min(...samples),
  maximum: Math.max(...samples),
})

export interface Metric {
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly unit: 'Percent' | 'Count' | 'Seconds'
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly statistics: Statistics
}

/** How many metrics one call puts: a request may have 1 MB and a thousand. */
const mostMetrics = 500

/**
 * Puts metrics, each with its samples' statistics. Those of one call are taken or refused as one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export const putMetrics = async (
  backend: Backend,
  namespace: string,
  metrics: readonly Metric[],
  place: BackendPlace,
  options?: CallOptions,
): Promise<void> => {
  for (let first = 0; first < metrics.length; first += mostMetrics) {
    const data = metrics.slice(first, first + mostMetrics).map((metric, index) => parametersOf(metric, `MetricData.member.${index + 1}`))
    const parameters = { Namespace: namespace, ...Object.assign({}, ...data) }
    await backend.query({ service: 'monitoring', action: 'PutMetricData', version: '2010-08-01', parameters }, place, options)
  }
}

const parametersOf = ({ name, dimensions, unit, at, statistics }: Metric, prefix: string): Record<string, string> => ({
  [`${prefix}.MetricName`]: name,
  [`${prefix}.Unit`]: unit,
  [`${prefix}.Timestamp`]: new Date(at).toISOString(),
  ...Object.fromEntries(
    Object.entries(dimensions).flatMap(([key, value], index) => [
      [`${prefix}.Dimensions.member.${index + 1}.Name`, key],
      [`${prefix}.Dimensions.member.${index + 1}.Value`, value],
    ]),
  ),
  [`${prefix}.StatisticValues.SampleCount`]: String(statistics.count),
  [`${prefix}.StatisticValues.Sum`]: String(statistics.sum),
  [`${prefix}.StatisticValues.Minimum`]: String(statistics.minimum),
  [`${prefix}.StatisticValues.Maximum`]: String(statistics.maximum),
})
