import { gateways } from '../../../store/ecs-gateway-tables.ts'
import type { FindTagged } from '../tagging/tagged.ts'
import { missing } from '../tagging/untaggable.ts'
import { byName } from './find-gateway.ts'

/** A gateway for the tagging operations. */
export const findTaggedGateway: FindTagged = (context, [name = '', id = '']) => {
  const row = byName(context, name)
  if (row?.gateway.gatewayArn.endsWith(`/${id}`) !== true) throw missing('gateway')
  return { tags: row.tags, put: (transaction, tags) => transaction.put(gateways, { ...row, tags }) }
}
