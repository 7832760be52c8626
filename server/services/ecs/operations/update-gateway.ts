// Differs from AWS: kept only, and changed at once: the status is UPDATE_COMPLETE in the answer already.
import type { UpdateGatewayRequest, UpdateGatewayResponse } from '../../../aws/generated/ecs.ts'
import { gateways } from '../../../store/ecs-gateway-tables.ts'
import type { GatewayRow } from '../../../store/ecs-gateway-tables.ts'
import type { EcsContext } from '../context.ts'
import { changedConfiguration } from '../gateways/configuration.ts'
import { findGateway } from '../gateways/find-gateway.ts'
import { checkInfrastructureRoles } from '../tasks/check-roles.ts'

/**
 * Changes what is given of a gateway; the rest stays.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateGateway.html
 */
export async function updateGateway(context: EcsContext, input: UpdateGatewayRequest): Promise<UpdateGatewayResponse> {
  await checkInfrastructureRoles(context, [input.infrastructureRoleArn])
  const { gateway } = await context.store.commit(transaction => {
    const found = findGateway(context, input.gateway)
    const before = found.gateway
    const changed: GatewayRow = {
      ...found,
      gateway: {
        ...before,
        status: 'UPDATE_COMPLETE',
        infrastructureRoleArn: input.infrastructureRoleArn ?? before.infrastructureRoleArn,
        deletionProtection: input.deletionProtection ?? before.deletionProtection,
        propagateTags: input.propagateTags ?? before.propagateTags,
        configuration: changedConfiguration(before.configuration ?? {}, input.configuration ?? {}),
      },
      updatedAt: context.clock.now(),
    }
    transaction.put(gateways, changed)
    return changed
  })
  return { gatewayArn: gateway.gatewayArn, name: gateway.name, status: gateway.status }
}
