import type { ZoneCount } from './zone-balance.ts'

/**
 * What a service says in its events, in AWS's words.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
 */
const listed = (taskIds: readonly string[]): string => taskIds.map(id => `(task ${id})`).join(' ')

export const startedTasks = (service: string, taskIds: readonly string[]): string =>
  `(service ${service}) has started ${taskIds.length} tasks: ${listed(taskIds)}.`

export const stoppedTasks = (service: string, taskIds: readonly string[]): string =>
  `(service ${service}) has stopped ${taskIds.length} running tasks: ${listed(taskIds)}.`

/** Of tasks that never ran AWS tells no ids. */
export const stoppedPendingTasks = (service: string, count: number): string => `(service ${service}) stopped ${count} pending tasks.`

/** To take the places of unhealthy ones. */
export const replacedTasks = (service: string, taskIds: readonly string[]): string =>
  `${startedTasks(service, taskIds)} Amazon ECS replaced ${taskIds.length} tasks due to an unhealthy status.`

const spread = (counts: readonly ZoneCount[]): string => counts.map(({ zone, tasks }) => `${tasks} tasks in ${zone}`).join(', ')

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing-event-messages-list.html */
export const unbalanced = (service: string, counts: readonly ZoneCount[]): string =>
  `(service ${service}) is not AZ balanced with ${spread(counts)}. AZ Rebalancing in progress.`

export const balanced = (service: string, counts: readonly ZoneCount[]): string =>
  `(service ${service}) is AZ balanced with ${spread(counts)}.`

export const startedToBalance = (service: string, zone: string, taskIds: readonly string[]): string =>
  `(service ${service}) has started ${taskIds.length} tasks in ${zone} to AZ Rebalance: ${listed(taskIds)}.`

export const stoppedToBalance = (service: string, zone: string, taskIds: readonly string[]): string =>
  `(service ${service}) has stopped ${taskIds.length} running tasks in ${zone} due to AZ rebalancing: ${listed(taskIds)}.`

export const protectedFromScaleIn = (service: string, deployment: string, count: number): string =>
  `(service ${service}) was unable to reach steady state because (taskSet ${deployment}) was unable to scale in due to (reason ${count} tasks under protection)`

export const registeredTargets = (service: string, count: number, targetGroupArn: string): string =>
  `(service ${service}) registered ${count} targets in (target-group ${targetGroupArn})`

export const deregisteredTargets = (service: string, count: number, targetGroupArn: string): string =>
  `(service ${service}) deregistered ${count} targets in (target-group ${targetGroupArn})`

export const drainingTasks = (service: string, taskSet: string, count: number): string =>
  `(service ${service}, taskSet ${taskSet}) has begun draining connections on ${count} tasks.`

/** `target` is `(task ID) (port 80)`, or `(instance ID) (port 80)` for a target by its machine. */
export const failedTargetHealth = (service: string, target: string, targetGroupArn: string, reason: string): string =>
  `(service ${service}) ${target} is unhealthy in (target-group ${targetGroupArn}) due to (reason ${reason}).`

export const steady = (service: string): string => `(service ${service}) has reached a steady state.`

export const deploymentCompleted = (service: string, deployment: string): string =>
  `(service ${service}) (deployment ${deployment}) deployment completed.`

export const deploymentFailed = (service: string, deployment: string, cause: string): string =>
  `(service ${service}) (deployment ${deployment}) deployment failed: ${cause}.`

export const rollingBack = (service: string, deployment: string): string => `(service ${service}) rolling back to deployment ${deployment}.`

export const failedContainerHealth = (service: string, taskId: string): string =>
  `(service ${service}) (task ${taskId}) failed container health checks.`

export const inconsistentStarts = (service: string): string =>
  `(service ${service}) is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`

export const blockedByConfiguration = (service: string): string =>
  `(service ${service}) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.`

export const notLaunched = (service: string, reason: string): string =>
  `(service ${service}) failed to launch a task with (error ${reason}).`

export const unplaced = (service: string, reason: string): string =>
  `(service ${service}) was unable to place a task because no container instance met all of its requirements. ${reason} For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.`

/** Why a task found no place, from a failure's reason such as `RESOURCE:CPU`. `instanceId` is of the machine that came closest. */
export const unplacedReason = (reason: string, instanceId: string | undefined): string => {
  if (instanceId === undefined) return 'Reason: No Container Instances were found in your cluster.'
  const closest = `The closest matching (container-instance ${instanceId})`
  if (reason === 'RESOURCE:CPU') return `${closest} has insufficient CPU units available.`
  if (reason === 'RESOURCE:MEMORY') return `${closest} has insufficient memory available.`
  if (reason === 'RESOURCE:PORTS') return `${closest} is already using a port required by your task.`
  if (reason === 'ATTRIBUTE') return `${closest} is missing an attribute required by your task.`
  if (reason.endsWith('placement constraint unsatisfied.')) return `${closest} encountered error "${reason}".`
  return `Reason: ${reason}.`
}

/** Not AWS's words, as those below: nothing is sent by simulated tasks. */
export const connectIsSimulated = (service: string): string =>
  `(service ${service}) takes part in Service Connect. Its tasks are simulated, so its client aliases do not resolve.`

export const connectNameInvalid = (service: string, dnsName: string): string =>
  `(service ${service}) has the client alias ${dnsName}, which does not resolve: only letters, digits, hyphens and periods can be in the hosts file of a task.`

export const connectLacksPort = (service: string, alias: string, count: number): string =>
  `(service ${service}) has the client alias ${alias}, which does not resolve: all ${count} ports of the gateway for Service Connect are taken by other client aliases.`
