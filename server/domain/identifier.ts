import { isOfAccount, parseArn } from './arn.ts'
import type { Place } from './arn.ts'

/**
 * What a call names a resource by: a name or an ARN, the latter in the short form (`task/ID`) or the long one
 * (`task/CLUSTER/ID`). The texts are the ones that ECS answers with an InvalidParameterException.
 */
export type Identified<Named> = Named | { readonly problem: string }

const wrongSeparators = { problem: 'Invalid identifier: Unexpected number of separators' } as const

/** The parts after the resource type, of an ARN of `type` in `place` or of a bare name; at least one. */
function partsOf(text: string, type: string, place: Place): Identified<{ readonly parts: readonly string[] }> {
  if (!text.startsWith('arn:')) return text.includes('/') || text.includes(':') ? wrongSeparators : { parts: [text] }
  const arn = parseArn(text)
  if (arn === undefined || arn.service !== 'ecs') return wrongSeparators
  const [found = '', ...parts] = arn.resource.split('/')
  if (found !== type) return { problem: `Unsupported resource type: ${found}` }
  if (parts.length === 0 || parts.some(part => part === '')) return wrongSeparators
  if (arn.region !== place.region) return { problem: `Invalid identifier: Identifier is for ${arn.region}. Your region is ${place.region}` }
  if (!isOfAccount(arn, place)) {
    return { problem: `Invalid identifier: Identifier is for ${arn.account}. Your accountId is ${place.account}` }
  }
  return { parts }
}

/** Reads a cluster's name or ARN. */
export function identifyCluster(text: string, place: Place): Identified<{ readonly clusterName: string }> {
  const found = partsOf(text, 'cluster', place)
  if ('problem' in found) return found
  const [clusterName = '', ...more] = found.parts
  return more.length === 0 ? { clusterName } : wrongSeparators
}

/**
 * Reads what lives in a cluster: a bare id, a short ARN or a long one, which must name `clusterName`. `type` is the
 * resource type in the ARN, such as `task`.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
 */
export function identifyInCluster(
  text: string,
  type: string,
  clusterName: string,
  place: Place,
): Identified<{ readonly id: string; readonly short: boolean }> {
  const found = partsOf(text, type, place)
  if ('problem' in found) return found
  const [first = '', second, ...more] = found.parts
  if (more.length > 0) return wrongSeparators
  if (second === undefined) return { id: first, short: true }
  if (first !== clusterName) return { problem: `Invalid identifier: Identifier is for cluster ${first}. Your cluster is ${clusterName}` }
  return { id: second, short: false }
}

export const identifyTask = (text: string, clusterName: string, place: Place) => identifyInCluster(text, 'task', clusterName, place)

/** What a call names a task definition by. Without a revision it is the newest ACTIVE one that is meant. */
export interface TaskDefinitionName {
  readonly family: string
  readonly revision?: number
  /** Where the ARN says that it is; undefined for a bare name. */
  readonly place?: Place
}

/** Reads `family`, `family:revision` or an ARN with either. */
export function identifyTaskDefinition(text: string): Identified<TaskDefinitionName> {
  const arn = text.startsWith('arn:') ? parseArn(text) : undefined
  if (text.startsWith('arn:') && arn === undefined) return wrongSeparators
  const [type, rest, ...more] = (arn?.resource ?? `task-definition/${text}`).split('/')
  if (type !== 'task-definition' || (arn !== undefined && arn.service !== 'ecs')) {
    return { problem: `Unsupported resource type: ${type ?? ''}` }
  }
  if (rest === undefined || more.length > 0) return wrongSeparators
  const [family = '', number, ...others] = rest.split(':')
  if (others.length > 0) return wrongSeparators
  const place = arn === undefined ? {} : { place: { account: arn.account, region: arn.region } }
  if (number === undefined) return { family, ...place }
  // Zero and leading zeros are no revisions, and what has more digits than a revision can have is none either.
  if (!/^[1-9]\d{0,9}$/.test(number)) return { problem: `Invalid revision number. Number: ${number}` }
  return { family, revision: Number(number), ...place }
}
