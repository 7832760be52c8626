import { describe, expect, test } from 'bun:test'
import type { CreateClusterRequest } from '../../../aws/generated/ecs.ts'
import { namespaces } from '../../../store/servicediscovery-tables.ts'
import { clusters } from '../../../store/tables.ts'
import { refusalOf } from '../../../../test/support/refusal.ts'
import { testContext } from '../../../../test/support/task-rows.ts'
import { createCluster } from './create-cluster.ts'
import { deleteCluster } from './delete-cluster.ts'
import { describeClusters } from './describe-clusters.ts'

const arn = (name: string) => `arn:aws:ecs:us-east-1:000000000000:cluster/${name}`
const empty = () => testContext({ clusters: [] })

describe('CreateCluster', () => {
  test('answers a cluster as AWS does', async () => {
    const context = await empty()
    expect(await createCluster(context, { clusterName: 'web' })).toEqual({
      cluster: {
        clusterArn: arn('web'),
        clusterName: 'web',
        status: 'ACTIVE',
        registeredContainerInstancesCount: 0,
        runningTasksCount: 0,
        pendingTasksCount: 0,
        activeServicesCount: 0,
        statistics: [],
        tags: [],
        settings: [{ name: 'containerInsights', value: 'disabled' }],
        capacityProviders: [],
        defaultCapacityProviderStrategy: [],
      },
    })
    expect(context.woken).toEqual([arn('web')])
    expect(context.store.table(clusters).get(arn('web'))?.namespace).toBe('web-us-east-1')
  })

  test('without a name makes the default one', async () => {
    expect((await createCluster(await empty(), {})).cluster?.clusterName).toBe('default')
  })

  test('keeps all that it is given', async () => {
    const given = {
      clusterName: 'full',
      tags: [{ key: 'team', value: 'a' }],
      settings: [{ name: 'containerInsights', value: 'enhanced' }],
      configuration: {
        executeCommandConfiguration: { logging: 'OVERRIDE', logConfiguration: { cloudWatchLogGroupName: '/exec' } },
        managedStorageConfiguration: { kmsKeyId: 'key' },
      },
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [
        { capacityProvider: 'FARGATE', base: 1, weight: 2 },
        { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 0 },
      ],
    } as const satisfies CreateClusterRequest
    expect((await createCluster(await empty(), given)).cluster).toMatchObject(given)
  })

  test('makes the Service Connect namespace that nobody has made, and shows its ARN', async () => {
    const context = await empty()
    const given = { clusterName: 'first', serviceConnectDefaults: { namespace: 'internal' } }
    const { cluster } = await createCluster(context, given)
    const namespace = cluster?.serviceConnectDefaults?.namespace ?? ''
    expect(namespace).toMatch(/^arn:aws:servicediscovery:us-east-1:000000000000:namespace\/ns-[a-z0-9]+$/)
    expect(context.store.table(namespaces).get(namespace)?.namespace).toMatchObject({ Name: 'internal', Type: 'HTTP' })
    expect((await createCluster(context, given)).cluster).toEqual(cluster)
    expect((await createCluster(context, { ...given, clusterName: 'second' })).cluster?.serviceConnectDefaults).toEqual({ namespace })
    const unknown = { clusterName: 'third', serviceConnectDefaults: { namespace: `${namespace}x` } }
    expect(await refusalOf(() => createCluster(context, unknown))).toBe("NamespaceNotFoundException: The specified namespace wasn't found.")
  })

  test('shows 0 for a weight and a base that were left out', async () => {
    const input = { capacityProviders: ['FARGATE'], defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] }
    const { cluster } = await createCluster(await empty(), input)
    expect(cluster?.defaultCapacityProviderStrategy).toEqual([{ capacityProvider: 'FARGATE', weight: 0, base: 0 }])
  })

  test('answers the ACTIVE cluster of that name', async () => {
    const context = await empty()
    const first = await createCluster(context, { clusterName: 'web', tags: [{ key: 'a', value: '1' }] })
    const settings = [{ name: 'containerInsights', value: 'disabled' }] as const
    expect(await createCluster(context, { clusterName: 'web' })).toEqual(first)
    expect(await createCluster(context, { clusterName: 'web', settings })).toEqual(first)
    expect(context.store.table(clusters).size).toBe(1)
  })

  test('refuses the same name with other arguments', async () => {
    const context = await empty()
    await createCluster(context, { clusterName: 'web' })
    expect(await refusalOf(() => createCluster(context, { clusterName: 'web', capacityProviders: ['FARGATE'] }))).toBe(
      'InvalidParameterException: Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    )
  })

  test('makes a deleted one anew', async () => {
    const context = await empty()
    await createCluster(context, { clusterName: 'web', tags: [{ key: 'a', value: '1' }] })
    await deleteCluster(context, { cluster: 'web' })
    const { cluster } = await createCluster(context, { clusterName: 'web', capacityProviders: ['FARGATE'] })
    expect(cluster).toMatchObject({ status: 'PROVISIONING', tags: [], capacityProviders: ['FARGATE'] })
    expect(context.store.table(clusters).get(arn('web'))?.deletedAt).toBeUndefined()
  })

  test('tells accounts and regions apart', async () => {
    const context = await empty()
    await createCluster(context, { clusterName: 'web' })
    await createCluster({ ...context, account: '123456789012' }, { clusterName: 'web' })
    await createCluster({ ...context, region: 'cn-north-1' }, { clusterName: 'web' })
    expect([...context.store.table(clusters).all()].map(row => row.cluster.clusterArn).sort()).toEqual([
      'arn:aws-cn:ecs:cn-north-1:000000000000:cluster/web',
      'arn:aws:ecs:us-east-1:000000000000:cluster/web',
      'arn:aws:ecs:us-east-1:123456789012:cluster/web',
    ])
    expect(new Set([...context.store.table(clusters).all()].map(row => row.namespace)).size).toBe(3)
  })

  const strategy = (...items: (readonly [string, number])[]) => ({
    capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    defaultCapacityProviderStrategy: items.map(([capacityProvider, base]) => ({ capacityProvider, base, weight: 1 })),
  })

  const refused: readonly (readonly [CreateClusterRequest, string])[] = [
    [{ clusterName: 'a b' }, 'InvalidParameterException: ClusterName must match ^[a-zA-Z0-9\\-_]{1,255}$'],
    [{ clusterName: '' }, 'InvalidParameterException: ClusterName must match ^[a-zA-Z0-9\\-_]{1,255}$'],
    [{ clusterName: 'x'.repeat(256) }, 'InvalidParameterException: ClusterName must match ^[a-zA-Z0-9\\-_]{1,255}$'],
    [
      { capacityProviders: ['mine'] },
      'ClientException: The specified capacity provider does not exist. Specify a valid name or ARN and try again.',
    ],
    [
      { defaultCapacityProviderStrategy: [{ capacityProvider: 'FARGATE' }] },
      'InvalidParameterException: The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again.',
    ],
    [
      strategy(['FARGATE', 1], ['FARGATE_SPOT', 1]),
      'InvalidParameterException: The specified capacity provider strategy contains multiple capacity providers with a base value defined. Only one capacity provider per strategy can have a base value defined.',
    ],
    [
      { configuration: { executeCommandConfiguration: { logging: 'DEFAULT', logConfiguration: { s3BucketName: 'b' } } } },
      "InvalidParameterException: You must set logging to 'OVERRIDE' when you supply a log configuration.",
    ],
    [
      { configuration: { executeCommandConfiguration: { logging: 'OVERRIDE' } } },
      'InvalidParameterException: A CloudWatch log group name or S3 bucket name must be specified when overriding the default log configuration.',
    ],
    [{ settings: [{ name: 'containerInsights', value: 'on' }] }, "InvalidParameterException: Invalid setting 'value'"],
    [{ tags: [{ key: 'a' }, { key: 'a' }] }, 'InvalidParameterException: Duplicate tag key: a'],
  ]
  test.each(refused)('refuses %j', async (input, refusal) => {
    const context = await empty()
    expect(await refusalOf(() => createCluster(context, input))).toBe(refusal)
    expect(describeClusters(context, {}).clusters).toEqual([])
  })
})
