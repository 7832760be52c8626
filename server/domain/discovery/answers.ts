// What Route 53 would answer for the hosted zones of Cloud Map's namespaces.
import type { RecordType } from '../../aws/generated/servicediscovery.ts'
import type { DiscoveryServiceRow, InstanceRow, NamespaceRow } from '../../store/servicediscovery-tables.ts'
import { healthOf } from '../service-discovery.ts'
import { isWithin } from './zones.ts'

/** What is known of namespaces. */
export interface Zones {
  /** DNS namespaces of a name in lower case, of whatever account, region and VPC: the cluster's DNS is one for all. */
  namespaces(name: string): Iterable<NamespaceRow>
  services(namespaceArn: string): Iterable<DiscoveryServiceRow>
  instances(serviceArn: string): Iterable<InstanceRow>
  /** From 0 up to 1, without 1. */
  random(): number
}

export type DnsRecord =
  | { readonly name: string; readonly ttl: number; readonly type: 'A' | 'AAAA' | 'CNAME'; readonly data: string }
  | { readonly name: string; readonly ttl: number; readonly type: 'SRV'; readonly data: SrvTarget }

export interface SrvTarget {
  readonly priority: number
  readonly weight: number
  readonly port: number
  readonly target: string
}

export interface DnsAnswer {
  /** `refused`: no namespace has the name. */
  readonly is: 'found' | 'unknown' | 'refused'
  readonly records: readonly DnsRecord[]
  /** Addresses of what SRV records name. */
  readonly additional: readonly DnsRecord[]
  /** The zone, and for how many seconds it is kept that it lacks a name. */
  readonly zone?: { readonly name: string; readonly ttl: number }
}

/** Route 53 answers with as many of a multivalue record. */
export const mostAnswers = 8
const defaultSoaTtl = 15

/**
 * The answer to a question. `type` is the question's, such as A; `name` has no dot at its end. Unhealthy instances are
 * left out, unless all of them are unhealthy.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html
 */
export const answer = (name: string, type: string, zones: Zones): DnsAnswer => {
  const asked = name.toLowerCase()
  const found = zoneOf(asked, zones)
  if (found === undefined) return { is: 'refused', records: [], additional: [] }
  const { zone, rows } = found
  const soa = rows[0]?.namespace.Properties?.DnsProperties?.SOA?.TTL ?? defaultSoaTtl
  const about = { zone: { name: zone, ttl: soa } }
  if (asked === zone) return { is: 'found', records: [], additional: [], ...about }
  const sets = rows.flatMap(({ namespace }) =>
    [...zones.services(namespace.Arn)].filter(row => concerns(nameOf(row, zone), asked)).map(row => setsOf(row, zone, zones)),
  )
  const own = sets.flatMap(each => each.own).filter(record => record.name === asked)
  const ofInstances = sets.flatMap(each => each.ofInstances)
  const records = [...own, ...ofInstances.filter(record => record.name === asked)]
  const isParent = sets.some(each => [...each.own, ...each.ofInstances].some(record => isWithin(record.name, asked)))
  if (records.length === 0 && !isParent) return { is: 'unknown', records: [], additional: [], ...about }
  const answers = records.filter(record => record.type === type || record.type === 'CNAME' || type === 'ANY')
  const targets = new Set(answers.flatMap(record => (record.type === 'SRV' ? record.data.target : [])))
  return { is: 'found', records: answers, additional: ofInstances.filter(record => targets.has(record.name)), ...about }
}

const zoneOf = (name: string, zones: Zones): { readonly zone: string; readonly rows: readonly NamespaceRow[] } | undefined => {
  const labels = name.split('.')
  for (let from = 0; from < labels.length; from += 1) {
    const zone = labels.slice(from).join('.')
    const rows = [...zones.namespaces(zone)]
    if (rows.length > 0) return { zone, rows }
  }
  return undefined
}

const nameOf = ({ service }: DiscoveryServiceRow, zone: string): string => `${service.Name.toLowerCase()}.${zone}`
const concerns = (serviceName: string, asked: string): boolean => isWithin(asked, serviceName) || isWithin(serviceName, asked)

interface RecordSets {
  /** Of the service's name. */
  readonly own: readonly DnsRecord[]
  /** Of instances, which SRV records name. */
  readonly ofInstances: readonly DnsRecord[]
}

const setsOf = (row: DiscoveryServiceRow, zone: string, zones: Zones): RecordSets => {
  const dns = row.service.DnsConfig
  if (dns === undefined) return { own: [], ofInstances: [] }
  const name = nameOf(row, zone)
  const all = [...zones.instances(row.service.Arn)]
  const chosen = choose(row, all, dns.RoutingPolicy === 'WEIGHTED' ? 1 : mostAnswers, zones)
  const srv = dns.DnsRecords.find(({ Type }) => Type === 'SRV')
  return {
    own: dns.DnsRecords.flatMap(({ Type, TTL }) => chosen.flatMap(instance => recordOf(name, Type, TTL, instance) ?? [])),
    ofInstances:
      srv === undefined
        ? []
        : all.flatMap(instance =>
            (['A', 'AAAA'] as const).flatMap(type => recordOf(hostOf(instance, name), type, srv.TTL, instance) ?? []),
          ),
  }
}

/** Random ones of those that are not unhealthy; of all where all are. */
const choose = (row: DiscoveryServiceRow, all: readonly InstanceRow[], most: number, { random }: Zones): readonly InstanceRow[] => {
  const healthy = all.filter(instance => healthOf(row, instance) !== 'UNHEALTHY')
  const from = healthy.length === 0 ? all : healthy
  const shuffled = from.map(instance => ({ instance, key: random() })).sort((one, other) => one.key - other.key)
  return shuffled.slice(0, most).map(({ instance }) => instance)
}

const hostOf = ({ instance }: InstanceRow, serviceName: string): string => `${instance.Id.toLowerCase()}.${serviceName}`

const attributeOf = { A: 'AWS_INSTANCE_IPV4', AAAA: 'AWS_INSTANCE_IPV6', CNAME: 'AWS_INSTANCE_CNAME' } as const

const recordOf = (name: string, type: RecordType, ttl: number, row: InstanceRow): DnsRecord | undefined => {
  const attributes = row.instance.Attributes
  if (type === 'SRV') {
    const port = Number(attributes['AWS_INSTANCE_PORT'])
    return Number.isInteger(port) ? { name, ttl, type, data: { priority: 1, weight: 1, port, target: hostOf(row, name) } } : undefined
  }
  const data = attributes[attributeOf[type]]
  return data === undefined ? undefined : { name, ttl, type, data }
}
