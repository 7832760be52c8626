// Differs from AWS: manifests are answered as they were pushed; acceptedMediaTypes changes nothing.
import type { BatchGetImageRequest, BatchGetImageResponse, Image, ImageFailure } from '../../../aws/generated/ecr.ts'
import type { EcrContext } from '../context.ts'
import { findRepository } from '../find.ts'
import { imageOf, taggedImages } from '../images.ts'

/**
 * Manifests of images.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
 */
export async function batchGetImage(context: EcrContext, input: BatchGetImageRequest): Promise<BatchGetImageResponse> {
  const { registryId, repositoryName } = findRepository(context, input).repository
  const tagged = await taggedImages(context, repositoryName)
  const images: Image[] = []
  const failures: ImageFailure[] = []
  for (const imageId of input.imageIds) {
    const found = imageOf(tagged, imageId)
    if (found === undefined) {
      failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' })
      continue
    }
    const { digest, manifest } = found
    images.push({
      registryId,
      repositoryName,
      imageId: { imageDigest: digest, ...(imageId.imageTag === undefined ? {} : { imageTag: imageId.imageTag }) },
      imageManifest: manifest.text,
      imageManifestMediaType: manifest.mediaType,
    })
  }
  return { images, failures }
}
