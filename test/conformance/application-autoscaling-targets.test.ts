// The operations of Application Auto Scaling on scalable targets, their tags and activities, driven by the AWS SDK as a user drives them.
import { describe, expect, test } from 'bun:test'
import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  InvalidNextTokenException,
  ListTagsForResourceCommand,
  ObjectNotFoundException,
  paginateDescribeScalableTargets,
  RegisterScalableTargetCommand,
  ResourceNotFoundException,
  TagResourceCommand,
  TooManyTagsException,
  UntagResourceCommand,
  ValidationException,
  type RegisterScalableTargetCommandInput,
} from '@aws-sdk/client-application-auto-scaling'
import { errorOf, scalingTests, words } from './application-autoscaling-harness.ts'

const { scaling, endpoint, dynamo, ecsService, fleet, register } = scalingTests('targets')

describe('scalable targets', () => {
  test('are registered, described, changed and deregistered', async () => {
    const arn = await register(ecsService, { Tags: { team: 'a' } })
    expect(arn).toMatch(/^arn:aws:application-autoscaling:us-east-1:\d{12}:scalable-target\/[0-9a-z]{36}$/)
    const describeIt = async () =>
      (await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', ResourceIds: [ecsService.ResourceId] })))
        .ScalableTargets
    const [made] = (await describeIt()) ?? []
    expect(made?.CreationTime).toBeInstanceOf(Date)
    expect(made?.RoleARN).toMatch(
      /^arn:aws:iam::\d{12}:role\/aws-service-role\/ecs\.application-autoscaling\.amazonaws\.com\/AWSServiceRoleForApplicationAutoScaling_ECSService$/,
    )
    const suspended = { DynamicScalingInSuspended: false, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: false }
    expect(made).toMatchObject({ ...ecsService, MinCapacity: 1, MaxCapacity: 4, ScalableTargetARN: arn, SuspendedState: suspended })

    const change = { MinCapacity: undefined, MaxCapacity: 9, SuspendedState: { ScheduledScalingSuspended: true } }
    expect(await register(ecsService, change)).toBe(arn)
    const [changed] = (await describeIt()) ?? []
    expect(changed).toEqual({
      ...made,
      MaxCapacity: 9,
      SuspendedState: { ...suspended, ScheduledScalingSuspended: true },
    } as typeof changed)

    await scaling.send(new DeregisterScalableTargetCommand(ecsService))
    expect(await describeIt()).toEqual([])
    const error = await errorOf(scaling.send(new DeregisterScalableTargetCommand(ecsService)))
    expect(error).toBeInstanceOf(ObjectNotFoundException)
    expect(error.message).toBe(`No scalable target found for ${words(ecsService)}`)
  })

  const base = { MinCapacity: 1, MaxCapacity: 2 }
  const refused: readonly (readonly [Partial<RegisterScalableTargetCommandInput>, string, string?])[] = [
    [{ ...dynamo('x'), MinCapacity: 0 }, 'Minimum capacity cannot be less than 1'],
    [{ ...fleet('x'), MinCapacity: -1 }, 'Minimum capacity cannot be less than 0'],
    [{ ...fleet('x'), MinCapacity: 3 }, 'Maximum capacity cannot be less than minimum capacity'],
    [{ ...fleet('x'), ResourceId: 'bare' }, 'Unsupported service namespace, resource type or scalable dimension'],
    [{ ...ecsService, ResourceId: 'service/none/web' }, "ECS service doesn't exist: service/none/web"],
    [{ ...ecsService, ResourceId: 'service/web' }, 'Unsupported service namespace, resource type or scalable dimension'],
    [{ ...ecsService, ScalableDimension: 'dynamodb:table:ReadCapacityUnits' }, 'Account is not authorized', 'AccessDeniedException'],
    [
      { ServiceNamespace: 'lambda', ResourceId: 'function:f:$LATEST', ScalableDimension: 'lambda:function:ProvisionedConcurrency' },
      '$LATEST is not a supported qualifier for Auto Scaling',
    ],
    [
      {
        ServiceNamespace: 'elasticmapreduce',
        ResourceId: 'instancegroup/j-1/ig-1',
        ScalableDimension: 'elasticmapreduce:instancegroup:InstanceCount',
      },
      'Role ARN must be specified',
    ],
    [
      {
        ServiceNamespace: 'elasticache',
        ResourceId: 'replication-group/r',
        ScalableDimension: 'elasticache:replication-group:Replicas',
        MaxCapacity: 6,
      },
      'Maximum capacity cannot be greater than 5',
    ],
  ]
  test('are refused in the words of AWS', async () => {
    for (const [input, message, name = 'ValidationException'] of refused) {
      const error = await errorOf(scaling.send(new RegisterScalableTargetCommand({ ...base, ...fleet('x'), ...input })))
      expect([error.name, error.message]).toEqual([name, message])
    }
    const none = await errorOf(scaling.send(new RegisterScalableTargetCommand({ ...fleet('x'), MinCapacity: 1 })))
    expect(none).toBeInstanceOf(ValidationException)
  })

  test('are paged; a token that is of another listing is refused', async () => {
    const targets = [fleet('page-1'), fleet('page-2'), fleet('page-3')]
    for (const target of targets) await register(target)
    const ResourceIds = targets.map(target => target.ResourceId)
    const found: string[] = []
    for await (const page of paginateDescribeScalableTargets({ client: scaling, pageSize: 1 }, { ServiceNamespace: 'ec2', ResourceIds })) {
      expect(page.ScalableTargets).toHaveLength(1)
      found.push(...(page.ScalableTargets ?? []).map(target => target.ResourceId ?? ''))
    }
    expect(found.sort()).toEqual(ResourceIds)
    const { NextToken } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ec2', ResourceIds, MaxResults: 1 }))
    const error = await errorOf(scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'dynamodb', NextToken })))
    expect(error).toBeInstanceOf(InvalidNextTokenException)
    const { ScalableDimension } = fleet('x')
    const alone = await errorOf(scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ec2', ScalableDimension })))
    expect(alone).toBeInstanceOf(ValidationException)
  })

  test('have tags', async () => {
    const ResourceARN = await register(fleet('tags'), { Tags: { team: 'a', tier: 'x' } })
    await scaling.send(new TagResourceCommand({ ResourceARN, Tags: { team: 'b', stage: '' } }))
    await scaling.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['tier', 'never'] }))
    expect((await scaling.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags).toEqual({ team: 'b', stage: '' })
    const Tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, 'v']))
    expect(await errorOf(scaling.send(new TagResourceCommand({ ResourceARN, Tags })))).toBeInstanceOf(TooManyTagsException)
    const missing = await errorOf(scaling.send(new ListTagsForResourceCommand({ ResourceARN: `${ResourceARN}x` })))
    expect(missing).toBeInstanceOf(ResourceNotFoundException)
    expect(missing).toMatchObject({ ResourceName: `${ResourceARN}x` })
  })

  test('other regions and accounts see nothing of them', async () => {
    const ResourceARN = await register(fleet('elsewhere'))
    const others = [
      { region: 'eu-west-1', accessKeyId: 'test' },
      { region: 'us-east-1', accessKeyId: '123456789012' },
    ]
    for (const { region, accessKeyId } of others) {
      const other = new ApplicationAutoScalingClient({
        endpoint,
        region,
        credentials: { accessKeyId, secretAccessKey: 'test' },
      })
      const ResourceIds = [fleet('elsewhere').ResourceId]
      expect((await other.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ec2', ResourceIds }))).ScalableTargets).toEqual([])
      expect(await errorOf(other.send(new ListTagsForResourceCommand({ ResourceARN })))).toBeInstanceOf(ResourceNotFoundException)
    }
  })
})

test('what was not scaled has no activities', async () => {
  const target = fleet('quiet')
  await register(target)
  const { ServiceNamespace, ResourceId, ScalableDimension } = target
  const quiet = await scaling.send(new DescribeScalingActivitiesCommand({ ServiceNamespace, ResourceId, ScalableDimension }))
  expect(quiet.ScalingActivities).toEqual([])
  const error = await errorOf(scaling.send(new DescribeScalingActivitiesCommand({ ServiceNamespace, NextToken: 'none' })))
  expect(error).toBeInstanceOf(InvalidNextTokenException)
})
