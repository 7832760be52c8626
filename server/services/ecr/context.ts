import type { Clock } from '../../../shared/clock.ts'
import type { CallContext } from '../../aws/service.ts'
import type { ImageRegistry } from '../../registry/registry.ts'
import type { Store } from '../../store/store.ts'

/** What the composition root gives to ECR. */
export interface EcrDependencies {
  readonly store: Store
  readonly clock: Clock
  /** Where images lie; undefined where no registry runs: repositories are then kept and have no images. */
  readonly registry: ImageRegistry | undefined
  /** What Docker calls the registry: `localhost:4566`. */
  readonly registryHost: string
}

/** What every ECR operation is given beside its input. */
export interface EcrContext extends CallContext, EcrDependencies {}
