// A task as an agent is told of it.
import type { AgentContainer, AgentTask } from '../../server/agent/protocol.ts'

export const agentContainer = (container: Partial<AgentContainer> = {}): AgentContainer => ({
  name: 'app',
  id: '11111111-1111-4111-8111-111111111111',
  containerArn:
    'arn:aws:ecs:us-east-1:000000000000:container/default/0123456789abcdef0123456789abcdef/22222222-2222-4222-8222-222222222222',
  podName: 'app',
  image: 'nginx:alpine',
  imageDigest: `sha256:${'ab'.repeat(32)}`,
  runtimeId: 'cd'.repeat(32),
  desiredStatus: 'RUNNING',
  knownStatus: 'RUNNING',
  cpu: 128,
  memory: 256,
  startedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  labels: { team: 'a' },
  ports: [],
  volumes: [],
  ...container,
})

export const agentTask = (task: Partial<AgentTask> = {}): AgentTask => ({
  taskArn: 'arn:aws:ecs:us-east-1:000000000000:task/default/0123456789abcdef0123456789abcdef',
  taskId: '0123456789abcdef0123456789abcdef',
  clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/default',
  clusterName: 'default',
  account: '000000000000',
  region: 'us-east-1',
  availabilityZone: 'us-east-1a',
  family: 'web',
  revision: 3,
  launchType: 'EC2',
  networkMode: 'bridge',
  desiredStatus: 'RUNNING',
  knownStatus: 'RUNNING',
  tags: {},
  address: '10.1.0.7',
  isFaultInjectionEnabled: false,
  credentials: { id: '33333333-3333-4333-8333-333333333333' },
  pod: { namespace: 'default-us-east-1', name: 'web-0123456789abcdef0123456789abcdef' },
  containers: [agentContainer()],
  ...task,
})

/** Another one, on another address. */
export const otherTask = (task: Partial<AgentTask> = {}): AgentTask =>
  agentTask({
    taskArn: 'arn:aws:ecs:us-east-1:000000000000:task/default/fedcba9876543210fedcba9876543210',
    taskId: 'fedcba9876543210fedcba9876543210',
    address: '10.1.0.8',
    credentials: { id: '44444444-4444-4444-8444-444444444444', roleArn: 'arn:aws:iam::000000000000:role/other' },
    pod: { namespace: 'default-us-east-1', name: 'web-fedcba9876543210fedcba9876543210' },
    containers: [agentContainer({ id: '55555555-5555-4555-8555-555555555555', runtimeId: 'ef'.repeat(32) })],
    ...task,
  })
