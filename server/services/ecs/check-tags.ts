import { ServiceError } from '../../aws/errors.ts'
import type { Tag } from '../../aws/generated/ecs.ts'
import { problemWithTags, shownTags } from '../../domain/tags.ts'

/** Tags as a caller gives them, made ready to be kept. Throws InvalidParameterException for what tags may not be. */
export function checkTags(tags: readonly Tag[] | undefined): readonly Tag[] {
  const problem = problemWithTags(tags ?? [])
  if (problem !== undefined) throw new ServiceError('InvalidParameterException', problem)
  return shownTags(tags ?? [])
}
