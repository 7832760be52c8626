import type { Tag } from '../../../aws/generated/ecs.ts'
import type { Transaction } from '../../../store/store.ts'
import type { EcsContext } from '../context.ts'

/** A resource's tags, and how to keep others in their place. */
export interface Tagged {
  readonly tags: readonly Tag[]
  readonly put: (transaction: Transaction, tags: readonly Tag[]) => void
}

/**
 * Finds a resource of one type by what follows the type in its ARN, split at slashes. Throws when there is none, or
 * none that can be tagged.
 */
export type FindTagged = (context: EcsContext, parts: readonly string[]) => Tagged
