// Differs from AWS: kecs speaks to no agent of ECS, so an instance that is registered by this call is never connected and
// gets no tasks; nodes of the Kubernetes cluster need no registration. That the identity document is signed by EC2 is not
// checked.
import { ServiceError } from '../../../aws/errors.ts'
import type { Attribute, RegisterContainerInstanceRequest, RegisterContainerInstanceResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { containerInstanceArn } from '../../../domain/container-instance.ts'
import { checkAttributes, withoutTarget } from '../attributes/attributes.ts'
import { checkTags } from '../check-tags.ts'
import { machineOf } from '../container-instances/identity-document.ts'
import { findInstance, instanceArnIn } from '../container-instances/instances.ts'
import type { Instance } from '../container-instances/instances.ts'
import { showWholeInstance } from '../container-instances/show-instance.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { containerInstances } from '../../../store/ecs-tables.ts'
import type { ContainerInstanceRow } from '../../../store/ecs-tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'

/**
 * Registers a container instance, or one again that is named by its ARN.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterContainerInstance.html
 */
export async function registerContainerInstance(
  context: EcsContext,
  input: RegisterContainerInstanceRequest,
): Promise<RegisterContainerInstanceResponse> {
  const registered = registrationOf(context, input)
  const tags = checkTags(input.tags)
  const instance = await context.store.commit(transaction => {
    const cluster = findCluster(context, input.cluster)
    const before = input.containerInstanceArn === undefined ? undefined : knownInstance(context, cluster, input.containerInstanceArn)
    const row: ContainerInstanceRow = {
      scope: cluster.scope,
      clusterArn: cluster.cluster.clusterArn,
      containerInstanceArn:
        before?.row.containerInstanceArn ?? containerInstanceArn(context, cluster.cluster.clusterName, context.ids.hex32()),
      status: 'ACTIVE',
      ...(before?.node === undefined ? { registered } : {}),
      attributes: before?.row.attributes ?? [],
      tags: input.tags === undefined ? (before?.row.tags ?? []) : tags,
      version: (before?.row.version ?? 0) + 1,
    }
    transaction.put(containerInstances, row)
    return before?.node === undefined ? { row } : { row, node: before.node }
  })
  return { containerInstance: showWholeInstance(context, instance) }
}

function knownInstance(context: EcsContext, cluster: ClusterRow, arn: string): Instance {
  const found = findInstance(context, cluster, instanceArnIn(context, cluster, arn))
  if (found !== undefined) return found
  throw new ServiceError('ClientException', `Referenced container instance ${arn.slice(arn.lastIndexOf('/') + 1)} not registered.`)
}

function registrationOf(context: EcsContext, input: RegisterContainerInstanceRequest): NonNullable<ContainerInstanceRow['registered']> {
  const { ec2InstanceId, attributes: known } = machineOf(input.instanceIdentityDocument)
  checkAttributes(input.attributes ?? [])
  const own: readonly Attribute[] = (input.attributes ?? []).map(withoutTarget)
  const attributes = new Map([...known, ...own].map(attribute => [attribute.name, attribute]))
  return {
    ...(ec2InstanceId === undefined ? {} : { ec2InstanceId }),
    registeredAt: epochSeconds(context.clock.now()),
    registeredResources: input.totalResources ?? [],
    versionInfo: input.versionInfo ?? {},
    attributes: [...attributes.values()],
  }
}
