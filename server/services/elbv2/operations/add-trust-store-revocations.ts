// Differs from AWS: revocation lists are not read, and without a backend may be missing; their entries are not counted: NumberOfRevokedEntries is 0.
import type { AddTrustStoreRevocationsInput, AddTrustStoreRevocationsOutput } from '../../../aws/generated/elbv2.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { type S3Location, trustStoreRevocations, trustStores } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findTrustStore } from '../find.ts'
import { checkRevocation } from '../trust-store-bundle.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTrustStoreRevocations.html */
export async function addTrustStoreRevocations(
  context: Elbv2Context,
  input: AddTrustStoreRevocationsInput,
): Promise<AddTrustStoreRevocationsOutput> {
  const given = input.RevocationContents ?? []
  if (given.length === 0) throw validationError('Revocation contents must be specified')
  const contents = given.map(({ S3Bucket: bucket, S3Key: key, S3ObjectVersion: version, RevocationType: type = 'CRL' }) => {
    if (!bucket || !key) throw validationError('The S3 bucket and key of the revocation content must be specified')
    const content: S3Location = version ? { bucket, key, version } : { bucket, key }
    return { content, type }
  })
  findTrustStore(context, input.TrustStoreArn)
  for (const { content } of contents) await checkRevocation(context, content)
  return context.store.commit(transaction => {
    const row = findTrustStore(context, input.TrustStoreArn)
    const made = contents.map(({ content, type }, index) => ({
      trustStoreArn: input.TrustStoreArn,
      revocationId: row.lastRevocationId + index + 1,
      revocationType: type,
      numberOfRevokedEntries: 0,
      content,
    }))
    for (const revocation of made) transaction.put(trustStoreRevocations, revocation)
    transaction.put(trustStores, { ...row, lastRevocationId: row.lastRevocationId + made.length })
    return {
      TrustStoreRevocations: made.map(({ trustStoreArn, revocationId, revocationType, numberOfRevokedEntries }) => ({
        TrustStoreArn: trustStoreArn,
        RevocationId: revocationId,
        RevocationType: revocationType,
        NumberOfRevokedEntries: numberOfRevokedEntries,
      })),
    }
  })
}
