import type { DescribeServiceDeploymentsRequest, DescribeServiceDeploymentsResponse } from '../../../aws/generated/ecs.ts'
import { serviceDeployments } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { serviceResourceArns } from '../services/service-resource-arns.ts'
import { showServiceDeployment } from '../services/show-service-deployment.ts'

/**
 * Up to 20 service deployments, each once; what is not there is among the failures as MISSING.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html
 */
export function describeServiceDeployments(
  context: EcsContext,
  request: DescribeServiceDeploymentsRequest,
): DescribeServiceDeploymentsResponse {
  const arns = serviceResourceArns(context, 'service-deployment', 'serviceDeploymentArns', request.serviceDeploymentArns)
  const found = arns.map(arn => ({ arn, row: context.store.table(serviceDeployments).get(arn) }))
  return {
    serviceDeployments: found.flatMap(({ row }) => (row === undefined ? [] : [showServiceDeployment(context, row)])),
    failures: found.flatMap(({ arn, row }) => (row === undefined ? [{ arn, reason: 'MISSING' }] : [])),
  }
}
