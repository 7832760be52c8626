import type { Place } from '../place.ts'
import { type Deferred, reference } from '../value.ts'
import { type Input, listOf, recordsOf, textOf } from '../wanted.ts'
import type { AwsDocuments } from './documents.ts'

/** What stands for what in the values of another account's resources. */
export interface Mapping {
  /** A value with ARNs and ids of the other account made the instance's own. */
  map(value: unknown): unknown
  /** The resource of this ARN or id, where it is among those that are imported. */
  find(arnOrId: string): Deferred | undefined
  /** Subnets, security groups or a VPC that the instance has. */
  subnets(ids: unknown): readonly string[]
  securityGroups(ids: unknown): readonly string[]
  readonly vpc: string
  readonly notes: Set<string>
}

export interface MappingOptions {
  readonly place: Place
  /** Of `--map OLD=NEW`: texts. */
  readonly replacements: ReadonlyMap<string, string>
}

const arnPattern = /^arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]*):(\d{12}):/

export const mappingOf = (documents: AwsDocuments, { place, replacements }: MappingOptions): Mapping => {
  const owners = ownArns(documents)
  const accounts = new Set(owners.flatMap(arn => arnPattern.exec(arn)?.[2] ?? []))
  const regions = new Set(owners.flatMap(arn => arnPattern.exec(arn)?.[1] || []))
  const ids = importedIds(documents)
  const notes = new Set<string>()
  const { network } = place

  const text = (value: string): string => {
    const replaced = [...replacements].reduce((found, [old, fresh]) => found.replaceAll(old, fresh), value)
    return replaced.replaceAll(/arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):(\d{12}):/g, (whole, _partition, service, region, account) =>
      accounts.has(account) ? `arn:aws:${service}:${regions.has(region) ? place.region : region}:${place.account}:` : whole,
    )
  }
  const map = (value: unknown, member = ''): unknown => {
    if (typeof value === 'string') {
      if (ids.has(value)) return ids.get(value)
      // Such as awslogs-region.
      if (member.endsWith('-region') && regions.has(value)) return place.region
      return text(value)
    }
    if (Array.isArray(value)) return value.map(each => map(each))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, map(each, name)]))
  }
  const known = (given: unknown, what: string, instead: readonly string[]): readonly string[] => {
    const wanted = listOf(given).map(each => text(String(each)))
    const foreign = wanted.filter(id => !network.has(id))
    if (foreign.length === 0) return wanted
    notes.add(`${foreign.join(', ')}: the instance's backend has none of that id; ${instead.join(', ')} of its default VPC ${what}.`)
    return instead
  }
  return {
    map: value => map(value),
    find: id => ids.get(id),
    subnets: given => known(given, 'are taken', network.subnets),
    securityGroups: given => (listOf(given).length === 0 ? [] : known(given, 'is taken', [network.securityGroup])),
    vpc: network.vpc,
    notes,
  }
}

/** ARNs of what is imported: they say whose account and which region it comes from. */
const ownArns = (documents: AwsDocuments): readonly string[] => [
  ...arnsOf(documents.clusters, 'clusterArn'),
  ...arnsOf(documents.taskDefinitions, 'taskDefinitionArn'),
  ...arnsOf(documents.services, 'serviceArn'),
  ...arnsOf(documents.loadBalancers, 'LoadBalancerArn'),
  ...arnsOf(documents.targetGroups, 'TargetGroupArn'),
]

const arnsOf = (all: readonly Input[], member: string): readonly string[] => all.map(each => textOf(each[member])).filter(arn => arn !== '')

export const ids = {
  loadBalancer: (balancer: Input): string => `load balancer ${textOf(balancer['LoadBalancerName'])}`,
  targetGroup: (group: Input): string => `target group ${textOf(group['TargetGroupName'])}`,
  listener: (listener: Input): string =>
    `listener ${textOf(listener['LoadBalancerArn']).split('/').at(-2) ?? ''}:${String(listener['Port'])}`,
  namespace: (namespace: Input): string => `namespace ${textOf(namespace['Name'])}`,
  discoveryService: (service: Input): string => `discovery ${textOf(service['NamespaceId'])} ${textOf(service['Name'])}`,
}

const importedIds = (documents: AwsDocuments): ReadonlyMap<string, Deferred> => {
  const pair = (all: readonly Input[], member: string, id: (each: Input) => string, attribute = 'arn') =>
    recordsOf(all)
      .filter(each => textOf(each[member]) !== '')
      .map(each => [textOf(each[member]), reference(id(each), attribute)] as const)
  return new Map([
    ...pair(documents.loadBalancers, 'LoadBalancerArn', ids.loadBalancer),
    ...pair(documents.targetGroups, 'TargetGroupArn', ids.targetGroup),
    ...pair(documents.listeners, 'ListenerArn', ids.listener),
    ...pair(documents.namespaces, 'Arn', ids.namespace),
    ...pair(documents.namespaces, 'Id', ids.namespace, 'id'),
    ...pair(documents.discoveryServices, 'Arn', ids.discoveryService),
  ])
}
