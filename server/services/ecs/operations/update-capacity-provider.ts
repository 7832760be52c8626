// Differs from AWS: kept only. It is changed at once, and UPDATE_IN_PROGRESS for half a second.
import { ServiceError } from '../../../aws/errors.ts'
import type { CapacityProvider, UpdateCapacityProviderRequest, UpdateCapacityProviderResponse } from '../../../aws/generated/ecs.ts'
import { capacityProviders } from '../../../store/ecs-tables.ts'
import type { CapacityProviderRow } from '../../../store/ecs-tables.ts'
import { autoScalingGroupProvider } from '../capacity-providers/auto-scaling-group-provider.ts'
import { findOwnCapacityProvider } from '../capacity-providers/own-capacity-provider.ts'
import { checkInfrastructureRole, managedInstancesProvider } from '../capacity-providers/managed-instances-provider.ts'
import { showCapacityProvider } from '../capacity-providers/show-capacity-provider.ts'
import type { EcsContext } from '../context.ts'

/**
 * Changes what is given of a capacity provider; the rest stays.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateCapacityProvider.html
 */
export async function updateCapacityProvider(
  context: EcsContext,
  input: UpdateCapacityProviderRequest,
): Promise<UpdateCapacityProviderResponse> {
  await checkInfrastructureRole(context, input.managedInstancesProvider)
  const shown = await context.store.commit(transaction => {
    const found = findOwnCapacityProvider(context, input.name, input.cluster)
    const capacityProvider = {
      ...found.capacityProvider,
      ...changesOf(found, input),
      updateStatus: 'UPDATE_COMPLETE' as const,
    }
    const changed: CapacityProviderRow = { ...found, capacityProvider, changedAt: context.clock.now() }
    transaction.put(capacityProviders, changed)
    return showCapacityProvider(context, changed)
  })
  return { capacityProvider: shown }
}

function changesOf(
  { capacityProvider }: CapacityProviderRow,
  input: UpdateCapacityProviderRequest,
): Pick<CapacityProvider, 'autoScalingGroupProvider' | 'managedInstancesProvider'> {
  const { autoScalingGroupProvider: group, managedInstancesProvider: managed } = capacityProvider
  if (group !== undefined && input.autoScalingGroupProvider !== undefined) {
    return { autoScalingGroupProvider: autoScalingGroupProvider(group.autoScalingGroupArn, input.autoScalingGroupProvider, group) }
  }
  if (managed !== undefined && input.managedInstancesProvider !== undefined) {
    return { managedInstancesProvider: managedInstancesProvider(input.managedInstancesProvider, managed) }
  }
  if (input.managedInstancesProvider !== undefined) {
    throw new ServiceError('ClientException', 'Capacity provider is not Amazon ECS Managed Instances capacity provider.')
  }
  throw new ServiceError('ClientException', 'The provider details are required when updating a capacity provider.')
}
