import { expect, test } from 'bun:test'
import { refusalOf } from '../../../../test/support/refusal.ts'
import { clusterRow, testContext } from '../../../../test/support/task-rows.ts'
import { daemons } from '../../../store/ecs-daemon-tables.ts'
import { updateDaemon } from './update-daemon.ts'

test('a daemon whose tasks stop because it is deleted takes no update, and stays as it is', async () => {
  const context = await testContext({ clusters: [clusterRow()] })
  const base = 'arn:aws:ecs:us-east-1:000000000000'
  const daemonArn = `${base}:daemon/default/watch`
  const row = {
    scope: '000000000000/us-east-1',
    daemonArn,
    clusterArn: `${base}:cluster/default`,
    capacityProviderArns: [`${base}:capacity-provider/own`],
    deploymentArn: `${base}:daemon-deployment/default/watch/one`,
    revisionArn: `${base}:daemon-revision/default/watch/1`,
    deletedAt: 2,
    tags: [],
    createdAt: 1,
    updatedAt: 1,
    requestDigest: '',
  }
  await context.store.commit(transaction => transaction.put(daemons, row))
  const input = {
    daemonArn,
    daemonTaskDefinitionArn: `${base}:daemon-task-definition/watch:1`,
    capacityProviderArns: row.capacityProviderArns,
  }
  expect(await refusalOf(() => updateDaemon(context, input))).toBe('DaemonNotActiveException: Daemon is not active.')
  expect(context.store.table(daemons).get(daemonArn)).toEqual(row)
})
