// Differs from AWS: kept only. It is changed at once, and UPDATE_IN_PROGRESS for half a second.
import type { UpdateGatewayRequest, UpdateGatewayResponse } from '../../../aws/generated/ecs.ts'
import { gateways } from '../../../store/ecs-gateway-tables.ts'
import type { GatewayRow } from '../../../store/ecs-gateway-tables.ts'
import type { EcsContext } from '../context.ts'
import { changedConfiguration } from '../gateways/configuration.ts'
import { findGateway, gatewayStatus } from '../gateways/find-gateway.ts'
import { checkInfrastructureRoles } from '../tasks/check-roles.ts'

/**
 * Changes what is given of a gateway; the rest stays.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateGateway.html
 */
export async function updateGateway(context: EcsContext, input: UpdateGatewayRequest): Promise<UpdateGatewayResponse> {
  await checkInfrastructureRoles(context, [input.infrastructureRoleArn])
  return context.store.commit(transaction => {
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
    return { gatewayArn: before.gatewayArn, name: before.name, status: gatewayStatus(context, changed) }
  })
}
