import { type LoadBalancerRow, loadBalancers } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'
import type { Reconciler } from './reconciler.ts'

export interface LoadBalancerReconcilerParts {
  readonly store: Store
}

/** Makes load balancers `active`. Keys are their ARNs; a key without a row is of one that was deleted. */
export class LoadBalancerReconciler implements Reconciler {
  readonly kind = 'load-balancer'
  readonly #store: Store

  constructor({ store }: LoadBalancerReconcilerParts) {
    this.#store = store
  }

  *keys(): Iterable<string> {
    for (const row of this.#store.table(loadBalancers).all()) yield row.loadBalancer.LoadBalancerArn
  }

  async reconcile(key: string): Promise<undefined> {
    await this.#store.commit(transaction => {
      const row = this.#store.table(loadBalancers).get(key)
      if (row?.loadBalancer.State.Code === 'provisioning') transaction.put(loadBalancers, activated(row))
    })
  }
}

const activated = (row: LoadBalancerRow): LoadBalancerRow => ({ ...row, loadBalancer: { ...row.loadBalancer, State: { Code: 'active' } } })
