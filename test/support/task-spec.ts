import type { ContainerDefinition } from '../../server/aws/generated/ecs.ts'
import type { TaskSpec } from '../../server/runtime/runtime.ts'

export const taskId = '0123456789abcdef0123456789abcdef'

/** A task of the family `web` on EC2, in bridge mode, as a runtime is to start it. */
export const taskSpec = (containers: readonly ContainerDefinition[], more: Partial<TaskSpec> = {}): TaskSpec => ({
  taskArn: `arn:aws:ecs:us-east-1:000000000000:task/default/${taskId}`,
  taskId,
  namespace: 'default-us-east-1',
  clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/default',
  clusterName: 'default',
  family: 'web',
  revision: 3,
  launchType: 'EC2',
  networkMode: 'bridge',
  containers,
  tags: {},
  ...more,
})
