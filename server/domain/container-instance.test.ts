import { expect, test } from 'bun:test'
import { aCreation, aTask, anObservation } from '../../test/support/task-fixture.ts'
import { nodeInstanceArn, nodeMachineId } from './container-instance.ts'
import { advance } from './task-lifecycle.ts'

const clusterArn = 'arn:aws:ecs:us-east-1:000000000000:cluster/default'

test('a node is one container instance to each cluster, the same every time', () => {
  const arn = nodeInstanceArn(clusterArn, 'node-1')
  expect(arn).toMatch(/^arn:aws:ecs:us-east-1:000000000000:container-instance\/default\/[0-9a-f]{32}$/)
  expect(nodeInstanceArn(clusterArn, 'node-1')).toBe(arn)
  expect(nodeInstanceArn(clusterArn, 'node-2')).not.toBe(arn)
  expect(nodeInstanceArn(clusterArn.replace('default', 'other'), 'node-1').slice(-32)).not.toBe(arn.slice(-32))
  expect(nodeMachineId('node-1')).toMatch(/^i-[0-9a-f]{17}$/)
})

const facts = { containers: [{ name: 'app', essential: true, stopTimeout: 30 }] }
const seenOn = (launchType: 'EC2' | 'FARGATE') => {
  const row = aTask(['app'], { launchType })
  const observation = anObservation({ app: { is: 'waiting' } }, { node: 'node-1' })
  return advance(row, facts, observation, { now: aCreation + 1_000, epoch: row.epoch, synced: true }).row.task
}

test('a task says on which container instance it is, but for Fargate', () => {
  expect(seenOn('EC2').containerInstanceArn).toBe(nodeInstanceArn(clusterArn, 'node-1'))
  expect(seenOn('FARGATE').containerInstanceArn).toBeUndefined()
})
