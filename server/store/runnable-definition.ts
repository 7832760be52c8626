// What a task runs, whether it was registered for services and RunTask or for daemons.
import type { DaemonTaskDefinitionRow } from './ecs-daemon-tables.ts'
import { daemonTaskDefinitions } from './ecs-daemon-tables.ts'
import type { Store } from './store.ts'
import { type TaskDefinitionRow, taskDefinitions } from './tables.ts'

/** The task definition of a task, by the ARN that the task names. */
export const definitionOf = (store: Store, arn: string): TaskDefinitionRow | undefined => {
  const row = store.table(taskDefinitions).get(arn)
  if (row !== undefined) return row
  const daemon = store.table(daemonTaskDefinitions).get(arn)
  return daemon === undefined ? undefined : runnable(daemon)
}

/** Daemons run on EC2 instances, in a network of the instance's. What is shared between them, such as process ids, is not. */
const runnable = ({ scope, tags, hadRoles, daemonTaskDefinition }: DaemonTaskDefinitionRow): TaskDefinitionRow => {
  const { daemonTaskDefinitionArn, family, revision, containerDefinitions, volumes, cpu, memory, ...rest } = daemonTaskDefinition
  const { taskRoleArn, executionRoleArn } = rest
  return {
    scope,
    tags,
    ...(hadRoles === undefined ? {} : { hadRoles }),
    taskDefinition: {
      taskDefinitionArn: daemonTaskDefinitionArn,
      family,
      revision,
      status: 'ACTIVE',
      networkMode: 'bridge',
      containerDefinitions: containerDefinitions ?? [],
      volumes: (volumes ?? []).map(({ name, host }) => ({ name, ...(host === undefined ? {} : { host }) })),
      ...(cpu === undefined ? {} : { cpu }),
      ...(memory === undefined ? {} : { memory }),
      ...(taskRoleArn === undefined ? {} : { taskRoleArn }),
      ...(executionRoleArn === undefined ? {} : { executionRoleArn }),
    },
  }
}
