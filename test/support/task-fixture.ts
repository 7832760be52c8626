import type { ContainerDefinition } from '../../server/aws/generated/ecs.ts'
import type { ContainerObservation, TaskObservation } from '../../server/runtime/runtime.ts'
import type { ClusterRow, TaskDefinitionRow, TaskRow } from '../../server/store/tables.ts'

const scope = '000000000000/us-east-1'
const prefix = 'arn:aws:ecs:us-east-1:000000000000'

export const aTaskId = '0123456789abcdef0123456789abcdef'
/** Milliseconds since the epoch: when tasks of these fixtures are made. */
export const aCreation = Date.UTC(2026, 0, 1)

export const aCluster = (name = 'default'): ClusterRow => ({
  scope,
  namespace: `${name}-us-east-1`,
  cluster: { clusterArn: `${prefix}:cluster/${name}`, clusterName: name, status: 'ACTIVE' },
  tags: [],
  createdAt: aCreation,
})

export const aDefinition = (
  containerDefinitions: readonly ContainerDefinition[],
  more: Partial<TaskDefinitionRow['taskDefinition']> = {},
): TaskDefinitionRow => ({
  scope,
  taskDefinition: {
    taskDefinitionArn: `${prefix}:task-definition/web:1`,
    family: 'web',
    revision: 1,
    status: 'ACTIVE',
    containerDefinitions,
    ...more,
  },
  tags: [],
})

/** A task as RunTask records it. */
export const aTask = (
  containers: readonly string[] = ['app'],
  more: Partial<TaskRow['task']> = {},
  row: Partial<TaskRow> = {},
): TaskRow => {
  const taskId = row.taskId ?? aTaskId
  const taskArn = `${prefix}:task/default/${taskId}`
  return {
    scope,
    taskId,
    namespace: 'default-us-east-1',
    task: {
      taskArn,
      clusterArn: `${prefix}:cluster/default`,
      taskDefinitionArn: `${prefix}:task-definition/web:1`,
      lastStatus: 'PROVISIONING',
      desiredStatus: 'RUNNING',
      launchType: 'EC2',
      version: 1,
      createdAt: aCreation / 1000,
      attachments: [],
      containers: containers.map(name => ({ name, taskArn, lastStatus: 'PENDING', networkInterfaces: [] })),
      ...more,
    },
    tags: [],
    epoch: 'aaaabbbb-cccc-4ddd-8eee-ffff00001111',
    ...row,
  }
}

/** `aTask` asked to stop, as StopTask does. */
export const askedToStop = (row: TaskRow, stoppedReason = 'Task stopped by user'): TaskRow => ({
  ...row,
  task: {
    ...row.task,
    desiredStatus: 'STOPPED',
    stopCode: 'UserInitiated',
    stoppedReason,
    stoppingAt: aCreation / 1000,
    version: row.task.version + 1,
  },
})

type States = Readonly<Record<string, ContainerObservation['state']>>

/** What is seen of `aTask` once it has a node. */
export const anObservation = (containers: States, more: Partial<TaskObservation> = {}): TaskObservation => ({
  ...anUnplacedObservation(containers, more),
  scheduledAt: aCreation + 100,
})

/** What is seen of `aTask` while it has no node. */
export const anUnplacedObservation = (containers: States, more: Partial<TaskObservation> = {}): TaskObservation => {
  const { task, taskId, namespace } = aTask()
  const observed = Object.entries(containers).map(([name, state]) => ({ name, state }))
  return { taskArn: task.taskArn, taskId, namespace, ...more, containers: observed }
}
