import { expect, test } from 'bun:test'
import type { TaskSpec } from '../runtime.ts'
import { podOf } from './pod.ts'
import { TaskPods } from './task-pods.ts'

const taskId = '0123456789abcdef0123456789abcdef'
const spec: TaskSpec = {
  taskArn: `arn:aws:ecs:us-east-1:000000000000:task/default/${taskId}`,
  taskId,
  namespace: 'default-us-east-1',
  clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/default',
  clusterName: 'default',
  family: 'web',
  revision: 3,
  launchType: 'EC2',
  networkMode: 'bridge',
  containers: [{ name: 'Web_1', image: 'nginx' }],
  tags: {},
  memo: '{"format":1}',
}
const pod = podOf(spec, { instance: 'kecs', podLevelResources: true, containerRestarts: true, nodeDataDir: '/data' })

test('what is kept with a task is on its pod, and not in this process', () => {
  expect(pod.metadata.annotations).toMatchObject({ 'kecs.dev/memo': '{"format":1}' })
  const pods = new TaskPods(() => 0)
  expect(pods.note(pod).map(({ taskArn }) => taskArn)).toEqual([spec.taskArn])
  const { annotations = {} } = pods.pod(taskId)?.metadata ?? {}
  expect(annotations['kecs.dev/memo']).toBeUndefined()
  expect(annotations['kecs.dev/containers']).toBe('{"web-1-93f4c8d0":"Web_1"}')
  expect(pods.observation(taskId)?.containers.map(({ name }) => name)).toEqual(['Web_1'])
})
