import type { Attribute, ListAttributesRequest, ListAttributesResponse } from '../../../aws/generated/ecs.ts'
import { instancesOf } from '../container-instances/instances.ts'
import { attributesOf } from '../container-instances/show-instance.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { listPage } from '../list-page.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

const orderOf = ({ targetId = '', name }: Attribute): string => `${targetId} ${name}`

/**
 * The attributes of a cluster's container instances, those of ECS itself among them, by instance and name.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListAttributes.html
 */
export function listAttributes(context: EcsContext, input: ListAttributesRequest): ListAttributesResponse {
  const cluster = findCluster(context, input.cluster)
  const { attributeName, attributeValue } = input
  refuseIf(attributeValue !== undefined && attributeName === undefined, 'attributeName must be specified with attributeValue.')
  const attributes = instancesOf(context, cluster)
    .filter(({ row }) => row.status !== 'INACTIVE')
    .flatMap(instance =>
      attributesOf(instance).map((attribute): Attribute => ({ ...attribute, targetId: instance.row.containerInstanceArn })),
    )
    .filter(
      ({ name, value }) =>
        (attributeName === undefined || name === attributeName) && (attributeValue === undefined || value === attributeValue),
    )
    .sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
  const page = listPage<Attribute>({
    operation: 'ListAttributes',
    filters: [cluster.cluster.clusterArn, input.targetType, attributeName, attributeValue],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: after => attributes.filter(attribute => after === undefined || orderOf(attribute) > after),
    orderOf,
  })
  return { attributes: page.rows, nextToken: page.nextToken }
}
