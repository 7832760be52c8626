import { ServiceError } from '../../aws/errors.ts'
import type { Tag } from '../../aws/generated/servicediscovery.ts'
import { maxTags } from '../../domain/tags.ts'
import { discoveryServices, namespaces } from '../../store/servicediscovery-tables.ts'
import type { DiscoveryServiceRow, NamespaceRow } from '../../store/servicediscovery-tables.ts'
import type { Transaction } from '../../store/store.ts'
import type { DiscoveryContext } from './context.ts'
import { refuseIf } from './errors.ts'

/** Tags ready to be kept. Throws InvalidInput for a repeated key or one of AWS's own, TooManyTagsException for more than 50. */
export function checkTags(tags: readonly Tag[], resourceName: string): readonly Tag[] {
  const keys = tags.map(tag => tag.Key)
  refuseIf(new Set(keys).size < keys.length, 'Duplicate tag keys are not allowed.')
  refuseIf(
    keys.some(key => /^aws:/i.test(key)),
    "Tag keys must not start with the reserved prefix 'aws:'.",
  )
  if (tags.length > maxTags) {
    const message = `The list of tags on the resource is over the quota. The maximum number of tags that can be applied to a resource is ${maxTags}.`
    throw new ServiceError('TooManyTagsException', message, { ResourceName: resourceName })
  }
  return tags
}

/** A namespace or service by its ARN, and how its tags are put. Throws ResourceNotFoundException. */
export function findTagged(
  { store, account, region }: DiscoveryContext,
  resourceArn: string,
): { readonly tags: readonly Tag[]; put(transaction: Transaction, tags: readonly Tag[]): void } {
  const isOwn = resourceArn.includes(`:servicediscovery:${region}:${account}:`)
  const namespace: NamespaceRow | undefined = isOwn ? store.table(namespaces).get(resourceArn) : undefined
  if (namespace) return { tags: namespace.tags, put: (transaction, tags) => transaction.put(namespaces, { ...namespace, tags }) }
  const service: DiscoveryServiceRow | undefined = isOwn ? store.table(discoveryServices).get(resourceArn) : undefined
  if (service) return { tags: service.tags, put: (transaction, tags) => transaction.put(discoveryServices, { ...service, tags }) }
  throw new ServiceError('ResourceNotFoundException', "The operation can't be completed because the resource was not found.", {
    ResourceName: resourceArn,
  })
}
