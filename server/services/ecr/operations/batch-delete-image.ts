// Differs from AWS: the space of what is deleted is not given back, and images without a tag are not found.
import type { BatchDeleteImageRequest, BatchDeleteImageResponse, ImageFailure, ImageIdentifier } from '../../../aws/generated/ecr.ts'
import type { ImageRegistry } from '../../../registry/registry.ts'
import type { EcrContext } from '../context.ts'
import { findRepository, pathOf } from '../find.ts'
import { imageOf, runningRegistry, taggedImages, type TaggedImage } from '../images.ts'

/**
 * Deletes images: by its tag an image loses that tag alone, and is deleted with its last one; by its digest it goes with
 * all its tags.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
 */
export async function batchDeleteImage(context: EcrContext, input: BatchDeleteImageRequest): Promise<BatchDeleteImageResponse> {
  const { repositoryName } = findRepository(context, input).repository
  const images = await taggedImages(context, repositoryName)
  const imageIds: ImageIdentifier[] = []
  const failures: ImageFailure[] = []
  const gone = new Map<TaggedImage, Set<string>>()
  for (const imageId of input.imageIds) {
    const image = imageOf(images, imageId)
    if (image === undefined) {
      failures.push({ imageId, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' })
      continue
    }
    const tags = imageId.imageTag === undefined ? image.tags : [imageId.imageTag]
    const before = gone.get(image) ?? new Set()
    for (const imageTag of tags) if (!before.has(imageTag)) imageIds.push({ imageDigest: image.digest, imageTag })
    gone.set(image, new Set([...before, ...tags]))
  }
  if (gone.size > 0) {
    const registry = await runningRegistry(context)
    const path = pathOf(context, repositoryName)
    for (const [image, tags] of gone) await removeTags(registry, path, image, tags)
  }
  return { imageIds, failures }
}

/** The registry deletes manifests with all their tags: those that stay are put again. */
async function removeTags(registry: ImageRegistry, path: string, image: TaggedImage, tags: ReadonlySet<string>): Promise<void> {
  await registry.deleteManifest(path, image.digest)
  for (const tag of image.tags) if (!tags.has(tag)) await registry.putManifest(path, tag, image.manifest)
}
