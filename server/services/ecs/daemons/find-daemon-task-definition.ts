import { ServiceError } from '../../../aws/errors.ts'
import { ecsArn } from '../../../domain/arn.ts'
import type { Place } from '../../../domain/arn.ts'
import { isSettling } from '../../../domain/settling.ts'
import { daemonFamilies, daemonTaskDefinitions } from '../../../store/ecs-daemon-tables.ts'
import type { DaemonTaskDefinitionRow } from '../../../store/ecs-daemon-tables.ts'
import { familyKey, scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter } from '../tasks/invalid-parameter.ts'
import { partsInArn } from './find-daemon.ts'

export const daemonTaskDefinitionArn = (place: Place, family: string, revision: number): string =>
  ecsArn(place, `daemon-task-definition/${family}:${revision}`)

/**
 * The daemon task definition of `family`, `family:revision` or an ARN; without a revision the newest ACTIVE one. Throws
 * ClientException where there is none and InvalidParameterException for what is no name.
 */
export function findDaemonTaskDefinition(context: EcsContext, text: string): DaemonTaskDefinitionRow {
  const name = text.startsWith('arn:') ? partsInArn(context, text, 'daemon-task-definition').join('/') : text
  const match = /^([\w-]{1,255})(?::([1-9]\d{0,9}))?$/.exec(name)
  if (match === null) throw invalidParameter('Invalid identifier: Unexpected number of separators')
  const [, family = '', revision] = match
  const row = revision === undefined ? newest(context, family) : at(context, family, Number(revision))
  if (row === undefined) throw new ServiceError('ClientException', 'Unable to describe daemon task definition.')
  return row
}

/** A revision as it is shown: one that was deleted is DELETE_IN_PROGRESS for a moment. */
export function showDaemonTaskDefinition(
  { clock }: Pick<EcsContext, 'clock'>,
  { daemonTaskDefinition: definition }: DaemonTaskDefinitionRow,
): DaemonTaskDefinitionRow['daemonTaskDefinition'] {
  const askedAt = (definition.deleteRequestedAt ?? 0) * 1000
  const isGoing = definition.status === 'DELETED' && isSettling(askedAt, clock.now())
  return isGoing ? { ...definition, status: 'DELETE_IN_PROGRESS' } : definition
}

const at = (context: EcsContext, family: string, revision: number): DaemonTaskDefinitionRow | undefined =>
  context.store.table(daemonTaskDefinitions).get(daemonTaskDefinitionArn(context, family, revision))

function newest(context: EcsContext, family: string): DaemonTaskDefinitionRow | undefined {
  const last = context.store.table(daemonFamilies).get(familyKey(scopeOf(context.account, context.region), family))?.lastRevision ?? 0
  for (let revision = last; revision > 0; revision -= 1) {
    const row = at(context, family, revision)
    if (row?.daemonTaskDefinition.status === 'ACTIVE') return row
  }
  return undefined
}
