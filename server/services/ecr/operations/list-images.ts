// Differs from AWS: images without a tag are not told of, for the registry lists none.
import type { ImageIdentifier, ListImagesRequest, ListImagesResponse } from '../../../aws/generated/ecr.ts'
import type { EcrContext } from '../context.ts'
import { findRepository } from '../find.ts'
import { taggedImages } from '../images.ts'
import { page } from '../page.ts'

/**
 * The tags of a repository, with the digests that they stand for.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ListImages.html
 */
export async function listImages(context: EcrContext, input: ListImagesRequest): Promise<ListImagesResponse> {
  const { repository } = findRepository(context, input)
  const tagStatus = input.filter?.tagStatus ?? 'ANY'
  const images = tagStatus === 'UNTAGGED' ? [] : await taggedImages(context, repository.repositoryName)
  const identifiers = images.flatMap(({ digest, tags }) => tags.map((imageTag): ImageIdentifier => ({ imageDigest: digest, imageTag })))
  const found = page({
    of: ['ListImages', repository.repositoryArn, tagStatus],
    nextToken: input.nextToken,
    maxResults: input.maxResults,
    rows: identifiers.toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1)),
    orderOf,
  })
  return { imageIds: found.rows, ...(found.nextToken === undefined ? {} : { nextToken: found.nextToken }) }
}

const orderOf = ({ imageTag = '' }: ImageIdentifier): string => imageTag
