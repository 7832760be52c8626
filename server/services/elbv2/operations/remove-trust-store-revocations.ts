import type { RemoveTrustStoreRevocationsInput, RemoveTrustStoreRevocationsOutput } from '../../../aws/generated/elbv2.ts'
import { revocationKey, trustStoreRevocations } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findRevocation } from '../find-revocation.ts'
import { findTrustStore } from '../find.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RemoveTrustStoreRevocations.html */
export async function removeTrustStoreRevocations(
  context: Elbv2Context,
  input: RemoveTrustStoreRevocationsInput,
): Promise<RemoveTrustStoreRevocationsOutput> {
  const arn = input.TrustStoreArn
  await context.store.commit(transaction => {
    findTrustStore(context, arn)
    const ids = [...new Set(input.RevocationIds)]
    for (const id of ids) findRevocation(context, arn, id)
    for (const id of ids) transaction.remove(trustStoreRevocations, revocationKey(arn, id))
  })
  return {}
}
