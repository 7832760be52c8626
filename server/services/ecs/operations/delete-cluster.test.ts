import { describe, expect, test } from 'bun:test'
import { clusters, tasks } from '../../../store/tables.ts'
import { refusalOf } from '../../../../test/support/refusal.ts'
import { definitionRow, taskRow, testContext } from '../../../../test/support/task-rows.ts'
import { deleteCluster } from './delete-cluster.ts'

const arn = 'arn:aws:ecs:us-east-1:000000000000:cluster/default'

describe('DeleteCluster', () => {
  test.each(['default', arn])('makes %s INACTIVE and keeps it', async cluster => {
    const context = await testContext()
    expect((await deleteCluster(context, { cluster })).cluster).toMatchObject({ clusterArn: arn, status: 'INACTIVE' })
    expect(context.store.table(clusters).get(arn)).toMatchObject({ cluster: { status: 'INACTIVE' }, deletedAt: 1_700_000_000_000 })
    expect(context.woken).toEqual([arn])
  })

  test('waits for tasks to be STOPPED', async () => {
    const context = await testContext()
    const row = taskRow(definitionRow())
    const put = (lastStatus: string) =>
      context.store.commit(transaction => transaction.put(tasks, { ...row, task: { ...row.task, lastStatus, desiredStatus: 'STOPPED' } }))
    await put('DEPROVISIONING')
    expect(await refusalOf(() => deleteCluster(context, { cluster: 'default' }))).toBe(
      'ClusterContainsTasksException: The Cluster cannot be deleted while Tasks are active.',
    )
    expect(context.store.table(clusters).get(arn)?.cluster.status).toBe('ACTIVE')
    expect(context.woken).toEqual([])
    await put('STOPPED')
    expect((await deleteCluster(context, { cluster: 'default' })).cluster?.status).toBe('INACTIVE')
  })

  test('refuses what is not there, or not any more', async () => {
    const context = await testContext()
    expect(await refusalOf(() => deleteCluster(context, { cluster: 'none' }))).toBe('ClusterNotFoundException: Cluster not found.')
    await deleteCluster(context, { cluster: 'default' })
    expect(await refusalOf(() => deleteCluster(context, { cluster: 'default' }))).toBe(
      'ClusterNotFoundException: The referenced cluster was inactive.',
    )
    expect(await refusalOf(() => deleteCluster(context, { cluster: '' }))).toBe('InvalidParameterException: Cluster can not be blank.')
  })
})
