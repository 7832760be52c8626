// What becomes of the task definitions that daemons leave behind, and of daemons that are gone.
import type { DaemonRow } from './ecs-daemon-tables.ts'
import { daemonDeployments, daemonRevisions, daemons, daemonTaskDefinitions } from './ecs-daemon-tables.ts'
import type { Store, Transaction } from './store.ts'

interface Within {
  readonly store: Store
}

/** Whether it is what a daemon runs now, or would be rolled back to. */
export function isUsedByDaemon(context: Within, daemonTaskDefinitionArn: string, except?: string): boolean {
  for (const { daemonArn, revision } of context.store.table(daemonRevisions).by('taskDefinition', daemonTaskDefinitionArn)) {
    const daemon = context.store.table(daemons).get(daemonArn)
    const used = [daemon?.revisionArn, daemon?.formerRevisionArn]
    if (daemonArn !== except && used.includes(revision.daemonRevisionArn)) return true
  }
  return false
}

/**
 * Makes DELETED the task definition of a revision that a daemon has left behind, when it was asked to go and neither
 * another daemon nor `kept`, the revision that the daemon runs on, uses it.
 */
export function releaseTaskDefinition(
  context: Within,
  transaction: Transaction,
  { daemonArn, left, kept }: { readonly daemonArn: string; readonly left: string; readonly kept?: string },
): void {
  const definitionOf = (revisionArn = ''): string =>
    context.store.table(daemonRevisions).get(revisionArn)?.revision.daemonTaskDefinitionArn ?? ''
  const arn = definitionOf(left)
  const row = context.store.table(daemonTaskDefinitions).get(arn)
  if (row?.daemonTaskDefinition.status !== 'DELETE_IN_PROGRESS') return
  if (arn === definitionOf(kept) || isUsedByDaemon(context, arn, daemonArn)) return
  transaction.put(daemonTaskDefinitions, { ...row, daemonTaskDefinition: { ...row.daemonTaskDefinition, status: 'DELETED' } })
}

/** Removes a daemon with its revisions and deployments. */
export function forgetDaemon(context: Within, transaction: Transaction, daemon: DaemonRow): void {
  const { daemonArn, revisionArn, formerRevisionArn } = daemon
  for (const left of [revisionArn, formerRevisionArn]) {
    if (left !== undefined) releaseTaskDefinition(context, transaction, { daemonArn, left })
  }
  for (const { revision } of context.store.table(daemonRevisions).by('daemon', daemonArn)) {
    transaction.remove(daemonRevisions, revision.daemonRevisionArn)
  }
  for (const { deployment } of context.store.table(daemonDeployments).by('daemon', daemonArn)) {
    transaction.remove(daemonDeployments, deployment.daemonDeploymentArn)
  }
  transaction.remove(daemons, daemonArn)
}
