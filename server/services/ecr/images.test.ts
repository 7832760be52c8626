import { expect, test } from 'bun:test'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { MemoryRegistry } from '../../../test/support/memory-registry.ts'
import { distributionApi } from '../../registry/distribution.ts'
import { memoryStore } from '../../store/memory.ts'
import type { EcrContext } from './context.ts'
import { batchDeleteImage } from './operations/batch-delete-image.ts'
import { batchGetImage } from './operations/batch-get-image.ts'
import { createRepository } from './operations/create-repository.ts'
import { deleteRepository } from './operations/delete-repository.ts'
import { describeImages } from './operations/describe-images.ts'
import { listImages } from './operations/list-images.ts'
import { putImage } from './operations/put-image.ts'

const path = '000000000000/us-east-1/app'
const repositoryName = 'app'

/** A repository with the image that `v1` and `latest` stand for, and the older one of `v0`. */
const world = async () => {
  const clock = new FakeClock()
  const registry = new MemoryRegistry()
  const context: EcrContext = {
    account: '000000000000',
    region: 'us-east-1',
    requestId: 'r',
    principal: 'p',
    calledAt: 'http://localhost:4566',
    store: memoryStore({ clock }),
    clock,
    registry,
    registryHost: registry.host,
  }
  await createRepository(context, { repositoryName })
  const old = registry.push(path, 'v0', '2026-01-01T00:00:00Z')
  const image = registry.push(path, 'v1', '2026-02-01T00:00:00Z')
  registry.push(path, 'latest', '2026-02-01T00:00:00Z')
  const tags = async () => (await listImages(context, { repositoryName })).imageIds?.map(({ imageTag }) => imageTag)
  return { context, registry, old, image, tags }
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )

test('images are told with their tags, sizes and times, by page', async () => {
  const { context, image, old } = await world()
  const { imageDetails = [] } = await describeImages(context, { repositoryName })
  expect(imageDetails.length).toBe(2)
  expect(imageDetails.find(({ imageDigest }) => imageDigest === image.digest)).toEqual({
    registryId: '000000000000',
    repositoryName,
    imageDigest: image.digest,
    imageTags: ['latest', 'v1'],
    imageSizeInBytes: 1100,
    imagePushedAt: Date.UTC(2026, 1, 1) / 1000,
    imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json',
  })
  const one = await listImages(context, { repositoryName, maxResults: 2 })
  expect(one.imageIds?.map(({ imageTag }) => imageTag)).toEqual(['latest', 'v0'])
  const rest = await listImages(context, { repositoryName, maxResults: 2, nextToken: one.nextToken })
  expect(rest).toEqual({ imageIds: [{ imageTag: 'v1', imageDigest: image.digest }] })
  expect((await describeImages(context, { repositoryName, imageIds: [{ imageTag: 'v0' }] })).imageDetails?.[0]?.imageDigest).toBe(
    old.digest,
  )
  expect(await codeOf(describeImages(context, { repositoryName, imageIds: [{ imageTag: 'none' }] }))).toBe('ImageNotFoundException')
})

test('by its tag an image loses that tag alone, by its digest all', async () => {
  const { context, image, old, tags } = await world()
  expect(await batchDeleteImage(context, { repositoryName, imageIds: [{ imageTag: 'latest' }, { imageTag: 'none' }] })).toEqual({
    imageIds: [{ imageTag: 'latest', imageDigest: image.digest }],
    failures: [{ imageId: { imageTag: 'none' }, failureCode: 'ImageNotFound', failureReason: 'Requested image not found' }],
  })
  expect(await tags()).toEqual(['v0', 'v1'])
  await batchDeleteImage(context, { repositoryName, imageIds: [{ imageDigest: old.digest }] })
  expect(await tags()).toEqual(['v1'])
})

test('a manifest is put under another tag', async () => {
  const { context, image, tags } = await world()
  const { images = [] } = await batchGetImage(context, { repositoryName, imageIds: [{ imageTag: 'v1' }] })
  const imageManifest = images[0]?.imageManifest ?? ''
  const { image: put } = await putImage(context, { repositoryName, imageManifest, imageTag: 'stable' })
  expect(put?.imageId).toEqual({ imageDigest: image.digest, imageTag: 'stable' })
  expect(await tags()).toEqual(['latest', 'stable', 'v0', 'v1'])
  expect(await codeOf(putImage(context, { repositoryName, imageManifest, imageTag: 'stable' }))).toBe('ImageAlreadyExistsException')
})

test('what no registry takes is refused, and reaches none', async () => {
  const { context, image } = await world()
  const put = (more: object): Promise<unknown> =>
    codeOf(putImage(context, { repositoryName, imageManifest: image.text, imageTag: 'x', ...more }))
  expect(await put({ imageTag: '../../../111111111111/us-east-1/app/manifests/v1' })).toBe('InvalidParameterException')
  expect(await put({ imageManifestMediaType: 'text/plain\r\nx: y' })).toBe('InvalidParameterException')
  expect(await put({ imageManifest: '{', imageManifestMediaType: 'application/vnd.oci.image.manifest.v1+json' })).toBe(
    'InvalidParameterException',
  )
})

test('a manifest that the registry refuses is not tried again: its layers are to be pushed first', async () => {
  const { context, registry } = await world()
  const refusing = (code: string) =>
    distributionApi('http://registry', async () => new Response(JSON.stringify({ errors: [{ code }] }), { status: 400 }))
  const put = (code: string): Promise<unknown> =>
    codeOf(
      putImage(
        { ...context, registry: Object.assign(registry, { putManifest: refusing(code).putManifest }) },
        { repositoryName, imageManifest: '{}', imageTag: 'x' },
      ),
    )
  expect(await put('MANIFEST_BLOB_UNKNOWN')).toBe('LayersNotFoundException')
  expect(await put('MANIFEST_INVALID')).toBe('InvalidParameterException')
})

test('a tag that is immutable stays', async () => {
  const { context, image, registry } = await world()
  await createRepository(context, { repositoryName: 'fixed', imageTagMutability: 'IMMUTABLE' })
  registry.push('000000000000/us-east-1/fixed', 'v1', '2026-03-01T00:00:00Z')
  const again = { repositoryName: 'fixed', imageManifest: image.text, imageTag: 'v1' }
  expect(await codeOf(putImage(context, again))).toBe('ImageTagAlreadyExistsException')
})

test('a repository with images goes by force alone', async () => {
  const { context, registry } = await world()
  expect(await codeOf(deleteRepository(context, { repositoryName }))).toBe('RepositoryNotEmptyException')
  await deleteRepository(context, { repositoryName, force: true })
  expect(await registry.tags(path)).toEqual([])
  expect(await codeOf(listImages(context, { repositoryName }))).toBe('RepositoryNotFoundException')
})
