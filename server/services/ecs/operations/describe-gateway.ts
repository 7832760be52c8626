import type { DescribeGatewayRequest, DescribeGatewayResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import type { EcsContext } from '../context.ts'
import { findGateway, gatewayStatus } from '../gateways/find-gateway.ts'

/**
 * Describes a gateway by name or ARN.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeGateway.html
 */
export function describeGateway(context: EcsContext, input: DescribeGatewayRequest): DescribeGatewayResponse {
  const row = findGateway(context, input.gateway)
  const { gateway, tags, createdAt, updatedAt } = row
  return {
    gateway: {
      ...gateway,
      status: gatewayStatus(context, row),
      tags,
      createdAt: epochSeconds(createdAt),
      updatedAt: epochSeconds(updatedAt),
    },
  }
}
