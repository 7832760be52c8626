// Which load balancers verify clients' certificates with a trust store: those whose listeners name it.
import { type ListenerRow, listeners } from '../../store/elbv2-tables.ts'
import type { Store } from '../../store/store.ts'

/** Listeners of any account whose association was not removed. */
export const associatedListeners = (store: Store, trustStoreArn: string): readonly ListenerRow[] =>
  [...store.table(listeners).by('trustStore', trustStoreArn)].filter(
    ({ listener }) => listener.MutualAuthentication?.TrustStoreAssociationStatus !== 'removed',
  )

/** Their load balancers' ARNs, each once. */
export const associatedLoadBalancers = (store: Store, trustStoreArn: string): readonly string[] => [
  ...new Set(associatedListeners(store, trustStoreArn).map(({ listener }) => listener.LoadBalancerArn)),
]
