import { ServiceError } from '../../../aws/errors.ts'
import { clusterArn } from '../../../domain/arn.ts'
import { containerInstanceArn } from '../../../domain/container-instance.ts'
import { containerInstances } from '../../../store/ecs-tables.ts'
import { clusters } from '../../../store/tables.ts'
import type { FindTagged } from '../tagging/tagged.ts'
import { missing, over } from '../tagging/untaggable.ts'
import { findInstance } from './instances.ts'

/** A container instance for the tagging operations. */
export const findTaggedContainerInstance: FindTagged = (context, [clusterName = '', id = '']) => {
  const cluster = context.store.table(clusters).get(clusterArn(context, clusterName))
  if (cluster === undefined) throw new ServiceError('ClusterNotFoundException', 'Cluster not found.')
  const found = findInstance(context, cluster, containerInstanceArn(context, clusterName, id))
  if (found === undefined) throw missing('container instance')
  if (found.row.status === 'INACTIVE') throw over('container instance', 'inactive', 'active')
  return { tags: found.row.tags, put: (transaction, tags) => transaction.put(containerInstances, { ...found.row, tags }) }
}
