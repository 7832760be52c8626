import { ServiceError } from '../../../aws/errors.ts'
import { parseArn } from '../../../domain/arn.ts'
import { taskSets } from '../../../store/service-tables.ts'
import type { ServiceRow, TaskSetRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter } from '../tasks/invalid-parameter.ts'

/**
 * The id in a task set's short id (`ecs-svc/` and digits) or ARN. Throws InvalidParameterException for what is neither,
 * or is the ARN of another service's task set.
 */
export function taskSetIdIn({ service }: ServiceRow, idOrArn: string): string {
  const path = idOrArn.startsWith('arn:') ? parseArn(idOrArn)?.resource : idOrArn
  const prefix = `${service.serviceArn.slice(service.serviceArn.indexOf(':service/') + ':service/'.length)}/`
  const id = path?.startsWith('task-set/') === true ? path.slice('task-set/'.length).replace(prefix, '') : path
  if (id === undefined || !/^ecs-svc\/\d+$/.test(id)) throw invalidParameter('Invalid identifier: Unexpected number of separators')
  return id
}

export const taskSetsOf = ({ store }: Pick<EcsContext, 'store'>, { service }: ServiceRow): readonly TaskSetRow[] => [
  ...store.table(taskSets).by('service', service.serviceArn),
]

/** Throws TaskSetNotFoundException where the service has no such task set. */
export function findTaskSet(context: Pick<EcsContext, 'store'>, service: ServiceRow, idOrArn: string): TaskSetRow {
  const id = taskSetIdIn(service, idOrArn)
  const row = taskSetsOf(context, service).find(({ taskSet }) => taskSet.id === id)
  if (row === undefined) throw new ServiceError('TaskSetNotFoundException', 'The specified task set was not found.')
  return row
}
