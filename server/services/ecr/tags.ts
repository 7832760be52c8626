import { ServiceError } from '../../aws/errors.ts'
import type { Tag } from '../../aws/generated/ecr.ts'
import { maxTags } from '../../domain/tags.ts'
import { repositories, type RepositoryRow } from '../../store/ecr-tables.ts'
import type { EcrContext } from './context.ts'

/** Tags ready to be kept. Throws InvalidTagParameterException and TooManyTagsException; the texts are not AWS'. */
export function checkTags(tags: readonly Tag[]): readonly Tag[] {
  const keys = tags.map(({ Key }) => Key)
  if (new Set(keys).size < keys.length) throw new ServiceError('InvalidTagParameterException', 'Duplicate tag keys are not allowed.')
  if (keys.some(key => /^aws:/i.test(key))) {
    throw new ServiceError('InvalidTagParameterException', "Tag keys must not start with the reserved prefix 'aws:'.")
  }
  if (tags.length > maxTags) throw new ServiceError('TooManyTagsException', `A repository can have at most ${maxTags} tags.`)
  return tags
}

/** A repository by its ARN. Throws RepositoryNotFoundException. */
export function findTagged({ store, account }: EcrContext, resourceArn: string): RepositoryRow {
  const row = store.table(repositories).get(resourceArn)
  if (row !== undefined && row.repository.registryId === account) return row
  const name = resourceArn.replace(/^.*:repository\//, '')
  throw new ServiceError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${account}'`,
  )
}
