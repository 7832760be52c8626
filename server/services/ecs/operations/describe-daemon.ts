// Differs from AWS: every ACTIVE container instance of the cluster is counted with the first of its capacity providers.
import type { DaemonRevisionDetail, DescribeDaemonRequest, DescribeDaemonResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { revisionId } from '../../../domain/daemons/plan.ts'
import type { DaemonRow } from '../../../store/ecs-daemon-tables.ts'
import { machinesOf } from '../../../store/machines.ts'
import { tasks } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { daemonStatus, findDaemon } from '../daemons/find-daemon.ts'

/**
 * Describes a daemon: how many instances run each of its revisions, the one before included while it is replaced.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeDaemon.html
 */
export function describeDaemon(context: EcsContext, input: DescribeDaemonRequest): DescribeDaemonResponse {
  const row = findDaemon(context, input.daemonArn)
  const { revisionArn, formerRevisionArn } = row
  const isReplacing = formerRevisionArn !== undefined && formerRevisionArn !== revisionArn && runningOf(context, row, formerRevisionArn) > 0
  return {
    daemon: {
      daemonArn: row.daemonArn,
      clusterArn: row.clusterArn,
      status: daemonStatus(row),
      currentRevisions: [revisionArn, ...(isReplacing ? [formerRevisionArn] : [])].map(arn => countsOf(context, row, arn)),
      deploymentArn: row.deploymentArn,
      createdAt: epochSeconds(row.createdAt),
      updatedAt: epochSeconds(row.updatedAt),
    },
  }
}

function runningOf({ store }: EcsContext, row: DaemonRow, revisionArn: string): number {
  return [...store.table(tasks).by('daemon', row.daemonArn)].filter(
    ({ task }) => task.lastStatus === 'RUNNING' && task.desiredStatus === 'RUNNING' && task.startedBy === revisionId(revisionArn),
  ).length
}

function countsOf(context: EcsContext, row: DaemonRow, arn: string): DaemonRevisionDetail {
  const running = runningOf(context, row, arn)
  const machines = machinesOf(context.store, row.clusterArn, context.nodes()).active.length
  const without = Math.max(0, machines - running)
  return {
    arn,
    capacityProviders: row.capacityProviderArns.map((provider, index) => ({
      arn: provider,
      runningCount: index === 0 ? running : 0,
      withoutDaemonCount: index === 0 ? without : 0,
    })),
    totalRunningCount: running,
    totalWithoutDaemonCount: without,
  }
}
