// Differs from AWS: the location is the object's own at the door, not a signed one of a copy.
import type { GetTrustStoreRevocationContentInput, GetTrustStoreRevocationContentOutput } from '../../../aws/generated/elbv2.ts'
import type { Elbv2Context } from '../context.ts'
import { findRevocation } from '../find-revocation.ts'
import { findTrustStore } from '../find.ts'
import { locationOf } from '../trust-store-bundle.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_GetTrustStoreRevocationContent.html */
export function getTrustStoreRevocationContent(
  context: Elbv2Context,
  input: GetTrustStoreRevocationContentInput,
): GetTrustStoreRevocationContentOutput {
  findTrustStore(context, input.TrustStoreArn)
  return { Location: locationOf(findRevocation(context, input.TrustStoreArn, input.RevocationId).content) }
}
