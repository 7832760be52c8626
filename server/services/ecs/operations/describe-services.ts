import type { DescribeServicesRequest, DescribeServicesResponse } from '../../../aws/generated/ecs.ts'
import { services } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { serviceArnIn } from '../services/service-name.ts'
import { showService } from '../services/show-service.ts'
import { refuseIf, refuseMoreThan } from '../tasks/invalid-parameter.ts'

/**
 * Up to 10 services by name or ARN, each once, of any status; what is not there is among the failures as MISSING.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
 */
export function describeServices(context: EcsContext, request: DescribeServicesRequest): DescribeServicesResponse {
  refuseIf(request.services.length === 0, 'Services cannot be empty.')
  refuseMoreThan('Services', request.services, 10)
  const cluster = findCluster(context, request.cluster)
  const arns = [...new Set(request.services.map(service => serviceArnIn(context, cluster, service)))]
  const found = arns.map(arn => ({ arn, row: context.store.table(services).get(arn) }))
  const withTags = request.include?.includes('TAGS') ?? false
  return {
    services: found.flatMap(({ row }) => (row === undefined ? [] : [showService(context, row, { withTags })])),
    failures: found.flatMap(({ arn, row }) => (row === undefined ? [{ arn, reason: 'MISSING' }] : [])),
  }
}
