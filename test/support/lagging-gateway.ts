import type { FakeClock } from './fake-clock.ts'
import type { Gateway } from '../../server/gateway/gateway.ts'
import { routingTables } from '../../server/gateway/routing-tables.ts'
import { targetHealth, targetKey, targets } from '../../server/store/elbv2-tables.ts'
import type { Store } from '../../server/store/store.ts'

/** A gateway that learns of changes some time after they were made, as Traefik does. It outlives control planes. */
export class LaggingGateway implements Gateway {
  /** Tasks that it may send new requests to. */
  reached: ReadonlySet<string> = new Set()
  readonly #clock: FakeClock
  readonly #lagMs: () => number
  readonly #listeners = new Set<() => void>()
  #changedAt: number | undefined

  constructor(clock: FakeClock, lagMs: () => number) {
    this.#clock = clock
    this.#lagMs = lagMs
  }

  /** `store` is what it is told of. */
  follow(store: Store): void {
    store.watch(changes => {
      if (this.#changedAt !== undefined || !changes.some(({ table }) => routingTables.has(table))) return
      this.#changedAt = this.#clock.now()
      this.#clock.after(this.#lagMs(), () => {
        this.#changedAt = undefined
        this.reached = reachedIn(store)
        for (const listener of this.#listeners) listener()
      })
    })
  }

  inForceUntil(): number {
    return this.#changedAt === undefined ? this.#clock.now() : this.#changedAt - 1
  }

  settledUntil(): number {
    return this.inForceUntil()
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** The healthy targets or, where none is, all that are registered. */
const reachedIn = (store: Store): ReadonlySet<string> => {
  const registered = [...store.table(targets).all()].filter(({ drainingUntil }) => drainingUntil === undefined)
  const healthy = registered.filter(row => store.table(targetHealth).get(targetKey(row.targetGroupArn, row.target))?.state === 'healthy')
  return new Set((healthy.length > 0 ? healthy : registered).flatMap(({ taskArn }) => taskArn ?? []))
}
