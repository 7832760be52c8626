// Differs from AWS: kept only; nothing is scanned.
import type { PutImageScanningConfigurationRequest, PutImageScanningConfigurationResponse } from '../../../aws/generated/ecr.ts'
import { repositories } from '../../../store/ecr-tables.ts'
import type { EcrContext } from '../context.ts'
import { findRepository } from '../find.ts'

/**
 * Says whether images are scanned when they are pushed.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImageScanningConfiguration.html
 */
export async function putImageScanningConfiguration(
  context: EcrContext,
  input: PutImageScanningConfigurationRequest,
): Promise<PutImageScanningConfigurationResponse> {
  const imageScanningConfiguration = { scanOnPush: input.imageScanningConfiguration.scanOnPush ?? false }
  const { repositoryName, registryId } = findRepository(context, input).repository
  await context.store.commit(transaction => {
    const row = findRepository(context, input)
    transaction.put(repositories, { ...row, repository: { ...row.repository, imageScanningConfiguration } })
  })
  return { registryId, repositoryName, imageScanningConfiguration }
}
