// Differs from AWS: what an operation does is done when the call that began it is answered; it is PENDING for half a second more.
import type { GetOperationRequest, GetOperationResponse } from '../../../aws/generated/servicediscovery.ts'
import { operationKey, operations } from '../../../store/servicediscovery-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import type { DiscoveryContext } from '../context.ts'
import { operationNotFound } from '../errors.ts'
import { showOperation } from '../show.ts'

/**
 * How an operation stands.
 * @see https://docs.aws.amazon.com/cloud-map/latest/api/API_GetOperation.html
 */
export function getOperation(context: DiscoveryContext, input: GetOperationRequest): GetOperationResponse {
  const { account, region, store } = context
  const isOwn = input.OwnerAccount === undefined || input.OwnerAccount === account
  const row = isOwn ? store.table(operations).get(operationKey(scopeOf(account, region), input.OperationId)) : undefined
  if (row === undefined) throw operationNotFound()
  return { Operation: showOperation(context, row) }
}
