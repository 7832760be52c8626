import { ServiceError } from '../../aws/errors.ts'
import type { Tag } from '../../aws/generated/elbv2.ts'
import { hiddenQuotas } from './quotas.ts'
import { validationError } from './refusals.ts'

/** A resource's tags once `added` are put over `before`: keys that are there already get the new values. */
export function withTags(before: readonly Tag[], added: readonly Tag[]): readonly Tag[] {
  const result = new Map(before.map(tag => [tag.Key, tag]))
  const seen = new Set<string>()
  for (const { Key, Value } of added) {
    if (seen.has(Key)) throw new ServiceError('DuplicateTagKeysException', `Tag key was specified more than once: ${Key}`)
    if (/^aws:/i.test(Key)) throw validationError(`The tag key '${Key}' cannot begin with the reserved prefix 'aws:'`)
    seen.add(Key)
    result.set(Key, { Key, Value: Value ?? '' })
  }
  if (result.size > hiddenQuotas.tags) {
    throw new ServiceError('TooManyTagsException', `A resource can have at most ${hiddenQuotas.tags} tags`)
  }
  return [...result.values()]
}
