// Differs from AWS: exclusions from immutable tags are not looked at, and a push by Docker asks nobody.
import { createHash } from 'node:crypto'
import { ServiceError } from '../../../aws/errors.ts'
import type { PutImageRequest, PutImageResponse } from '../../../aws/generated/ecr.ts'
import { ManifestRefused } from '../../../registry/registry.ts'
import type { EcrContext } from '../context.ts'
import { findRepository, pathOf } from '../find.ts'
import { runningRegistry } from '../images.ts'

/** What registries take as a tag. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pull */
const tagPattern = /^\w[\w.-]{0,127}$/
const mediaTypePattern = /^application\/vnd\.[\w.+-]{1,200}$/

const defaultType = 'application/vnd.docker.distribution.manifest.v2+json'

/**
 * Puts a manifest under a tag: how an image gets another tag without being pushed.
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
 */
export async function putImage(context: EcrContext, input: PutImageRequest): Promise<PutImageResponse> {
  const { registryId, repositoryName, imageTagMutability } = findRepository(context, input).repository
  const { imageManifest: text, imageTag } = input
  const typeInText = mediaTypeIn(text)
  checkMember('imageTag', imageTag, tagPattern)
  checkMember('imageManifestMediaType', input.imageManifestMediaType ?? typeInText, mediaTypePattern)
  const registry = await runningRegistry(context)
  const path = pathOf(context, repositoryName)
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  if (input.imageDigest !== undefined && input.imageDigest !== digest) {
    throw new ServiceError('ImageDigestDoesNotMatchException', `The image digest '${input.imageDigest}' does not match '${digest}'.`)
  }
  const known = await registry.manifest(path, imageTag ?? digest)
  if (known?.digest === digest) {
    throw new ServiceError(
      'ImageAlreadyExistsException',
      `Image with digest '${digest}' and tag '${imageTag ?? 'null'}' already exists in the repository with name '${repositoryName}' in registry with id '${registryId}'`,
    )
  }
  if (known !== undefined && imageTagMutability?.startsWith('IMMUTABLE') === true) {
    throw new ServiceError(
      'ImageTagAlreadyExistsException',
      `The image tag '${imageTag ?? ''}' already exists in the '${repositoryName}' repository and cannot be overwritten because the tag is immutable.`,
    )
  }
  const mediaType = input.imageManifestMediaType ?? typeInText ?? defaultType
  await registry.putManifest(path, imageTag ?? digest, { text, mediaType }).catch((error: unknown) => {
    throw error instanceof ManifestRefused ? refusalOf(error) : error
  })
  return {
    image: {
      registryId,
      repositoryName,
      imageId: { imageDigest: digest, ...(imageTag === undefined ? {} : { imageTag }) },
      imageManifest: text,
      imageManifestMediaType: mediaType,
    },
  }
}

function checkMember(name: string, value: string | undefined, pattern: RegExp): void {
  if (value === undefined || pattern.test(value)) return
  throw new ServiceError(
    'InvalidParameterException',
    `Invalid parameter at '${name}' failed to satisfy constraint: 'must satisfy regular expression '${pattern.source}''`,
  )
}

const refusalOf = ({ lacksBlob, message }: ManifestRefused): ServiceError =>
  lacksBlob
    ? new ServiceError(
        'LayersNotFoundException',
        'The specified layers could not be found, or the specified layer is not valid for this repository.',
      )
    : new ServiceError('InvalidParameterException', `Invalid parameter at 'imageManifest' failed to satisfy constraint: '${message}'`)

function mediaTypeIn(text: string): string | undefined {
  try {
    const { mediaType }: { mediaType?: unknown } = JSON.parse(text)
    return typeof mediaType === 'string' ? mediaType : undefined
  } catch {
    throw new ServiceError(
      'InvalidParameterException',
      "Invalid parameter at 'imageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
    )
  }
}
