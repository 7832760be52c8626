import type { Clock } from '../../../shared/clock.ts'
import type { Ids } from '../../../shared/ids.ts'
import type { CallContext } from '../../aws/service.ts'
import type { PublishedPorts } from '../../domain/elbv2/entry-ports.ts'
import type { Owners } from '../../backend/owners.ts'
import type { Wake } from '../../reconcilers/reconciler.ts'
import type { Store } from '../../store/store.ts'

/** What the composition root gives to ELBv2. Read anew for each call, so a member may be a getter. */
export interface Elbv2Dependencies {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly wake: Wake
  /** Ports of this machine at which listeners are reached; none where absent. */
  readonly publishedPorts?: PublishedPorts
  /** Who knows what belongs to other services; nobody where absent. */
  readonly owners?: Owners | undefined
}

/** What every ELBv2 operation is given beside its input. */
export interface Elbv2Context extends CallContext, Elbv2Dependencies {}

/** 16 hexadecimal digits: the last part of an ARN. */
export const newId = (context: Pick<Elbv2Context, 'ids'>): string => context.ids.hex32().slice(-16)
