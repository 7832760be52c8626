import { type TargetHealth, asksForHealthChecks, viewTask } from '../domain/services/task-view.ts'
import type { TaskView } from '../domain/services/task-view.ts'
import { parseArn } from '../domain/arn.ts'
import { nodeInstanceArn } from '../domain/container-instance.ts'
import { zoneName } from '../domain/node-attributes.ts'
import type { RuntimeNode } from '../runtime/runtime.ts'
import { containerInstances } from '../store/ecs-tables.ts'
import { type ServiceDeploymentRow, type ServiceRow, serviceDeployments, services, taskSets } from '../store/service-tables.ts'
import { takesTasks } from '../store/machines.ts'
import type { Store } from '../store/store.ts'
import { type TaskRow, taskDefinitions, tasks } from '../store/tables.ts'
import { serviceRevisions } from '../store/service-tables.ts'

/**
 * What else tells how a service's tasks are. Seams: where a part is absent, nothing is made up in its place, and the
 * service is judged without it.
 */
export interface ServiceSignals {
  /** How load balancers find a task of a service that has some; undefined where the service has none. */
  readonly targetHealth?: (service: ServiceRow, task: TaskRow) => TargetHealth | undefined
  /** Which of these alarms are in alarm. */
  readonly alarmsInAlarm?: (service: ServiceRow, alarmNames: readonly string[]) => readonly string[]
  /** `Gateway.inForceUntil`. */
  readonly inForceUntil?: () => number
}

/** The service's tasks but those that are STOPPED and counted. */
export const viewTasks = (store: Store, service: ServiceRow, signals: ServiceSignals, now: number): TaskView[] => {
  const graceMs = (service.service.healthCheckGracePeriodSeconds ?? 0) * 1000
  return [...store.table(tasks).by('service', service.service.serviceArn)].map(row => {
    const definition = store.table(taskDefinitions).get(row.task.taskDefinitionArn)
    const target = signals.targetHealth?.(service, row)
    return viewTask(row, {
      now,
      graceMs,
      hasHealthChecks: definition !== undefined && asksForHealthChecks(definition),
      isLeaving: !isUsable(store, row.task.containerInstanceArn),
      ...(target === undefined ? {} : { target }),
    })
  })
}

/** The machines that a cluster's services may use: those that are not being drained. */
export const usableNodes = (store: Store, clusterArn: string, nodes: readonly RuntimeNode[]): RuntimeNode[] =>
  nodes.filter(({ name }) => isUsable(store, nodeInstanceArn(clusterArn, name)))

const isUsable = (store: Store, containerInstanceArn: string | undefined): boolean =>
  takesTasks(store.table(containerInstances).get(containerInstanceArn ?? ''))

/** The availability zones of a service's machines, such as `us-east-1a`. */
export const zonesOf = (store: Store, { service }: ServiceRow, nodes: readonly RuntimeNode[]): readonly string[] => {
  const region = parseArn(service.clusterArn)?.region ?? ''
  return [
    ...new Set(
      usableNodes(store, service.clusterArn, nodes)
        .filter(({ isReady }) => isReady)
        .map(({ zone }) => zoneName(region, zone)),
    ),
  ]
}

export const newestServiceDeployment = (store: Store, { serviceDeploymentArn }: ServiceRow): ServiceDeploymentRow | undefined =>
  serviceDeploymentArn === undefined ? undefined : store.table(serviceDeployments).get(serviceDeploymentArn)

/** Whether a service that is not INACTIVE runs a task definition or would roll back to it. */
export const serviceUses = (store: Store, taskDefinitionArn: string): boolean => {
  for (const { revision } of store.table(serviceRevisions).by('taskDefinition', taskDefinitionArn)) {
    const row = store.table(services).get(revision.serviceArn)
    if (row === undefined || row.service.status === 'INACTIVE') continue
    if (row.completedRevisionArn === revision.serviceRevisionArn) return true
    if (row.deployments.some(({ serviceRevisionArn }) => serviceRevisionArn === revision.serviceRevisionArn)) return true
  }
  return store.table(taskSets).count('taskDefinition', taskDefinitionArn) > 0
}
