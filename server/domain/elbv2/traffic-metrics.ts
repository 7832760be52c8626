// What a load balancer carried, as the metrics that Elastic Load Balancing has of it.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
import type { Action } from '../../aws/generated/elbv2.ts'
import type { Answers, Traffic } from './traffic.ts'

/** Of a target group where a service is named, by the gateway's name of it; else of the load balancer itself. */
export interface TrafficMetric {
  readonly name: string
  readonly service: string | undefined
  readonly unit: 'Count' | 'Seconds'
  readonly count: number
  readonly sum: number
  /** What each of the samples is, or is on average. */
  readonly each: number
}

/** Codes of the load balancer's own that have a metric to themselves. */
const ownCodes: ReadonlySet<number> = new Set([500, 502, 503, 504])

/** Whatever is not zero, as on AWS. `actionOf`: the last action of a rule, by its router. */
export function trafficMetrics(
  { answers, times }: Traffic,
  actionOf: (router: string) => Action['Type'] | undefined,
): readonly TrafficMetric[] {
  const counts = new Map<string, { readonly name: string; readonly service: string | undefined; count: number }>()
  for (const each of answers) {
    for (const name of namesOf(each, actionOf(each.router))) {
      const key = `${name} ${each.service ?? ''}`
      const isOwn = name.startsWith('HTTPCode_ELB')
      const found = counts.get(isOwn ? name : key) ?? { name, service: isOwn ? undefined : each.service, count: 0 }
      counts.set(isOwn ? name : key, { ...found, count: found.count + each.count })
    }
  }
  return [
    ...[...counts.values()].map(({ name, service, count }) => ({ name, service, unit: 'Count' as const, count, sum: count, each: 1 })),
    ...[...times].map(([service, { requests, seconds }]) => ({
      name: 'TargetResponseTime',
      service,
      unit: 'Seconds' as const,
      count: requests,
      sum: seconds,
      each: seconds / requests,
    })),
  ]
}

function namesOf({ from, status }: Answers, action: Action['Type'] | undefined): readonly string[] {
  // Of gRPC the gateway tells no more than that a target did not answer, or that the client's request was refused.
  const kind = status === undefined ? (from === 'listener' ? 4 : 5) : Math.floor(status / 100)
  // Requests for which a target could be chosen are counted, and no others.
  if (from === 'target') return ['RequestCount', ...(kind >= 2 && kind <= 5 ? [`HTTPCode_Target_${kind}XX_Count`] : [])]
  const own = [
    ...(kind >= 3 && kind <= 5 ? [`HTTPCode_ELB_${kind}XX_Count`] : []),
    ...(status !== undefined && ownCodes.has(status) ? [`HTTPCode_ELB_${status}_Count`] : []),
  ]
  if (from === 'balancer') return ['RequestCount', ...own]
  if (from === 'action' && action === 'fixed-response') return [...own, 'HTTP_Fixed_Response_Count']
  if (from === 'action' && action === 'redirect') return [...own, 'HTTP_Redirect_Count']
  return own
}
