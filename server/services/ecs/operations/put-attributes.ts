import { ServiceError } from '../../../aws/errors.ts'
import type { Attribute, PutAttributesRequest, PutAttributesResponse } from '../../../aws/generated/ecs.ts'
import { byTarget, checkAttributes } from '../attributes/attributes.ts'
import { attributesOf } from '../container-instances/show-instance.ts'
import type { Instance } from '../container-instances/instances.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'
import { containerInstances } from '../../../store/ecs-tables.ts'

/** How many attributes of its own an instance may have. */
const mostOwn = 10

/**
 * Adds attributes to container instances; one that is there gets the new value. All of a call are put, or none.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAttributes.html
 */
export async function putAttributes(context: EcsContext, input: PutAttributesRequest): Promise<PutAttributesResponse> {
  refuseIf(input.attributes.length === 0, 'Attributes can not be empty.')
  refuseMoreThan('Attributes', input.attributes, 10)
  checkAttributes(input.attributes)
  const put = await context.store.commit(transaction => {
    const cluster = findCluster(context, input.cluster)
    return [...byTarget(context, cluster, input.attributes)].flatMap(([targetId, { instance, attributes }]) => {
      refuseKnown(instance, attributes)
      const all = new Map([...instance.row.attributes, ...attributes].map(attribute => [attribute.name, attribute]))
      if (all.size > mostOwn) {
        throw new ServiceError('AttributeLimitExceededException', `A resource can have at most ${mostOwn} custom attributes.`)
      }
      transaction.put(containerInstances, { ...instance.row, attributes: [...all.values()], version: instance.row.version + 1 })
      return attributes.map((attribute): Attribute => ({ ...attribute, targetId }))
    })
  })
  return { attributes: put }
}

/** What ECS finds out by itself is not for callers to say. */
function refuseKnown(instance: Instance, attributes: readonly Attribute[]): void {
  const known = new Set(attributesOf({ ...instance, row: { ...instance.row, attributes: [] } }).map(({ name }) => name))
  const taken = attributes.find(({ name }) => known.has(name))
  refuseIf(taken !== undefined, `The attribute ${taken?.name ?? ''} is reserved and cannot be changed.`)
}
