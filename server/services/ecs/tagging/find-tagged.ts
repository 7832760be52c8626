import { isOfAccount, parseArn } from '../../../domain/arn.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'
import { taggableTypes } from './taggable-types.ts'
import type { Tagged } from './tagged.ts'

/** Types of what lives in a cluster: only the long form of their ARNs can be tagged. */
const inClusters: ReadonlySet<string> = new Set(['container-instance', 'daemon', 'service', 'task', 'task-set'])

/**
 * The resource that an ARN names. Throws InvalidParameterException for what is no ARN of ECS here, and what the type's
 * own finder throws.
 */
export function findTagged(context: EcsContext, resourceArn: string): Tagged {
  const arn = parseArn(resourceArn)
  if (arn === undefined || arn.service !== 'ecs') throw invalidParameter('Invalid identifier: Unexpected number of separators')
  refuseIf(arn.region !== context.region, `Invalid identifier: Identifier is for ${arn.region}. Your region is ${context.region}`)
  refuseIf(!isOfAccount(arn, context), `Invalid identifier: Identifier is for ${arn.account}. Your accountId is ${context.account}`)
  const [type = '', ...parts] = arn.resource.split('/')
  const find = taggableTypes.get(type)
  if (find === undefined) throw invalidParameter(`Unsupported resource type: ${type}`)
  refuseIf(parts.length === 0 || parts.includes(''), 'Invalid identifier: Unexpected number of separators')
  refuseIf(inClusters.has(type) && parts.length === 1, 'Long arn format must be enabled for tagging.')
  return find(context, parts)
}
