import { daemons, daemonTaskDefinitions } from '../../../store/ecs-daemon-tables.ts'
import type { FindTagged } from '../tagging/tagged.ts'
import { missing } from '../tagging/untaggable.ts'
import { daemonArn } from './find-daemon.ts'
import { findDaemonTaskDefinition } from './find-daemon-task-definition.ts'

/** A daemon for the tagging operations. */
export const findTaggedDaemon: FindTagged = (context, [clusterName = '', name = '']) => {
  const row = context.store.table(daemons).get(daemonArn(context, clusterName, name))
  if (row === undefined) throw missing('daemon')
  return { tags: row.tags, put: (transaction, tags) => transaction.put(daemons, { ...row, tags }) }
}

/** A daemon task definition for the tagging operations; it must be named with its revision. */
export const findTaggedDaemonTaskDefinition: FindTagged = (context, [name = '']) => {
  if (!name.includes(':')) throw missing('daemon task definition')
  const row = findDaemonTaskDefinition(context, name)
  return { tags: row.tags, put: (transaction, tags) => transaction.put(daemonTaskDefinitions, { ...row, tags }) }
}
