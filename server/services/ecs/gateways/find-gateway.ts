import { ServiceError } from '../../../aws/errors.ts'
import type { GatewayStatus } from '../../../aws/generated/ecs.ts'
import { isSettling } from '../../../domain/settling.ts'
import { gatewayNameKey, gateways } from '../../../store/ecs-gateway-tables.ts'
import type { GatewayRow } from '../../../store/ecs-gateway-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { partsInArn } from '../daemons/find-daemon.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

/** The gateway of a name or an ARN. Throws GatewayNotFoundException, and InvalidParameterException for another ARN. */
export function findGateway(context: EcsContext, nameOrArn: string): GatewayRow {
  refuseIf(nameOrArn.trim() === '', 'Gateway can not be blank.')
  const row = nameOrArn.startsWith('arn:') ? byArn(context, nameOrArn) : byName(context, nameOrArn)
  if (row === undefined) throw new ServiceError('GatewayNotFoundException', 'Gateway not found.')
  return row
}

/** UPDATE_IN_PROGRESS for a moment after a change. */
export const gatewayStatus = ({ clock }: Pick<EcsContext, 'clock'>, { gateway: { status }, updatedAt }: GatewayRow): GatewayStatus =>
  status === 'UPDATE_COMPLETE' && isSettling(updatedAt, clock.now()) ? 'UPDATE_IN_PROGRESS' : status

function byArn(context: EcsContext, arn: string): GatewayRow | undefined {
  partsInArn(context, arn, 'gateway')
  return context.store.table(gateways).get(arn)
}

export function byName(context: EcsContext, name: string): GatewayRow | undefined {
  const [row] = context.store.table(gateways).by('name', gatewayNameKey(scopeOf(context.account, context.region), name))
  return row
}
