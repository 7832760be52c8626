import { describe, expect, test } from 'bun:test'
import { refusalOf } from '../../../test/support/refusal.ts'
import { clusterRow, testContext } from '../../../test/support/task-rows.ts'
import { findCluster } from './find-cluster.ts'

const context = () => testContext({ clusters: [clusterRow(), clusterRow('gone', { status: 'INACTIVE' })] })

describe('a cluster is found', () => {
  test.each([undefined, 'default', 'arn:aws:ecs:us-east-1:000000000000:cluster/default'])('by %p', async name => {
    expect(findCluster(await context(), name).cluster.clusterName).toBe('default')
  })

  test('although it is INACTIVE, where that is asked for', async () => {
    expect(findCluster(await context(), 'gone', { allowInactive: true }).cluster.status).toBe('INACTIVE')
  })
})

test.each([
  ['none', 'ClusterNotFoundException: Cluster not found.'],
  ['gone', 'ClusterNotFoundException: The referenced cluster was inactive.'],
  ['', 'InvalidParameterException: Cluster can not be blank.'],
  ['a b', 'InvalidParameterException: Cluster must match ^[a-zA-Z0-9\\-_]{1,255}$, but was a b'],
  ['a/b', 'InvalidParameterException: Invalid identifier: Unexpected number of separators'],
  ['arn:aws:ecs:us-east-1:000000000000:task/default/abc', 'InvalidParameterException: Unsupported resource type: task'],
])('%p is refused', async (name, refusal) => {
  const given = await context()
  expect(await refusalOf(() => findCluster(given, name))).toBe(refusal)
})
