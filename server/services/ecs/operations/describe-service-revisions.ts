// Differs from AWS: the images of a revision are shown without their digests.
import type { DescribeServiceRevisionsRequest, DescribeServiceRevisionsResponse } from '../../../aws/generated/ecs.ts'
import { serviceRevisions } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { serviceResourceArns } from '../services/service-resource-arns.ts'

/**
 * Up to 20 service revisions, each once; what is not there is among the failures as MISSING.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html
 */
export function describeServiceRevisions(context: EcsContext, request: DescribeServiceRevisionsRequest): DescribeServiceRevisionsResponse {
  const arns = serviceResourceArns(context, 'service-revision', 'serviceRevisionArns', request.serviceRevisionArns)
  const found = arns.map(arn => ({ arn, row: context.store.table(serviceRevisions).get(arn) }))
  return {
    serviceRevisions: found.flatMap(({ row }) => (row === undefined ? [] : [row.revision])),
    failures: found.flatMap(({ arn, row }) => (row === undefined ? [{ arn, reason: 'MISSING' }] : [])),
  }
}
