// Differs from AWS: images without a tag are not told of, for the registry lists none. The time of the push is that at
// which the image was built, and the size of a list of images that of its manifests.
import { ServiceError } from '../../../aws/errors.ts'
import type { DescribeImagesRequest, DescribeImagesResponse, ImageDetail, ImageIdentifier } from '../../../aws/generated/ecr.ts'
import type { RepositoryRow } from '../../../store/ecr-tables.ts'
import type { EcrContext } from '../context.ts'
import { findRepository, pathOf } from '../find.ts'
import { imageOf, readManifest, taggedImages, type TaggedImage } from '../images.ts'
import { page } from '../page.ts'

/**
 * The images of a repository, or those that are asked for.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
 */
export async function describeImages(context: EcrContext, input: DescribeImagesRequest): Promise<DescribeImagesResponse> {
  const row = findRepository(context, input)
  const images = await taggedImages(context, row.repository.repositoryName)
  const tagStatus = input.filter?.tagStatus ?? 'ANY'
  const asked = input.imageIds?.map(imageId => imageOf(images, imageId) ?? notFound(row, imageId))
  const found = page({
    of: ['DescribeImages', row.repository.repositoryArn, tagStatus, JSON.stringify(input.imageIds ?? [])],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: tagStatus === 'UNTAGGED' ? [] : images.filter(image => asked?.includes(image) ?? true),
    orderOf: ({ digest }) => digest,
  })
  const imageDetails = await Promise.all(found.rows.map(async image => detailOf(context, row, image)))
  return { imageDetails, ...(found.nextToken === undefined ? {} : { nextToken: found.nextToken }) }
}

function notFound({ repository }: RepositoryRow, { imageDigest = 'null', imageTag = 'null' }: ImageIdentifier): never {
  throw new ServiceError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:'${imageDigest}', imageTag:'${imageTag}'} does not exist within the repository with name '${repository.repositoryName}' in the registry with id '${repository.registryId}'`,
  )
}

async function detailOf(context: EcrContext, { repository }: RepositoryRow, image: TaggedImage): Promise<ImageDetail> {
  const { config, parts } = readManifest(image.manifest)
  const builtAt = await builtAtOf(context, repository.repositoryName, config?.digest)
  return {
    registryId: repository.registryId,
    repositoryName: repository.repositoryName,
    imageDigest: image.digest,
    imageTags: image.tags,
    imageSizeInBytes: parts.reduce((total, { size }) => total + (typeof size === 'number' ? size : 0), 0),
    ...(builtAt === undefined ? {} : { imagePushedAt: builtAt }),
    imageManifestMediaType: image.manifest.mediaType,
  }
}

/** Seconds since the epoch, from the image's configuration. */
async function builtAtOf(context: EcrContext, repositoryName: string, digest: unknown): Promise<number | undefined> {
  if (typeof digest !== 'string') return undefined
  const text = await context.registry?.blob(pathOf(context, repositoryName), digest)
  const { created }: { created?: string } = text === undefined ? {} : JSON.parse(text)
  const time = Date.parse(created ?? '')
  return Number.isNaN(time) ? undefined : time / 1000
}
