import type { DescribeDaemonDeploymentsRequest, DescribeDaemonDeploymentsResponse } from '../../../aws/generated/ecs.ts'
import { daemonDeployments } from '../../../store/ecs-daemon-tables.ts'
import type { EcsContext } from '../context.ts'
import { partsInArn } from '../daemons/find-daemon.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'

/**
 * Describes up to 20 deployments of daemons.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeDaemonDeployments.html
 */
export function describeDaemonDeployments(context: EcsContext, input: DescribeDaemonDeploymentsRequest): DescribeDaemonDeploymentsResponse {
  const asked = [...new Set(input.daemonDeploymentArns)]
  refuseIf(asked.length === 0, 'Daemon deployments can not be empty.')
  refuseMoreThan('Daemon deployments', asked, 20)
  for (const arn of asked) partsInArn(context, arn, 'daemon-deployment')
  const found = asked.map(arn => ({ arn, row: context.store.table(daemonDeployments).get(arn) }))
  return {
    daemonDeployments: found.flatMap(({ row }) => row?.deployment ?? []),
    failures: found.flatMap(({ arn, row }) => (row === undefined ? [{ arn, reason: 'MISSING' }] : [])),
  }
}
