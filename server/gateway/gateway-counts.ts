// What the gateway counts, of the text that Prometheus reads. https://prometheus.io/docs/instrumenting/exposition_formats/
import type { Growth } from '../domain/elbv2/traffic.ts'

/** The value of each series since the gateway started, by its name and labels as they are written. */
export type Counts = ReadonlyMap<string, number>

const requests = ['router_requests_total', 'service_requests_total', 'service_request_duration_seconds_sum']
const counted = new RegExp(String.raw`^(traefik_(?:${requests.join('|')}|open_connections)\{[^}]*\}) (\S+)$`, 'gm')

/** The series that load balancers' metrics are made of. */
export const countsOf = (text: string): Counts =>
  new Map([...text.matchAll(counted)].map(([, series = '', value]) => [series, Number(value)]))

/** By how much a count has grown; a gateway that was started anew counts from nothing. */
export const grownBy = (earlier: number, now: number): number => (now >= earlier ? now - earlier : now)

/** What has grown. */
export function growth(before: Counts, now: Counts): readonly Growth[] {
  const grown: Growth[] = []
  for (const [series, value] of now) {
    const by = grownBy(before.get(series) ?? 0, value)
    if (by > 0 && !series.startsWith(connections)) grown.push({ ...seriesOf(series), by })
  }
  return grown
}

const connections = 'traefik_open_connections{'

/** TCP connections that are open now, by entry point. */
export function openConnections(counts: Counts): ReadonlyMap<string, number> {
  const open = new Map<string, number>()
  for (const [series, value] of counts) {
    if (!series.startsWith(connections)) continue
    const { labels } = seriesOf(series)
    if (labels['protocol'] === 'TCP') open.set(labels['entrypoint'] ?? '', value)
  }
  return open
}

/** Requests by service of the load balancers' routes, whatever their status. */
export function requestCounts(counts: Counts): ReadonlyMap<string, number> {
  const requested = new Map<string, number>()
  for (const [series, value] of counts) {
    if (!series.startsWith('traefik_service_requests_total{')) continue
    const [, service] = /^([^@]+)@http$/.exec(seriesOf(series).labels['service'] ?? '') ?? []
    if (service !== undefined) requested.set(service, (requested.get(service) ?? 0) + value)
  }
  return requested
}

const label = /([a-z_]+)="([^"]*)"/g

const seriesOf = (series: string): { readonly metric: string; readonly labels: Readonly<Record<string, string>> } => ({
  metric: series.slice(0, series.indexOf('{')),
  labels: Object.fromEntries([...series.matchAll(label)].map(([, name = '', value = '']) => [name, value])),
})
