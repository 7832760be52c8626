// Differs from AWS: the location is the object's own at the door, not a signed one of a copy.
import type { GetTrustStoreCaCertificatesBundleInput, GetTrustStoreCaCertificatesBundleOutput } from '../../../aws/generated/elbv2.ts'
import type { Elbv2Context } from '../context.ts'
import { findTrustStore } from '../find.ts'
import { locationOf } from '../trust-store-bundle.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_GetTrustStoreCaCertificatesBundle.html */
export const getTrustStoreCaCertificatesBundle = (
  context: Elbv2Context,
  input: GetTrustStoreCaCertificatesBundleInput,
): GetTrustStoreCaCertificatesBundleOutput => ({ Location: locationOf(findTrustStore(context, input.TrustStoreArn).bundle) })
