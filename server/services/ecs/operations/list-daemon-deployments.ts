import { ServiceError } from '../../../aws/errors.ts'
import type { DaemonDeploymentSummary, ListDaemonDeploymentsRequest, ListDaemonDeploymentsResponse } from '../../../aws/generated/ecs.ts'
import { daemonDeployments } from '../../../store/ecs-daemon-tables.ts'
import type { DaemonDeploymentRow } from '../../../store/ecs-daemon-tables.ts'
import type { EcsContext } from '../context.ts'
import { daemonAt } from '../daemons/find-daemon.ts'
import { listPage } from '../list-page.ts'

const orderOf = (row: DaemonDeploymentRow): string => daemonDeployments.order?.(row) ?? row.deployment.daemonDeploymentArn

/**
 * Lists a daemon's deployments, the newest first.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListDaemonDeployments.html
 */
export function listDaemonDeployments(context: EcsContext, input: ListDaemonDeploymentsRequest): ListDaemonDeploymentsResponse {
  const daemon = daemonAt(context, input.daemonArn)
  // Its model has no DaemonNotFoundException.
  if (daemon === undefined) throw new ServiceError('ClientException', 'Daemon not found.')
  const { daemonArn } = daemon
  const { before = Infinity, after: since = -Infinity } = input.createdAt ?? {}
  const statuses = input.status ?? []
  const wanted = [...context.store.table(daemonDeployments).by('daemon', daemonArn)].reverse().filter(({ createdAt, deployment }) => {
    const seconds = createdAt / 1000
    return seconds >= since && seconds <= before && (statuses.length === 0 || statuses.includes(deployment.status))
  })
  const page = listPage<DaemonDeploymentRow>({
    operation: 'ListDaemonDeployments',
    filters: [daemonArn, String(since), String(before), ...statuses],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    defaultResults: 20,
    rows: after => wanted.filter(row => after === undefined || orderOf(row) < after),
    orderOf,
  })
  return { daemonDeployments: page.rows.map(summaryOf), nextToken: page.nextToken }
}

const summaryOf = ({ daemonArn, deployment }: DaemonDeploymentRow): DaemonDeploymentSummary => ({
  daemonDeploymentArn: deployment.daemonDeploymentArn,
  daemonArn,
  clusterArn: deployment.clusterArn,
  status: deployment.status,
  statusReason: deployment.statusReason,
  targetDaemonRevisionArn: deployment.targetDaemonRevision?.arn,
  createdAt: deployment.createdAt,
  startedAt: deployment.startedAt,
  stoppedAt: deployment.stoppedAt,
  finishedAt: deployment.finishedAt,
})
