import { expect, test } from 'bun:test'
import type { DiscoveryServiceRow, NamespaceRow } from '../../store/servicediscovery-tables.ts'
import { zonesOf } from './zones.ts'

const namespace = (Name: string, Type: 'DNS_PRIVATE' | 'DNS_PUBLIC' | 'HTTP' = 'DNS_PRIVATE'): NamespaceRow => ({
  scope: 's',
  namespace: { Id: Name, Arn: Name, Name, Type },
  httpName: Name,
  tags: [],
  createdBy: { operation: 'o', operationId: 'o' },
})
const service = (Name: string): DiscoveryServiceRow => ({
  scope: 's',
  namespaceArn: 'n',
  service: { Id: Name, Arn: Name, Name, NamespaceId: 'n' },
  attributes: {},
  tags: [],
  instancesRevision: 1,
  requestDigest: '',
})
const zones = (namespaces: readonly NamespaceRow[], taken: readonly string[] = []) =>
  zonesOf(namespaces, () => [service('Web'), service('db')], { clusterDomain: 'cluster.local', taken: new Set(taken) })

test("a private namespace's zone is its name", () => {
  expect(zones([namespace('Prod.Internal'), namespace('corp.test'), namespace('api', 'HTTP')])).toEqual(['corp.test', 'prod.internal'])
})

test('names of others are not hidden: of the internet, of the cluster, of other blocks', () => {
  expect(zones([namespace('example.com', 'DNS_PUBLIC')])).toEqual(['db.example.com', 'web.example.com'])
  expect(zones([namespace('local')])).toEqual(['db.local', 'web.local'])
  expect(zones([namespace('cluster.local'), namespace('svc.cluster.local')])).toEqual([])
  expect(zones([namespace('corp.test'), namespace('other.test')], ['corp.test'])).toEqual(['other.test'])
})

test('what a Corefile could not hold is left out', () => {
  expect(zones([namespace('a b.test'), namespace('x{y}.test'), namespace('a..test'), namespace('-a.test')])).toEqual([])
})
