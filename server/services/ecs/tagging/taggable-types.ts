import { ServiceError } from '../../../aws/errors.ts'
import { clusterArn, taskArn } from '../../../domain/arn.ts'
import { clusters, taskDefinitions, tasks } from '../../../store/tables.ts'
import { findTaggedCapacityProvider } from '../capacity-providers/tagged-capacity-provider.ts'
import { findTaggedContainerInstance } from '../container-instances/tagged-container-instance.ts'
import { findTaggedDaemon, findTaggedDaemonTaskDefinition } from '../daemons/tagged-daemon.ts'
import { findTaggedGateway } from '../gateways/tagged-gateway.ts'
import { findTaskDefinition } from '../find-task-definition.ts'
import { findTaggedService, findTaggedTaskSet } from '../services/tagged-service.ts'
import type { FindTagged } from './tagged.ts'
import { missing, over } from './untaggable.ts'

const findCluster: FindTagged = (context, [name = '']) => {
  const row = context.store.table(clusters).get(clusterArn(context, name))
  if (row === undefined) throw new ServiceError('ClusterNotFoundException', 'Cluster not found.')
  if (row.cluster.status === 'INACTIVE') throw over('cluster', 'inactive', 'active')
  return { tags: row.tags, put: (transaction, tags) => transaction.put(clusters, { ...row, tags }) }
}

const findTask: FindTagged = (context, [clusterName = '', id = '']) => {
  const row = context.store.table(tasks).get(taskArn(context, clusterName, id))
  if (row === undefined) throw missing('task')
  if (row.task.lastStatus === 'STOPPED') throw over('task', 'stopped', 'running')
  return { tags: row.tags, put: (transaction, tags) => transaction.put(tasks, { ...row, tags }) }
}

const findDefinition: FindTagged = (context, [name = '']) => {
  const row = name.includes(':') ? findTaskDefinition(context, name) : undefined
  if (row === undefined) throw missing('task definition')
  return { tags: row.tags, put: (transaction, tags) => transaction.put(taskDefinitions, { ...row, tags }) }
}

/** What can be tagged, by the type in its ARN. A new type of resource adds its finder here. */
export const taggableTypes: ReadonlyMap<string, FindTagged> = new Map([
  ['capacity-provider', findTaggedCapacityProvider],
  ['cluster', findCluster],
  ['container-instance', findTaggedContainerInstance],
  ['daemon', findTaggedDaemon],
  ['daemon-task-definition', findTaggedDaemonTaskDefinition],
  ['gateway', findTaggedGateway],
  ['service', findTaggedService],
  ['task', findTask],
  ['task-definition', findDefinition],
  ['task-set', findTaggedTaskSet],
])
