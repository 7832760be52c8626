import type { Clock } from '../../../shared/clock.ts'
import type { Ids } from '../../../shared/ids.ts'
import type { CallContext } from '../../aws/service.ts'
import type { Store } from '../../store/store.ts'
import type { InFlight } from './in-flight.ts'

/** What the composition root gives to Cloud Map. */
export interface DiscoveryDependencies {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
}

/** What every Cloud Map operation is given beside its input. */
export interface DiscoveryContext extends CallContext, DiscoveryDependencies {
  readonly inFlight: InFlight
}
