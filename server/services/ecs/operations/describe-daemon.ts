// Differs from AWS: there are no managed instances, so every count is 0.
import type { DescribeDaemonRequest, DescribeDaemonResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import type { EcsContext } from '../context.ts'
import { findDaemon } from '../daemons/find-daemon.ts'

/**
 * Describes a daemon.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeDaemon.html
 */
export function describeDaemon(context: EcsContext, input: DescribeDaemonRequest): DescribeDaemonResponse {
  const row = findDaemon(context, input.daemonArn)
  return {
    daemon: {
      daemonArn: row.daemonArn,
      clusterArn: row.clusterArn,
      status: 'ACTIVE',
      currentRevisions: [
        {
          arn: row.revisionArn,
          capacityProviders: row.capacityProviderArns.map(arn => ({ arn, runningCount: 0, withoutDaemonCount: 0 })),
          totalRunningCount: 0,
          totalWithoutDaemonCount: 0,
        },
      ],
      deploymentArn: row.deploymentArn,
      createdAt: epochSeconds(row.createdAt),
      updatedAt: epochSeconds(row.updatedAt),
    },
  }
}
