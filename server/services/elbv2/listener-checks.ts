// What a listener may be beside the other listeners and with the trust stores that there are.
import { ServiceError } from '../../aws/errors.ts'
import type { ListenerSettings } from '../../domain/elbv2/listener-settings.ts'
import { hiddenQuotas } from '../../domain/elbv2/quotas.ts'
import { invalidConfiguration } from '../../domain/elbv2/refusals.ts'
import { listeners, trustStores } from '../../store/elbv2-tables.ts'
import type { Store } from '../../store/store.ts'
import { notFound } from './find.ts'

/** Throws DuplicateListener where another listener of the load balancer has the port. */
export function checkPortFree(store: Store, loadBalancerArn: string, settings: ListenerSettings, ownArn?: string): void {
  for (const { listener } of store.table(listeners).by('loadBalancer', loadBalancerArn)) {
    if (listener.ListenerArn === ownArn || listener.Port !== settings.Port) continue
    throw new ServiceError(
      'DuplicateListenerException',
      `A listener already exists on this port for this load balancer '${loadBalancerArn}'`,
    )
  }
}

/** Throws where clients' certificates cannot be verified as asked. A trust store of another account may be used. */
export function checkMutual(
  store: Store,
  loadBalancerArn: string,
  { MutualAuthentication: mutual }: ListenerSettings,
  ownArn?: string,
): void {
  if (mutual?.Mode !== 'verify' || mutual.TrustStoreArn === undefined) return
  const row = store.table(trustStores).get(mutual.TrustStoreArn)
  if (row === undefined) throw notFound('trust store')
  if (row.trustStore.Status !== 'ACTIVE') {
    throw new ServiceError('TrustStoreNotReadyException', `Trust store '${mutual.TrustStoreArn}' is not active`)
  }
  let others = 0
  for (const { listener } of store.table(listeners).by('loadBalancer', loadBalancerArn)) {
    if (listener.ListenerArn !== ownArn && listener.MutualAuthentication?.Mode === 'verify') others += 1
  }
  const most = hiddenQuotas.verifyListenersPerLoadBalancer
  if (others >= most) {
    throw invalidConfiguration(
      `You have reached the maximum number of listeners with mutual authentication with verify mode that you can associate with load balancer '${loadBalancerArn}': [${most}]`,
    )
  }
}
