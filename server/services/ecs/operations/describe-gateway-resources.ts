// Differs from AWS: a gateway manages no load balancers, so it has no resources.
import type { DescribeGatewayResourcesRequest, DescribeGatewayResourcesResponse } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { findGateway } from '../gateways/find-gateway.ts'
import { listPage } from '../list-page.ts'

/**
 * Describes what a gateway manages.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeGatewayResources.html
 */
export function describeGatewayResources(context: EcsContext, input: DescribeGatewayResourcesRequest): DescribeGatewayResourcesResponse {
  const { gatewayArn } = findGateway(context, input.gateway).gateway
  const page = listPage<never>({
    operation: 'DescribeGatewayResources',
    filters: [gatewayArn],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: () => [],
    orderOf: () => '',
  })
  return { gatewayResources: { gatewayArn, resources: { hostSharedAlb: page.rows } } }
}
