import { ServiceError } from '../../aws/errors.ts'
import { type TrustStoreRevocationRow, revocationKey, trustStoreRevocations } from '../../store/elbv2-tables.ts'
import type { Elbv2Context } from './context.ts'

/** Throws RevocationIdNotFound. */
export function findRevocation({ store }: Pick<Elbv2Context, 'store'>, trustStoreArn: string, id: number): TrustStoreRevocationRow {
  const row = store.table(trustStoreRevocations).get(revocationKey(trustStoreArn, id))
  if (row === undefined) throw new ServiceError('RevocationIdNotFoundException', `Revocation ID '${id}' not found`)
  return row
}
