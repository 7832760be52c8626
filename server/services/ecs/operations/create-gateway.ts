// Differs from AWS: kept only: a gateway manages no load balancers, and that its subnets and security group exist is not looked up.
import type { CreateGatewayRequest, CreateGatewayResponse } from '../../../aws/generated/ecs.ts'
import { ecsArn } from '../../../domain/arn.ts'
import { gateways } from '../../../store/ecs-gateway-tables.ts'
import type { GatewayRow } from '../../../store/ecs-gateway-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { checkTags } from '../check-tags.ts'
import type { EcsContext } from '../context.ts'
import { newConfiguration } from '../gateways/configuration.ts'
import { byName } from '../gateways/find-gateway.ts'
import { checkInfrastructureRoles } from '../tasks/check-roles.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'
import { digestOf } from '../tasks/repeated-call.ts'

/**
 * Makes a gateway; one that was made by the same call, with the same token, is answered as it is.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateGateway.html
 */
export async function createGateway(context: EcsContext, input: CreateGatewayRequest): Promise<CreateGatewayResponse> {
  const { name, clientToken } = input
  refuseIf(!/^[a-zA-Z0-9\-_]{1,255}$/.test(name), `GatewayName must match ^[a-zA-Z0-9\\-_]{1,255}$, but was ${name}`)
  const configuration = newConfiguration(input.configuration)
  await checkInfrastructureRoles(context, [input.infrastructureRoleArn])
  const now = context.clock.now()
  const requestDigest = digestOf(input)
  const made: GatewayRow = {
    scope: scopeOf(context.account, context.region),
    gateway: {
      gatewayArn: ecsArn(context, `gateway/${name}/${context.ids.hex32()}`),
      name,
      status: 'ACTIVE',
      failures: [],
      infrastructureRoleArn: input.infrastructureRoleArn,
      deletionProtection: input.deletionProtection ?? true,
      configuration,
      accessType: configuration.hostSharedAlb?.scheme === 'internal' ? 'PRIVATE' : 'PUBLIC',
      propagateTags: input.propagateTags ?? 'GATEWAY',
    },
    tags: checkTags(input.tags),
    createdAt: now,
    updatedAt: now,
    ...(clientToken === undefined ? {} : { clientToken }),
    requestDigest,
  }
  const { gateway } = await context.store.commit(transaction => {
    const existing = byName(context, name)
    if (existing !== undefined) {
      if (clientToken !== undefined && existing.clientToken === clientToken) {
        // The text is not AWS': it is what other operations say.
        refuseIf((existing.requestDigest ?? requestDigest) !== requestDigest, 'Creation of gateway was not idempotent.')
        return existing
      }
      throw invalidParameter(`A gateway with the name ${name} already exists.`)
    }
    transaction.put(gateways, made)
    return made
  })
  return { gatewayArn: gateway.gatewayArn, name: gateway.name, status: gateway.status }
}
