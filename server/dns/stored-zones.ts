import type { Ids } from '../../shared/ids.ts'
import type { Zones } from '../domain/discovery/answers.ts'
import { discoveryServices, instances, namespaces } from '../store/servicediscovery-tables.ts'
import type { Store } from '../store/store.ts'

/** What the store knows of DNS namespaces, as it is when it is asked. */
export const storedZones = (store: Store, ids: Ids): Zones => ({
  namespaces: name => store.table(namespaces).by('dnsName', name),
  services: arn => store.table(discoveryServices).by('namespace', arn),
  instances: arn => store.table(instances).by('service', arn),
  random: () => Number.parseInt(ids.hex32().slice(0, 12), 16) / 2 ** 48,
})
