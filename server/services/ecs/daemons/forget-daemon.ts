import { daemonDeployments, daemonRevisions, daemons, daemonTaskDefinitions } from '../../../store/ecs-daemon-tables.ts'
import type { DaemonRow } from '../../../store/ecs-daemon-tables.ts'
import type { Transaction } from '../../../store/store.ts'
import type { EcsContext } from '../context.ts'

type Within = Pick<EcsContext, 'store'>

/** Whether it is what a daemon runs now. */
export function isUsedByDaemon(context: Within, daemonTaskDefinitionArn: string, except?: string): boolean {
  for (const { daemonArn, revision } of context.store.table(daemonRevisions).by('taskDefinition', daemonTaskDefinitionArn)) {
    const daemon = context.store.table(daemons).get(daemonArn)
    if (daemonArn !== except && daemon?.revisionArn === revision.daemonRevisionArn) return true
  }
  return false
}

/** Makes DELETED the task definition that a daemon leaves behind when it was asked to go and nothing else uses it. */
export function releaseTaskDefinition(context: Within, transaction: Transaction, daemon: DaemonRow): void {
  const arn = context.store.table(daemonRevisions).get(daemon.revisionArn)?.revision.daemonTaskDefinitionArn ?? ''
  const row = context.store.table(daemonTaskDefinitions).get(arn)
  if (row?.daemonTaskDefinition.status !== 'DELETE_IN_PROGRESS' || isUsedByDaemon(context, arn, daemon.daemonArn)) return
  transaction.put(daemonTaskDefinitions, { ...row, daemonTaskDefinition: { ...row.daemonTaskDefinition, status: 'DELETED' } })
}

/** Removes a daemon with its revisions and deployments. */
export function forgetDaemon(context: Within, transaction: Transaction, daemon: DaemonRow): void {
  releaseTaskDefinition(context, transaction, daemon)
  for (const { revision } of context.store.table(daemonRevisions).by('daemon', daemon.daemonArn)) {
    transaction.remove(daemonRevisions, revision.daemonRevisionArn)
  }
  for (const { deployment } of context.store.table(daemonDeployments).by('daemon', daemon.daemonArn)) {
    transaction.remove(daemonDeployments, deployment.daemonDeploymentArn)
  }
  transaction.remove(daemons, daemon.daemonArn)
}
