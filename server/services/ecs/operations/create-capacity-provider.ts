// Differs from AWS: kept only: the machine itself is the capacity, so no instances are started or stopped for it. That
// the Auto Scaling group, its protection from scale-in, instance profiles, subnets and security groups exist is not
// looked up. One of managed instances is PROVISIONING for half a second.
import { ServiceError } from '../../../aws/errors.ts'
import type { CapacityProvider, CreateCapacityProviderRequest, CreateCapacityProviderResponse } from '../../../aws/generated/ecs.ts'
import { capacityProviders } from '../../../store/ecs-tables.ts'
import type { CapacityProviderRow } from '../../../store/ecs-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { autoScalingGroupProvider } from '../capacity-providers/auto-scaling-group-provider.ts'
import { capacityProviderArn, capacityProviderRow } from '../capacity-providers/find-capacity-provider.ts'
import { checkInfrastructureRole, managedInstancesProvider } from '../capacity-providers/managed-instances-provider.ts'
import { showCapacityProvider } from '../capacity-providers/show-capacity-provider.ts'
import { checkTags } from '../check-tags.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'

/** How many tags a provider of managed instances may have: AWS adds its own to what it starts. */
const mostTagsOfManagedInstances = 45

/**
 * Makes a capacity provider of an Auto Scaling group, or of managed instances for one cluster.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html
 */
export async function createCapacityProvider(
  context: EcsContext,
  input: CreateCapacityProviderRequest,
): Promise<CreateCapacityProviderResponse> {
  checkName(input.name)
  const provider = providerOf(context, input)
  await checkInfrastructureRole(context, input.managedInstancesProvider)
  const made: CapacityProviderRow = {
    scope: scopeOf(context.account, context.region),
    capacityProvider: {
      capacityProviderArn: capacityProviderArn(context, input.name),
      name: input.name,
      status: 'ACTIVE',
      ...provider,
    },
    tags: checkTags(input.tags),
    changedAt: context.clock.now(),
  }
  const capacityProvider = await context.store.commit(transaction => {
    const existing = capacityProviderRow(context, input.name)
    if (existing?.capacityProvider.status === 'ACTIVE') throw alreadyThere(existing, made)
    transaction.put(capacityProviders, made)
    return showCapacityProvider(context, made)
  })
  return { capacityProvider }
}

function checkName(name: string): void {
  if (name.trim() === '') refuse('CapacityProvider name must not be blank.')
  if (/^[a-zA-Z0-9\-_]{1,255}$/.test(name) && !/^(aws|ecs|fargate)/i.test(name)) return
  refuse(
    'The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with "aws", "ecs", or "fargate". Specify a valid name and try again.',
  )
}

function providerOf(
  context: EcsContext,
  input: CreateCapacityProviderRequest,
): Pick<CapacityProvider, 'autoScalingGroupProvider' | 'cluster' | 'managedInstancesProvider' | 'type'> &
  Pick<CapacityProviderRow['capacityProvider'], 'updateStatus'> {
  const { autoScalingGroupProvider: group, managedInstancesProvider: managed, cluster } = input
  if (group !== undefined && managed !== undefined) {
    refuse('Specify either an Auto Scaling group provider or a managed instances provider, but not both.')
  }
  if (group !== undefined) {
    if (cluster !== undefined) refuse('A cluster can not be specified for a capacity provider that uses an Auto Scaling group.')
    if (group.autoScalingGroupArn.trim() === '') {
      refuse('The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group ARN and try again.')
    }
    return { type: 'EC2_AUTOSCALING', autoScalingGroupProvider: autoScalingGroupProvider(group.autoScalingGroupArn, group) }
  }
  if (managed === undefined) {
    return refuse(
      cluster === undefined
        ? 'The Auto Scaling group provider details are required when creating a capacity provider.'
        : 'The Amazon ECS Managed Instances provider details are required when creating a Amazon ECS Managed Instances capacity provider.',
    )
  }
  if (cluster === undefined) refuse('Amazon ECS Managed Instances Provider is not supported without a Cluster Name.')
  if ((input.tags?.length ?? 0) > mostTagsOfManagedInstances) {
    refuse('Amazon ECS Managed Instances capacity provider cannot have number of tags exceeding maximum allowed value.')
  }
  return {
    type: 'MANAGED_INSTANCES',
    cluster: findCluster(context, cluster).cluster.clusterName,
    managedInstancesProvider: managedInstancesProvider(managed),
    updateStatus: 'CREATE_COMPLETE',
  }
}

function alreadyThere(existing: CapacityProviderRow, wanted: CapacityProviderRow): ServiceError {
  const [was, is] = [existing.capacityProvider.cluster, wanted.capacityProvider.cluster]
  const where = was === is ? '' : is === undefined ? ' with cluster scope' : ' with account or a different cluster'
  const advice = where === '' ? ' To change the configuration of an existing capacity provider, update the capacity provider.' : ''
  return new ServiceError('ClientException', `The specified capacity provider already exists${where}.${advice}`)
}

function refuse(message: string): never {
  throw new ServiceError('ClientException', message)
}
