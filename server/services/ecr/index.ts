import { bindService } from '../../aws/bind.ts'
import { model, type Operations } from '../../aws/generated/ecr.ts'
import { type BoundService, type HandlerTable, notImplemented } from '../../aws/service.ts'
import type { EcrContext, EcrDependencies } from './context.ts'
import { batchDeleteImage } from './operations/batch-delete-image.ts'
import { batchGetImage } from './operations/batch-get-image.ts'
import { createRepository } from './operations/create-repository.ts'
import { deleteLifecyclePolicy } from './operations/delete-lifecycle-policy.ts'
import { deleteRepository } from './operations/delete-repository.ts'
import { deleteRepositoryPolicy } from './operations/delete-repository-policy.ts'
import { describeImages } from './operations/describe-images.ts'
import { describeRepositories } from './operations/describe-repositories.ts'
import { getAuthorizationToken } from './operations/get-authorization-token.ts'
import { getLifecyclePolicy } from './operations/get-lifecycle-policy.ts'
import { getRepositoryPolicy } from './operations/get-repository-policy.ts'
import { listImages } from './operations/list-images.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { putImage } from './operations/put-image.ts'
import { putImageScanningConfiguration } from './operations/put-image-scanning-configuration.ts'
import { putImageTagMutability } from './operations/put-image-tag-mutability.ts'
import { putLifecyclePolicy } from './operations/put-lifecycle-policy.ts'
import { setRepositoryPolicy } from './operations/set-repository-policy.ts'
import { tagResource } from './operations/tag-resource.ts'
import { untagResource } from './operations/untag-resource.ts'

/** Amazon ECR, as much of it as is needed to keep images for tasks: one entry an operation of the model. */
export const ecrHandlers = {
  BatchCheckLayerAvailability: notImplemented,
  BatchDeleteImage: batchDeleteImage,
  BatchGetImage: batchGetImage,
  BatchGetRepositoryScanningConfiguration: notImplemented,
  CompleteLayerUpload: notImplemented,
  CreatePullThroughCacheRule: notImplemented,
  CreateRepository: createRepository,
  CreateRepositoryCreationTemplate: notImplemented,
  DeleteLifecyclePolicy: deleteLifecyclePolicy,
  DeletePullThroughCacheRule: notImplemented,
  DeleteRegistryPolicy: notImplemented,
  DeleteRepository: deleteRepository,
  DeleteRepositoryCreationTemplate: notImplemented,
  DeleteRepositoryPolicy: deleteRepositoryPolicy,
  DeleteSigningConfiguration: notImplemented,
  DeregisterPullTimeUpdateExclusion: notImplemented,
  DescribeImageReplicationStatus: notImplemented,
  DescribeImageScanFindings: notImplemented,
  DescribeImageSigningStatus: notImplemented,
  DescribeImages: describeImages,
  DescribePullThroughCacheRules: notImplemented,
  DescribeRegistry: notImplemented,
  DescribeReplicationBackfillResults: notImplemented,
  DescribeRepositories: describeRepositories,
  DescribeRepositoryCreationTemplates: notImplemented,
  GetAccountSetting: notImplemented,
  GetAuthorizationToken: getAuthorizationToken,
  GetDownloadUrlForLayer: notImplemented,
  GetLifecyclePolicy: getLifecyclePolicy,
  GetLifecyclePolicyPreview: notImplemented,
  GetRegistryPolicy: notImplemented,
  GetRegistryScanningConfiguration: notImplemented,
  GetRepositoryPolicy: getRepositoryPolicy,
  GetSigningConfiguration: notImplemented,
  InitiateLayerUpload: notImplemented,
  ListImageReferrers: notImplemented,
  ListImages: listImages,
  ListPullTimeUpdateExclusions: notImplemented,
  ListReplicationBackfills: notImplemented,
  ListTagsForResource: listTagsForResource,
  PutAccountSetting: notImplemented,
  PutImage: putImage,
  PutImageScanningConfiguration: putImageScanningConfiguration,
  PutImageTagMutability: putImageTagMutability,
  PutLifecyclePolicy: putLifecyclePolicy,
  PutRegistryPolicy: notImplemented,
  PutRegistryScanningConfiguration: notImplemented,
  PutReplicationConfiguration: notImplemented,
  PutSigningConfiguration: notImplemented,
  RegisterPullTimeUpdateExclusion: notImplemented,
  SetRepositoryPolicy: setRepositoryPolicy,
  StartImageScan: notImplemented,
  StartLifecyclePolicyPreview: notImplemented,
  StartReplicationBackfill: notImplemented,
  StopReplicationBackfill: notImplemented,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateImageStorageClass: notImplemented,
  UpdatePullThroughCacheRule: notImplemented,
  UpdateRepositoryCreationTemplate: notImplemented,
  UploadLayerPart: notImplemented,
  ValidatePullThroughCacheRule: notImplemented,
} satisfies HandlerTable<EcrContext, Operations>

/** Amazon ECR, ready to be routed to. */
export const bindEcr = (dependencies: EcrDependencies): BoundService =>
  bindService<Operations, EcrContext>({
    model,
    handlers: ecrHandlers,
    makeContext: call => ({ ...dependencies, ...call }),
  })
