import { describe, expect, test } from 'bun:test'
import { tasks } from '../../../store/tables.ts'
import type { TaskRow } from '../../../store/tables.ts'
import { refusalOf } from '../../../../test/support/refusal.ts'
import { clusterRow, definitionRow, taskRow, testContext } from '../../../../test/support/task-rows.ts'
import { createCluster } from './create-cluster.ts'
import { deleteCluster } from './delete-cluster.ts'
import { describeClusters } from './describe-clusters.ts'

const arn = (name: string) => `arn:aws:ecs:us-east-1:000000000000:cluster/${name}`
const withStatus = (lastStatus: string, launchType: 'EC2' | 'FARGATE' = 'EC2'): TaskRow => {
  const row = taskRow(definitionRow())
  return { ...row, task: { ...row.task, lastStatus, launchType, clusterArn: arn('default') } }
}

describe('DescribeClusters', () => {
  test('means the default cluster where none is named', async () => {
    const context = await testContext()
    const names = describeClusters(context, {}).clusters?.map(cluster => cluster.clusterName)
    expect(names).toEqual(['default'])
    expect(describeClusters(context, { clusters: [] }).clusters).toHaveLength(1)
    expect(describeClusters(await testContext({ clusters: [] }), {})).toEqual({
      clusters: [],
      failures: [{ arn: arn('default'), reason: 'MISSING' }],
    })
  })

  test('takes names and ARNs, in their order, and tells what is missing', async () => {
    const context = await testContext({ clusters: [clusterRow('a'), clusterRow('b')] })
    const { clusters, failures } = describeClusters(context, { clusters: ['b', 'none', arn('a'), 'a'] })
    expect(clusters?.map(cluster => cluster.clusterName)).toEqual(['b', 'a'])
    expect(failures).toEqual([{ arn: arn('none'), reason: 'MISSING' }])
  })

  test('shows what is included, and only that', async () => {
    const context = await testContext({ clusters: [] })
    const configuration = { managedStorageConfiguration: { kmsKeyId: 'key' } }
    await createCluster(context, { clusterName: 'web', tags: [{ key: 'a', value: '1' }], configuration })
    const bare = describeClusters(context, { clusters: ['web'] }).clusters?.[0]
    expect(bare).toMatchObject({ tags: [], settings: [], statistics: [] })
    expect(bare).not.toHaveProperty('configuration')
    expect(bare).not.toHaveProperty('attachments')
    const include = ['TAGS', 'SETTINGS', 'CONFIGURATIONS', 'ATTACHMENTS', 'STATISTICS'] as const
    const full = describeClusters(context, { clusters: ['web'], include }).clusters?.[0]
    expect(full).toMatchObject({
      tags: [{ key: 'a', value: '1' }],
      settings: [{ name: 'containerInsights', value: 'disabled' }],
      configuration,
      attachments: [],
    })
    expect(full?.statistics?.every(({ value }) => value === '0')).toBe(true)
  })

  test('counts tasks by how far they are', async () => {
    const context = await testContext()
    const rows = [
      withStatus('PROVISIONING', 'FARGATE'),
      withStatus('PENDING'),
      withStatus('ACTIVATING', 'FARGATE'),
      withStatus('RUNNING'),
      withStatus('RUNNING', 'FARGATE'),
      withStatus('RUNNING', 'FARGATE'),
      withStatus('STOPPING'),
      withStatus('STOPPED'),
    ]
    await context.store.commit(transaction => {
      for (const row of rows) transaction.put(tasks, row)
    })
    const [cluster] = describeClusters(context, { include: ['STATISTICS'] }).clusters ?? []
    expect(cluster).toMatchObject({ runningTasksCount: 3, pendingTasksCount: 3 })
    expect(Object.fromEntries(cluster?.statistics?.map(({ name, value }) => [name, value]) ?? [])).toMatchObject({
      runningEC2TasksCount: '1',
      runningFargateTasksCount: '2',
      runningExternalTasksCount: '0',
      pendingEC2TasksCount: '1',
      pendingFargateTasksCount: '2',
      activeEC2ServiceCount: '0',
      drainingFargateServiceCount: '0',
    })
  })

  test('shows INACTIVE ones', async () => {
    const context = await testContext()
    await deleteCluster(context, { cluster: 'default' })
    expect(describeClusters(context, {}).clusters?.[0]?.status).toBe('INACTIVE')
  })

  const mismatch = 'InvalidParameterException: Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$, but was a b'
  test.each([
    [Array.from({ length: 101 }, (_, index) => `c${index}`), 'InvalidParameterException: Clusters can have at most 100 items.'],
    [['a', ''], 'InvalidParameterException: Clusters can not be blank.'],
    [['a b'], mismatch],
    [
      ['arn:aws:ecs:us-west-2:000000000000:cluster/a'],
      'InvalidParameterException: Invalid identifier: Identifier is for us-west-2. Your region is us-east-1',
    ],
  ])('refuses %#', async (names, refusal) => {
    const context = await testContext()
    expect(await refusalOf(() => describeClusters(context, { clusters: names }))).toBe(refusal)
  })
})
