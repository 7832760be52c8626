import type { DescribeDaemonRevisionsRequest, DescribeDaemonRevisionsResponse } from '../../../aws/generated/ecs.ts'
import { daemonRevisions } from '../../../store/ecs-daemon-tables.ts'
import type { EcsContext } from '../context.ts'
import { partsInArn } from '../daemons/find-daemon.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'

/**
 * Describes up to 20 revisions of daemons.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeDaemonRevisions.html
 */
export function describeDaemonRevisions(context: EcsContext, input: DescribeDaemonRevisionsRequest): DescribeDaemonRevisionsResponse {
  const asked = [...new Set(input.daemonRevisionArns)]
  refuseIf(asked.length === 0, 'Daemon revisions can not be empty.')
  refuseMoreThan('Daemon revisions', asked, 20)
  for (const arn of asked) partsInArn(context, arn, 'daemon-revision')
  const found = asked.map(arn => ({ arn, row: context.store.table(daemonRevisions).get(arn) }))
  return {
    daemonRevisions: found.flatMap(({ row }) => row?.revision ?? []),
    failures: found.flatMap(({ arn, row }) => (row === undefined ? [{ arn, reason: 'MISSING' }] : [])),
  }
}
