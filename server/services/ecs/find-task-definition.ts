import { ServiceError } from '../../aws/errors.ts'
import { taskDefinitionArn } from '../../domain/arn.ts'
import type { Place } from '../../domain/arn.ts'
import { identifyTaskDefinition } from '../../domain/identifier.ts'
import type { TaskDefinitionName } from '../../domain/identifier.ts'
import type { Store } from '../../store/store.ts'
import { familyKey, scopeOf, taskDefinitionFamilies, taskDefinitions } from '../../store/tables.ts'
import type { TaskDefinitionRow } from '../../store/tables.ts'
import type { EcsContext } from './context.ts'

type Within = Pick<EcsContext, 'store' | 'account' | 'region'>

/** Reads `family`, `family:revision` or an ARN; throws InvalidParameterException where it is none of these. */
export function taskDefinitionNameIn(text: string): TaskDefinitionName {
  if (text.trim() === '') throw new ServiceError('InvalidParameterException', 'Task definition can not be blank.')
  const name = identifyTaskDefinition(text)
  if ('problem' in name) throw new ServiceError('InvalidParameterException', name.problem)
  return name
}

/**
 * The task definition that a call names, of any status; without a revision the newest ACTIVE one. Undefined when there
 * is none, or when the ARN is of another account or region. Throws InvalidParameterException for what is no name.
 */
export function findTaskDefinition(context: Within, text: string): TaskDefinitionRow | undefined {
  const { family, revision, place } = taskDefinitionNameIn(text)
  if (place !== undefined && (place.account !== context.account || place.region !== context.region)) return undefined
  if (revision === undefined) return newestActive(context.store, context, family)
  return context.store.table(taskDefinitions).get(taskDefinitionArn(context, family, revision))
}

/** The newest ACTIVE revision of a family. Looks back from the last number given out: most often that is the one. */
export function newestActive(store: Store, place: Place, family: string): TaskDefinitionRow | undefined {
  const table = store.table(taskDefinitions)
  const last = store.table(taskDefinitionFamilies).get(familyKey(scopeOf(place.account, place.region), family))?.lastRevision ?? 0
  for (let revision = last; revision > 0; revision -= 1) {
    const row = table.get(taskDefinitionArn(place, family, revision))
    if (row?.taskDefinition.status === 'ACTIVE') return row
  }
  return undefined
}
