import type { Clock } from '../../shared/clock.ts'
import { isGone } from '../domain/elbv2/target-health.ts'
import { targetGroups, targetHealth, targetKey, targets } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'
import type { Reconciler } from './reconciler.ts'

export interface TargetGroupReconcilerParts {
  readonly store: Store
  readonly clock: Clock
}

/** Lets deregistered targets go once their connections had their time to drain. Keys are ARNs of target groups. */
export class TargetGroupReconciler implements Reconciler {
  readonly kind = 'target-group'
  readonly #parts: TargetGroupReconcilerParts

  constructor(parts: TargetGroupReconcilerParts) {
    this.#parts = parts
  }

  *keys(): Iterable<string> {
    for (const row of this.#parts.store.table(targetGroups).all()) yield row.targetGroup.TargetGroupArn
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { store, clock } = this.#parts
    const now = clock.now()
    const rows = [...store.table(targets).by('targetGroup', key)]
    const gone = rows.filter(row => isGone(row, now)).map(row => targetKey(key, row.target))
    if (gone.length > 0) {
      await store.commit(transaction => {
        for (const target of gone) {
          transaction.remove(targets, target)
          transaction.remove(targetHealth, target)
        }
      })
    }
    const waits = rows.flatMap(({ drainingUntil }) => (drainingUntil !== undefined && drainingUntil > now ? [drainingUntil - now] : []))
    return waits.length > 0 ? Math.min(...waits) : undefined
  }
}
