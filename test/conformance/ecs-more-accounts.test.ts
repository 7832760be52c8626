// Tags, settings of clusters and accounts, and capacity providers, driven by the AWS SDK.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  CreateCapacityProviderCommand,
  CreateClusterCommand,
  DeleteAccountSettingCommand,
  DeleteCapacityProviderCommand,
  DeleteClusterCommand,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  ListAccountSettingsCommand,
  ListTagsForResourceCommand,
  paginateListAccountSettings,
  PutAccountSettingCommand,
  PutAccountSettingDefaultCommand,
  PutClusterCapacityProvidersCommand,
  RunTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateCapacityProviderCommand,
  UpdateClusterCommand,
  UpdateClusterSettingsCommand,
  waitUntilTasksStopped,
} from '@aws-sdk/client-ecs'
import { EcsSuite, refusal } from '../support/ecs-suite.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('accounts')
beforeAll(() => suite.open(), 60_000)
afterAll(() => suite.close(), 300_000)

const tagsOf = async (resourceArn: string) => (await suite.ecs.send(new ListTagsForResourceCommand({ resourceArn }))).tags
const group = (name: string) =>
  `arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:00000000-0000-4000-8000-000000000000:autoScalingGroupName/${name}`

async function provider(name: string, more: object = {}) {
  const { capacityProvider } = await suite.ecs.send(
    new CreateCapacityProviderCommand({ name: suite.named(name), autoScalingGroupProvider: { autoScalingGroupArn: group(name) }, ...more }),
  )
  suite.undo(() => suite.ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: suite.named(name) })))
  if (capacityProvider === undefined) throw new Error('CreateCapacityProvider answered nothing')
  return capacityProvider
}

describe('tags', () => {
  test('are put on, changed and taken from clusters, task definitions, tasks and capacity providers', async () => {
    const cluster = await suite.cluster('tags')
    const { taskDefinitionArn } = await suite.taskDefinition('tags')
    const { tasks = [] } = await suite.ecs.send(new RunTaskCommand({ cluster, taskDefinition: taskDefinitionArn }))
    const task = tasks[0]?.taskArn ?? ''
    const { capacityProviderArn = '' } = await provider('tags')
    for (const resourceArn of [cluster, taskDefinitionArn, task, capacityProviderArn]) {
      expect(await tagsOf(resourceArn)).toEqual([])
      const tags = [{ key: 'team', value: 'red' }, { key: 'empty' }]
      await suite.ecs.send(new TagResourceCommand({ resourceArn, tags }))
      await suite.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: 'team', value: 'blue' }] }))
      expect(await tagsOf(resourceArn)).toEqual([
        { key: 'team', value: 'blue' },
        { key: 'empty', value: '' },
      ])
      await suite.ecs.send(new UntagResourceCommand({ resourceArn, tagKeys: ['team', 'nothing'] }))
      expect(await tagsOf(resourceArn)).toEqual([{ key: 'empty', value: '' }])
    }
    await suite.ecs.send(new StopTaskCommand({ cluster, task }))
    await waitUntilTasksStopped({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [task] })
    expect(await refusal(tagsOf(task))).toBe(
      'InvalidParameterException: The specified task is stopped. Specify a running task and try again.',
    )
  }, 300_000)

  test('are found by an ARN without an account, which is the caller', async () => {
    const withoutAccount = (arn: string) => arn.replace(/^(arn:aws:ecs:us-east-1:)\d{12}:/, '$1:')
    const cluster = await suite.cluster('short')
    await suite.ecs.send(new TagResourceCommand({ resourceArn: withoutAccount(cluster), tags: [{ key: 'team', value: 'red' }] }))
    const { clusters } = await suite.ecs.send(new DescribeClustersCommand({ clusters: [withoutAccount(cluster)], include: ['TAGS'] }))
    expect(clusters).toMatchObject([{ clusterArn: cluster, tags: [{ key: 'team', value: 'red' }] }])
    const { capacityProviderArn = '' } = await provider('short')
    const { capacityProviders } = await suite.ecs.send(
      new DescribeCapacityProvidersCommand({ capacityProviders: [withoutAccount(capacityProviderArn)] }),
    )
    expect(capacityProviders).toMatchObject([{ capacityProviderArn }])
  })

  test('are refused for what cannot be tagged', async () => {
    const cluster = await suite.cluster('untaggable')
    const arn = (resource: string) => cluster.replace(/cluster\/.*/, resource)
    expect(await refusal(tagsOf('mine'))).toStartWith('InvalidParameterException: Invalid identifier: ')
    expect(await refusal(tagsOf(cluster.replace('us-east-1', 'eu-west-1')))).toBe(
      'InvalidParameterException: Invalid identifier: Identifier is for eu-west-1. Your region is us-east-1',
    )
    expect(await refusal(tagsOf(arn('cluster/nobody')))).toBe('ClusterNotFoundException: Cluster not found.')
    expect(await refusal(tagsOf(arn('thing/x')))).toBe('InvalidParameterException: Unsupported resource type: thing')
    expect(await refusal(tagsOf(arn(`task/${'0'.repeat(32)}`)))).toBe(
      'InvalidParameterException: Long arn format must be enabled for tagging.',
    )
    expect(await refusal(tagsOf(arn(`task/${suite.named('untaggable')}/${'0'.repeat(32)}`)))).toStartWith('InvalidParameterException: ')
    const tags = Array.from({ length: 30 }, (_, index) => ({ key: `key-${index}` }))
    await suite.ecs.send(new TagResourceCommand({ resourceArn: cluster, tags }))
    const more = tags.map(({ key }) => ({ key: `more-${key}` }))
    expect(await refusal(suite.ecs.send(new TagResourceCommand({ resourceArn: cluster, tags: more })))).toBe(
      'InvalidParameterException: Tags can have at most 50 items.',
    )
    expect(await tagsOf(cluster)).toHaveLength(30)
    await suite.ecs.send(new DeleteClusterCommand({ cluster }))
    expect(await refusal(tagsOf(cluster))).toBe(
      'InvalidParameterException: The specified cluster is inactive. Specify an active cluster and try again.',
    )
  })
})

describe('clusters', () => {
  test('are changed, and the rest of them stays', async () => {
    const cluster = await suite.cluster('change')
    const settings = [{ name: 'containerInsights', value: 'enhanced' }] as const
    const changed = await suite.ecs.send(new UpdateClusterSettingsCommand({ cluster, settings: [...settings] }))
    expect(changed.cluster).toMatchObject({ clusterArn: cluster, status: 'ACTIVE', settings })
    const configuration = { executeCommandConfiguration: { logging: 'NONE' as const } }
    const updated = await suite.ecs.send(
      new UpdateClusterCommand({ cluster, configuration, serviceConnectDefaults: { namespace: 'internal' } }),
    )
    expect(updated.cluster).toMatchObject({ settings, configuration })
    expect(updated.cluster?.serviceConnectDefaults?.namespace).toMatch(/^arn:aws:servicediscovery:[a-z0-9-]+:\d{12}:namespace\/ns-/)
    const without = await suite.ecs.send(new UpdateClusterCommand({ cluster, serviceConnectDefaults: { namespace: '' } }))
    expect(without.cluster?.serviceConnectDefaults).toBeUndefined()
    const { clusters } = await suite.ecs.send(new DescribeClustersCommand({ clusters: [cluster], include: ['SETTINGS', 'CONFIGURATIONS'] }))
    expect(clusters?.[0]).toMatchObject({ settings, configuration })
    const wrong = { cluster, settings: [{ name: 'containerInsights' as const, value: 'on' }] }
    expect(await refusal(suite.ecs.send(new UpdateClusterSettingsCommand(wrong)))).toBe(
      "InvalidParameterException: Invalid setting 'value'",
    )
    expect(await refusal(suite.ecs.send(new UpdateClusterCommand({ cluster: suite.named('none') })))).toBe(
      'ClusterNotFoundException: Cluster not found.',
    )
  })

  test('get other capacity providers, but keep those that tasks run on', async () => {
    const cluster = await suite.cluster('providers')
    const { name = '' } = await provider('providers')
    const settled = () =>
      until('the attachments are made', async () => {
        const { clusters } = await suite.ecs.send(new DescribeClustersCommand({ clusters: [cluster] }))
        return clusters?.[0]?.attachmentsStatus !== 'UPDATE_IN_PROGRESS'
      })
    const put = async (capacityProviders: string[], capacityProvider = capacityProviders[0] ?? '') => {
      await settled()
      return suite.ecs.send(
        new PutClusterCapacityProvidersCommand({
          cluster,
          capacityProviders,
          defaultCapacityProviderStrategy: capacityProvider === '' ? [] : [{ capacityProvider, weight: 1 }],
        }),
      )
    }
    expect((await put(['FARGATE', name])).cluster).toMatchObject({
      capacityProviders: ['FARGATE', name],
      defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE', weight: 1, base: 0 }],
    })
    expect(await refusal(put(['FARGATE'], name))).toContain('not associated with the cluster')
    expect(await refusal(put(['nothing']))).toBe(
      'ClientException: The specified capacity provider does not exist. Specify a valid name or ARN and try again.',
    )
    expect(await refusal(suite.ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: name })))).toBe(
      `ClientException: The capacity provider cannot be deleted because it is associated with cluster: ${suite.named('providers')}. Remove the capacity provider from the cluster and try again.`,
    )
    await put([name])
    const { taskDefinitionArn } = await suite.taskDefinition('providers')
    const { tasks = [] } = await suite.ecs.send(new RunTaskCommand({ cluster, taskDefinition: taskDefinitionArn }))
    expect(tasks[0]?.capacityProviderName).toBe(name)
    expect(await refusal(put([]))).toBe('ResourceInUseException: The specified capacity provider is in use and cannot be removed.')
    const task = tasks[0]?.taskArn ?? ''
    await suite.ecs.send(new StopTaskCommand({ cluster, task }))
    await waitUntilTasksStopped({ client: suite.ecs, maxWaitTime: 180, minDelay: 1, maxDelay: 2 }, { cluster, tasks: [task] })
    expect((await put([])).cluster).toMatchObject({ capacityProviders: [], defaultCapacityProviderStrategy: [] })
  }, 300_000)
})

describe('capacity providers', () => {
  const describeAll = async (capacityProviders?: string[]) =>
    suite.ecs.send(new DescribeCapacityProvidersCommand({ ...(capacityProviders ? { capacityProviders } : {}), include: ['TAGS'] }))

  test('of an Auto Scaling group are made, described, changed and deleted', async () => {
    const made = await provider('life', { tags: [{ key: 'team', value: 'red' }] })
    expect(made).toMatchObject({
      name: suite.named('life'),
      status: 'ACTIVE',
      type: 'EC2_AUTOSCALING',
      autoScalingGroupProvider: {
        autoScalingGroupArn: group('life'),
        managedScaling: {
          status: 'DISABLED',
          targetCapacity: 100,
          minimumScalingStepSize: 1,
          maximumScalingStepSize: 10000,
          instanceWarmupPeriod: 300,
        },
        managedTerminationProtection: 'DISABLED',
        managedDraining: 'ENABLED',
      },
      tags: [{ key: 'team', value: 'red' }],
    })
    const { capacityProviders, failures } = await describeAll([made.name ?? '', 'FARGATE', suite.named('none')])
    expect(capacityProviders?.[0]).toEqual(made)
    expect(capacityProviders?.[1]).toMatchObject({ name: 'FARGATE', status: 'ACTIVE', tags: [] })
    expect(failures).toEqual([{ arn: made.capacityProviderArn?.replace('-life', '-none'), reason: 'MISSING' }])

    const managedScaling = { status: 'ENABLED' as const, targetCapacity: 80 }
    const change = new UpdateCapacityProviderCommand({ name: made.name, autoScalingGroupProvider: { managedScaling } })
    expect((await suite.ecs.send(change)).capacityProvider).toMatchObject({
      updateStatus: 'UPDATE_IN_PROGRESS',
      autoScalingGroupProvider: { autoScalingGroupArn: group('life'), managedScaling: { ...managedScaling, instanceWarmupPeriod: 300 } },
    })
    const gone = await suite.ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: made.capacityProviderArn }))
    expect(gone.capacityProvider).toMatchObject({ status: 'ACTIVE', updateStatus: 'DELETE_IN_PROGRESS' })
    const status = async () => (await describeAll([made.name ?? ''])).capacityProviders?.[0]?.status
    await until('it is gone', async () => (await status()) === 'INACTIVE')
    expect((await provider('life')).status).toBe('ACTIVE')
  })

  test('of managed instances belong to a cluster', async () => {
    const cluster = await suite.cluster('managed')
    await suite.cluster('managed-other')
    const managedInstancesProvider = {
      infrastructureRoleArn: 'arn:aws:iam::000000000000:role/infrastructure',
      instanceLaunchTemplate: {
        ec2InstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/instances',
        networkConfiguration: { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-01234567'] },
      },
    }
    const name = suite.named('managed')
    const create = (more: object) => suite.ecs.send(new CreateCapacityProviderCommand({ name, managedInstancesProvider, ...more }))
    expect(await refusal(create({}))).toBe(
      'ClientException: Amazon ECS Managed Instances Provider is not supported without a Cluster Name.',
    )
    const wrong = { ...managedInstancesProvider, infrastructureRoleArn: 'role' }
    expect(await refusal(create({ cluster, managedInstancesProvider: wrong }))).toStartWith(
      'ClientException: The specified infrastructure role arn is invalid.',
    )
    const { capacityProvider } = await create({ cluster })
    suite.undo(() => suite.ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: name, cluster })))
    expect(capacityProvider).toMatchObject({
      type: 'MANAGED_INSTANCES',
      cluster: name,
      managedInstancesProvider: { ...managedInstancesProvider, propagateTags: 'NONE' },
    })
    const ofCluster = await suite.ecs.send(new DescribeCapacityProvidersCommand({ cluster }))
    expect(ofCluster.capacityProviders?.map(each => each.name)).toEqual([name])
    const other = new PutClusterCapacityProvidersCommand({
      cluster: suite.named('managed-other'),
      capacityProviders: [name],
      defaultCapacityProviderStrategy: [],
    })
    expect(await refusal(suite.ecs.send(other))).toStartWith('ClientException: Capacity provider active cluster name does not match')
    const update = {
      name,
      managedInstancesProvider: { ...managedInstancesProvider, instanceLaunchTemplate: { monitoring: 'DETAILED' as const } },
    }
    expect(await refusal(suite.ecs.send(new UpdateCapacityProviderCommand(update)))).toStartWith(
      'ClientException: The specified capacity provider already exists with cluster scope.',
    )
    const changed = await suite.ecs.send(new UpdateCapacityProviderCommand({ ...update, cluster }))
    expect(changed.capacityProvider?.managedInstancesProvider?.instanceLaunchTemplate).toMatchObject({
      ...managedInstancesProvider.instanceLaunchTemplate,
      monitoring: 'DETAILED',
    })
  })

  test('are listed ten at a time, in the order of their names', async () => {
    for (let index = 0; index < 9; index += 1) await provider(`page-${index}`)
    const names: string[] = []
    for (let nextToken: string | undefined; ;) {
      const page = await suite.ecs.send(new DescribeCapacityProvidersCommand(nextToken === undefined ? {} : { nextToken }))
      expect(page.capacityProviders?.length).toBeLessThanOrEqual(10)
      names.push(...(page.capacityProviders ?? []).map(({ name = '' }) => name))
      nextToken = page.nextToken
      if (nextToken === undefined) break
    }
    expect(names).toEqual(names.toSorted())
    expect(new Set(names).size).toBe(names.length)
    expect(names).toContain('FARGATE_SPOT')
    expect(names.filter(name => name.startsWith(suite.named('page-')))).toHaveLength(9)
    expect(await refusal(suite.ecs.send(new DescribeCapacityProvidersCommand({ maxResults: 11 })))).toStartWith('InvalidParameterException')
  })

  test('are refused with the errors of AWS', async () => {
    await provider('twice')
    expect(await refusal(provider('twice'))).toBe(
      'ClientException: The specified capacity provider already exists. To change the configuration of an existing capacity provider, update the capacity provider.',
    )
    const create = (name: string) =>
      suite.ecs.send(new CreateCapacityProviderCommand({ name, autoScalingGroupProvider: { autoScalingGroupArn: group('x') } }))
    for (const name of ['fargate-like', 'AWSthing', 'ecs_x', 'a b']) {
      expect(await refusal(create(name))).toBe(
        'ClientException: The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with "aws", "ecs", or "fargate". Specify a valid name and try again.',
      )
    }
    const managedScaling = { minimumScalingStepSize: 5, maximumScalingStepSize: 4 }
    expect(await refusal(provider('steps', { autoScalingGroupProvider: { autoScalingGroupArn: group('x'), managedScaling } }))).toBe(
      'ClientException: The minimum or maximum scaling step size value is invalid. Specify a minimum scaling step size value that is less than or equal to the maximum scaling step size value and try again.',
    )
    expect(await refusal(suite.ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: 'FARGATE' })))).toStartWith('ClientException')
    expect(await refusal(suite.ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: suite.named('none') })))).toBe(
      'ClientException: The specified capacity provider does not exist. Specify a valid name or ARN and try again.',
    )
  })
})

describe('account settings', () => {
  // A user that nobody else asks about.
  const principalArn = `arn:aws:iam::000000000000:user/${suite.named('user')}`
  const effective = async (name: 'containerInsights' | 'fargateTaskRetirementWaitPeriod') =>
    (await suite.ecs.send(new ListAccountSettingsCommand({ name, principalArn, effectiveSettings: true }))).settings

  test('hold by default, for the account, for a user', async () => {
    const name = 'fargateTaskRetirementWaitPeriod'
    expect(await effective(name)).toEqual([{ name, value: '7', principalArn, type: 'user' }])
    const forAll = await suite.ecs.send(new PutAccountSettingDefaultCommand({ name, value: '14' }))
    suite.undo(() => suite.ecs.send(new DeleteAccountSettingCommand({ name, principalArn: 'arn:aws:iam::000000000000:root' })))
    expect(forAll.setting).toEqual({ name, value: '14', principalArn: 'arn:aws:iam::000000000000:root', type: 'user' })
    expect(await effective(name)).toEqual([{ ...forAll.setting, name, value: '14' }])
    const own = await suite.ecs.send(new PutAccountSettingCommand({ name, value: '0', principalArn }))
    expect(own.setting).toEqual({ name, value: '0', principalArn, type: 'user' })
    expect(await effective(name)).toEqual([{ name, value: '0', principalArn, type: 'user' }])
    const set = await suite.ecs.send(new ListAccountSettingsCommand({ principalArn }))
    expect(set.settings).toEqual([{ name, value: '0', principalArn, type: 'user' }])
    await suite.ecs.send(new DeleteAccountSettingCommand({ name, principalArn }))
    expect((await suite.ecs.send(new ListAccountSettingsCommand({ principalArn }))).settings).toEqual([])
  })

  test('are listed page by page, every one of them', async () => {
    const names: string[] = []
    for await (const page of paginateListAccountSettings({ client: suite.ecs, pageSize: 4 }, { principalArn, effectiveSettings: true })) {
      expect(page.settings?.length).toBeLessThanOrEqual(4)
      names.push(...(page.settings ?? []).map(({ name = '' }) => name))
    }
    expect(names).toHaveLength(11)
    expect(names).toContain('taskLongArnFormat')
    const enabled = await suite.ecs.send(
      new ListAccountSettingsCommand({ name: 'taskLongArnFormat', value: 'disabled', principalArn, effectiveSettings: true }),
    )
    expect(enabled.settings).toEqual([])
  })

  test('are the default of new clusters', async () => {
    const name = 'containerInsights'
    suite.undo(() => suite.ecs.send(new DeleteAccountSettingCommand({ name })))
    await suite.ecs.send(new PutAccountSettingCommand({ name, value: 'enhanced' }))
    const { cluster } = await suite.ecs.send(new CreateClusterCommand({ clusterName: suite.named('insights') }))
    suite.undo(() => suite.ecs.send(new DeleteClusterCommand({ cluster: suite.named('insights') })))
    await suite.ecs.send(new DeleteAccountSettingCommand({ name }))
    expect(cluster?.settings).toEqual([{ name, value: 'enhanced' }])
  })

  test('are refused with the errors of AWS', async () => {
    const put = (name: 'awsvpcTrunking' | 'guardDutyActivate' | 'serviceLongArnFormat', value: string) =>
      suite.ecs.send(new PutAccountSettingCommand({ name, value, principalArn }))
    expect(await refusal(put('awsvpcTrunking', 'ENABLED'))).toBe("InvalidParameterException: Invalid setting 'value'")
    expect(await refusal(put('serviceLongArnFormat', 'disabled'))).toBe(
      'InvalidParameterException: You can no longer disable Long Arn settings',
    )
    expect(await refusal(put('guardDutyActivate', 'on'))).toStartWith('InvalidParameterException: ')
    expect(await refusal(suite.ecs.send(new ListAccountSettingsCommand({ principalArn: 'me' })))).toBe(
      'InvalidParameterException: Invalid principalArn',
    )
  })
})
