import type { CapacityProvider } from '../../../aws/generated/ecs.ts'
import { isSettling } from '../../../domain/settling.ts'
import type { CapacityProviderRow } from '../../../store/ecs-tables.ts'
import type { EcsContext } from '../context.ts'

const inProgress = {
  CREATE_COMPLETE: 'CREATE_IN_PROGRESS',
  UPDATE_COMPLETE: 'UPDATE_IN_PROGRESS',
  DELETE_COMPLETE: 'DELETE_IN_PROGRESS',
} as const

/**
 * A capacity provider as it is described, with its tags: for a moment as it is on its way. Only those of managed instances
 * are PROVISIONING and DEPROVISIONING: one of an Auto Scaling group is ACTIVE until it is gone.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProvider.html
 */
export function showCapacityProvider(
  { clock }: Pick<EcsContext, 'clock'>,
  { capacityProvider, tags, changedAt }: CapacityProviderRow,
): CapacityProvider {
  const { updateStatus, type } = capacityProvider
  if (updateStatus === undefined || !isSettling(changedAt, clock.now())) return { ...capacityProvider, tags }
  const isManaged = type === 'MANAGED_INSTANCES'
  const statuses = {
    CREATE_COMPLETE: isManaged ? 'PROVISIONING' : 'ACTIVE',
    UPDATE_COMPLETE: 'ACTIVE',
    DELETE_COMPLETE: isManaged ? 'DEPROVISIONING' : 'ACTIVE',
  } as const
  return { ...capacityProvider, status: statuses[updateStatus], updateStatus: inProgress[updateStatus], tags }
}
