// Which zones the cluster's DNS hands to us.
import type { DiscoveryServiceRow, NamespaceRow } from '../../store/servicediscovery-tables.ts'

export interface Around {
  /** The cluster's own, such as `cluster.local`. */
  readonly clusterDomain: string
  /** Zones that others answer: exact names. */
  readonly taken: ReadonlySet<string>
}

/** What a Corefile can hold without a quote. */
const zonePattern = /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/

/**
 * The zones of DNS namespaces, sorted. A private namespace's is its name. Where that would hide names of others, the
 * zones are those of its services instead: of public namespaces, as the internet has names beside them, and of those
 * that the cluster's own domain is within, such as `local`. Names within the cluster's domain stay the cluster's.
 */
export const zonesOf = (
  namespaces: Iterable<NamespaceRow>,
  servicesOf: (namespaceArn: string) => Iterable<DiscoveryServiceRow>,
  { clusterDomain, taken }: Around,
): readonly string[] => {
  const zones = new Set<string>()
  for (const { namespace } of namespaces) {
    if (namespace.Type === 'HTTP') continue
    const name = namespace.Name.toLowerCase().replace(/\.$/, '')
    if (namespace.Type === 'DNS_PRIVATE' && !isWithin(clusterDomain, name)) zones.add(name)
    else for (const { service } of servicesOf(namespace.Arn)) zones.add(`${service.Name.toLowerCase()}.${name}`)
  }
  return [...zones].filter(zone => zonePattern.test(zone) && !taken.has(zone) && !isWithin(zone, clusterDomain)).sort()
}

/** Whether a name is a zone's or below it. */
export const isWithin = (name: string, zone: string): boolean => name === zone || name.endsWith(`.${zone}`)
