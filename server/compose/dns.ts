import { resolve4 } from 'node:dns/promises'
import type { Clock } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import type { KubeClient } from '../../shared/kube/index.ts'
import { addressesInCluster } from '../dns/cluster-names.ts'
import { ClusterZones } from '../dns/cluster-zones.ts'
import { listenDns } from '../dns/server.ts'
import { storedZones } from '../dns/stored-zones.ts'
import { zonesOf } from '../domain/discovery/zones.ts'
import type { Logger } from '../log.ts'
import { discoveryServices, namespaces } from '../store/servicediscovery-tables.ts'
import type { Store } from '../store/store.ts'
import type { Started } from './started.ts'

export interface DnsParts {
  readonly host: string
  readonly port: number
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  /** Whose DNS asks; undefined where there is no cluster. */
  readonly kube: KubeClient | undefined
  /** Whether this process asks another DNS than the cluster's. */
  readonly outside: boolean
  readonly started: Started
}

/** Answers the zones of Cloud Map's namespaces, and has the cluster's DNS ask. */
export const openDns = async ({ host, port, store, clock, ids, log, kube, outside, started }: DnsParts): Promise<void> => {
  const server = await listenDns(host, port, {
    zones: storedZones(store, ids),
    resolve: outside && kube !== undefined ? addressesInCluster(kube) : name => resolve4(name),
    log,
  })
  started.add('the DNS server', () => server.stop())
  if (kube === undefined) return
  const zones = new ClusterZones({
    kube,
    clock,
    log,
    zones: around => zonesOf(store.table(namespaces).all(), arn => store.table(discoveryServices).by('namespace', arn), around),
  })
  const unwatch = store.watch(changes => {
    if (changes.some(({ table, before, after }) => isOfZones(table, before, after))) zones.changed()
  })
  started.add("the cluster's zones", () => {
    unwatch()
    return zones.stop()
  })
  zones.changed()
}

/** Services change with each of their instances, which is no zone's matter. */
const isOfZones = (table: string, before: object | undefined, after: object | undefined): boolean =>
  table === namespaces.name || (table === discoveryServices.name && (before === undefined || after === undefined))
