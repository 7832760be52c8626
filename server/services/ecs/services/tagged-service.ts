import { ecsArn } from '../../../domain/arn.ts'
import { serviceArn } from '../../../domain/services/records.ts'
import { services, taskSets } from '../../../store/service-tables.ts'
import type { FindTagged } from '../tagging/tagged.ts'
import { missing, over } from '../tagging/untaggable.ts'

/** A service by its cluster and its name. */
export const findTaggedService: FindTagged = (context, [clusterName = '', serviceName = '']) => {
  const row = context.store.table(services).get(serviceArn(context, clusterName, serviceName))
  if (row === undefined) throw missing('service')
  if (row.service.status === 'INACTIVE') throw over('service', 'inactive', 'active')
  return { tags: row.tags, put: (transaction, tags) => transaction.put(services, { ...row, tags }) }
}

/** A task set by its cluster, its service and its id, which has a slash in it. */
export const findTaggedTaskSet: FindTagged = (context, parts) => {
  const row = context.store.table(taskSets).get(ecsArn(context, `task-set/${parts.join('/')}`))
  if (row === undefined) throw missing('task set')
  return { tags: row.tags, put: (transaction, tags) => transaction.put(taskSets, { ...row, tags }) }
}
