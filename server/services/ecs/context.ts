import type { Clock } from '../../../shared/clock.ts'
import type { Ids } from '../../../shared/ids.ts'
import type { CallContext } from '../../aws/service.ts'
import type { SessionDesk } from '../../exec/sessions.ts'
import type { Owners } from '../../backend/owners.ts'
import type { Wake } from '../../reconcilers/reconciler.ts'
import type { RuntimeNode } from '../../runtime/runtime.ts'
import type { Store } from '../../store/store.ts'

/** What the composition root gives to ECS. Read anew for each call, so a member may be a getter. */
export interface EcsDependencies {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly wake: Wake
  /** The runtime's current epoch, recorded with each new task. */
  readonly epoch: string
  /** The machines that tasks run on, each of which is a container instance of every cluster. */
  readonly nodes: () => readonly RuntimeNode[]
  /** Where tasks find the API: http://HOST:PORT. */
  readonly endpointUrl: string
  /** Opens sessions of ECS Exec. */
  readonly sessions: SessionDesk
  /** Who knows what belongs to other services; nobody where absent. */
  readonly owners?: Owners | undefined
  /** Whether something carries what tasks send to Service Connect endpoints. */
  readonly carriesConnect: boolean
  readonly publishedPorts: { readonly first: number; readonly last: number } | undefined
}

/** What every ECS operation is given beside its input. */
export interface EcsContext extends CallContext, EcsDependencies {}
