import { type ConnectEndpointRow, connectEndpointKey, connectEndpoints } from './connect-tables.ts'
import { discoveryServices, instanceKey, instances } from './servicediscovery-tables.ts'
import type { Store, Transaction } from './store.ts'

/**
 * Removes what Service Connect made for a service that is gone: its endpoints, and its Cloud Map services with what is
 * left in them. The answer is the endpoints that went.
 */
export function removeConnect(store: Store, transaction: Transaction, serviceArn: string): readonly ConnectEndpointRow[] {
  const endpoints = [...store.table(connectEndpoints).by('service', serviceArn)]
  for (const row of endpoints) transaction.remove(connectEndpoints, connectEndpointKey(row))
  const registries = [...store.table(discoveryServices).by('managedBy', serviceArn)]
  for (const { service } of registries) {
    const left = [...store.table(instances).by('service', service.Arn)]
    for (const { instance } of left) {
      transaction.remove(instances, instanceKey(service.Arn, instance.Id))
    }
    transaction.remove(discoveryServices, service.Arn)
  }
  return endpoints
}
