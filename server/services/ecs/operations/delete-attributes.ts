import type { Attribute, DeleteAttributesRequest, DeleteAttributesResponse } from '../../../aws/generated/ecs.ts'
import { byTarget } from '../attributes/attributes.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'
import { containerInstances } from '../../../store/ecs-tables.ts'

/**
 * Takes from container instances attributes that PutAttributes added, by name and, where one is given, value; the answer
 * has those that were there.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteAttributes.html
 */
export async function deleteAttributes(context: EcsContext, input: DeleteAttributesRequest): Promise<DeleteAttributesResponse> {
  refuseIf(input.attributes.length === 0, 'Attributes can not be empty.')
  refuseMoreThan('Attributes', input.attributes, 10)
  const deleted = await context.store.commit(transaction => {
    const cluster = findCluster(context, input.cluster)
    return [...byTarget(context, cluster, input.attributes)].flatMap(([targetId, { instance, attributes }]) => {
      const isMeant = (own: Attribute): boolean =>
        attributes.some(({ name, value }) => name === own.name && (value === undefined || value === own.value))
      const gone = instance.row.attributes.filter(isMeant)
      const attributesLeft = instance.row.attributes.filter(own => !isMeant(own))
      transaction.put(containerInstances, { ...instance.row, attributes: attributesLeft, version: instance.row.version + 1 })
      return gone.map((attribute): Attribute => ({ ...attribute, targetId }))
    })
  })
  return { attributes: deleted }
}
