import type { Clock } from '../../../shared/clock.ts'
import type { Ids } from '../../../shared/ids.ts'
import type { CallContext } from '../../aws/service.ts'
import type { Owners } from '../../backend/owners.ts'
import type { Store } from '../../store/store.ts'

/** What the composition root gives to Application Auto Scaling. */
export interface ScalingDependencies {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  /** Who knows which roles there are; nobody where absent. */
  readonly owners?: Pick<Owners, 'hasRole'> | undefined
}

/** What every operation is given beside its input. */
export interface ScalingContext extends CallContext, ScalingDependencies {}
