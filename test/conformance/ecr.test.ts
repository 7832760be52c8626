// Repositories of ECR, by the SDK; images of a running registry are in test/cluster/images.test.ts.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateRepositoryCommand,
  DeleteLifecyclePolicyCommand,
  DeleteRepositoryCommand,
  DeleteRepositoryPolicyCommand,
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListImagesCommand,
  ListTagsForResourceCommand,
  PutImageScanningConfigurationCommand,
  PutImageTagMutabilityCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
  StartImageScanCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-ecr'
import { openEndpoint, type TestEndpoint } from '../support/endpoint.ts'

let endpoint: TestEndpoint
let ecr: ECRClient
beforeAll(async () => {
  endpoint = await openEndpoint()
  ecr = new ECRClient({ endpoint: endpoint.url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
})
afterAll(async () => {
  ecr.destroy()
  await endpoint.close()
})

let made = 0
const newRepository = async (more: object = {}) => {
  const repositoryName = `team/app-${Date.now()}-${++made}`
  const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName, ...more }))
  return { repositoryName, repository }
}
const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'not refused',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  )

test('a repository is made, described and deleted', async () => {
  const { repositoryName, repository } = await newRepository()
  expect(repository).toMatchObject({
    repositoryArn: `arn:aws:ecr:us-east-1:000000000000:repository/${repositoryName}`,
    registryId: '000000000000',
    repositoryName,
    imageTagMutability: 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: 'AES256' },
    createdAt: expect.any(Date),
  })
  expect(repository?.repositoryUri).toEndWith(`/000000000000/us-east-1/${repositoryName}`)
  expect(await refusal(ecr.send(new CreateRepositoryCommand({ repositoryName })))).toBe(
    `RepositoryAlreadyExistsException: The repository with name '${repositoryName}' already exists in the registry with id '000000000000'`,
  )
  const described = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }))
  expect(described.repositories).toEqual(repository === undefined ? [] : [repository])
  await ecr.send(new DeleteRepositoryCommand({ repositoryName }))
  expect(await refusal(ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] })))).toBe(
    `RepositoryNotFoundException: The repository with name '${repositoryName}' does not exist in the registry with id '000000000000'`,
  )
})

test('names are held to what Docker takes', async () => {
  expect(await refusal(ecr.send(new CreateRepositoryCommand({ repositoryName: 'Upper' })))).toContain('repositoryName')
})

test('repositories are described by page', async () => {
  await newRepository()
  await newRepository()
  const one = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1 }))
  expect(one.repositories?.length).toBe(1)
  const two = await ecr.send(new DescribeRepositoriesCommand({ maxResults: 1, nextToken: one.nextToken }))
  expect(two.repositories?.[0]?.repositoryArn).not.toBe(one.repositories?.[0]?.repositoryArn)
  expect(await refusal(ecr.send(new DescribeRepositoriesCommand({ nextToken: 'nonsense' })))).toStartWith('InvalidParameterException')
})

test('tags are put, listed and taken', async () => {
  const { repository } = await newRepository({ tags: [{ Key: 'team', Value: 'red' }] })
  const resourceArn = repository?.repositoryArn
  await ecr.send(new TagResourceCommand({ resourceArn, tags: [{ Key: 'stage', Value: 'test' }] }))
  expect((await ecr.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([
    { Key: 'team', Value: 'red' },
    { Key: 'stage', Value: 'test' },
  ])
  await ecr.send(new UntagResourceCommand({ resourceArn, tagKeys: ['team', 'none'] }))
  expect((await ecr.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([{ Key: 'stage', Value: 'test' }])
})

test('policies are kept, and missing ones refused', async () => {
  const { repositoryName } = await newRepository()
  const selection = { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 14 }
  const lifecyclePolicyText = JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: 'expire' } }] })
  const policyText = '{"Version":"2012-10-17","Statement":[]}'
  expect(await refusal(ecr.send(new GetLifecyclePolicyCommand({ repositoryName })))).toStartWith('LifecyclePolicyNotFoundException')
  expect(await refusal(ecr.send(new GetRepositoryPolicyCommand({ repositoryName })))).toStartWith('RepositoryPolicyNotFoundException')
  await ecr.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }))
  await ecr.send(new SetRepositoryPolicyCommand({ repositoryName, policyText }))
  expect((await ecr.send(new GetLifecyclePolicyCommand({ repositoryName }))).lifecyclePolicyText).toBe(lifecyclePolicyText)
  expect((await ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))).policyText).toBe(policyText)
  await ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName }))
  await ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName }))
  expect(await refusal(ecr.send(new DeleteLifecyclePolicyCommand({ repositoryName })))).toStartWith('LifecyclePolicyNotFoundException')
})

test('settings are changed', async () => {
  const { repositoryName } = await newRepository()
  await ecr.send(new PutImageTagMutabilityCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }))
  await ecr.send(new PutImageScanningConfigurationCommand({ repositoryName, imageScanningConfiguration: { scanOnPush: true } }))
  const { repositories } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }))
  expect(repositories?.[0]).toMatchObject({ imageTagMutability: 'IMMUTABLE', imageScanningConfiguration: { scanOnPush: true } })
})

test('a login is user AWS and a password, for the registry that addresses name', async () => {
  const { repository } = await newRepository()
  const { authorizationData: [data] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}))
  expect(Buffer.from(data?.authorizationToken ?? '', 'base64').toString()).toMatch(/^AWS:[\w-]+$/)
  expect(`${data?.proxyEndpoint}/`).toBe(`http://${repository?.repositoryUri?.split('/')[0]}/`)
  expect(data?.expiresAt?.getTime()).toBeGreaterThan(Date.now())
})

test('a repository that nothing was pushed to has no images', async () => {
  const { repositoryName } = await newRepository()
  expect((await ecr.send(new ListImagesCommand({ repositoryName }))).imageIds).toEqual([])
  expect((await ecr.send(new DescribeImagesCommand({ repositoryName }))).imageDetails).toEqual([])
})

test('what is not there is refused for good', async () => {
  const { repositoryName } = await newRepository()
  expect(await refusal(ecr.send(new StartImageScanCommand({ repositoryName, imageId: { imageTag: 'v1' } })))).toStartWith(
    'UnsupportedFeatureException',
  )
})
