// Roles of calls, looked up where the backend has IAM. RegisterTaskDefinition does not: AWS checks their form there, and
// finds out whether it can assume them when a task is launched.
import { ServiceError } from '../../../aws/errors.ts'
import type { CreateServiceRequest, RunTaskRequest } from '../../../aws/generated/ecs.ts'
import { roleArn } from '../../../domain/arn.ts'
import { infrastructureRoleReason, serviceRoleReason, taskRoleReason } from '../../../domain/role-reasons.ts'
import type { EcsContext } from '../context.ts'
import { findTaskDefinition } from '../find-task-definition.ts'
import { invalidParameter } from './invalid-parameter.ts'

type Asked = Pick<EcsContext, 'account' | 'region' | 'owners'>

/**
 * The roles of tasks that are launched by the call itself. Throws ClientException for a task role or an execution role,
 * and InvalidParameterException for a role of an EBS volume, that IAM has not.
 */
export async function checkLaunchRoles(context: EcsContext, request: RunTaskRequest): Promise<void> {
  const { taskDefinition, overrides, volumeConfigurations = [] } = request
  if (context.owners === undefined) return
  const definition = findTaskDefinition(context, taskDefinition)?.taskDefinition
  const roles = [overrides?.taskRoleArn || definition?.taskRoleArn, overrides?.executionRoleArn || definition?.executionRoleArn]
  const missing = await firstMissing(context, roles)
  if (missing !== undefined) throw new ServiceError('ClientException', taskRoleReason(roleArn(context, missing)))
  await checkInfrastructureRoles(
    context,
    volumeConfigurations.map(({ managedEBSVolume }) => managedEBSVolume?.roleArn),
  )
}

type ServiceRoles = Pick<
  CreateServiceRequest,
  'loadBalancers' | 'role' | 'serviceConnectConfiguration' | 'volumeConfigurations' | 'vpcLatticeConfigurations'
>

/**
 * The roles of a service, or a task set, that ECS itself assumes. Those of its tasks are looked up when one is launched.
 * Throws InvalidParameterException.
 */
export async function checkServiceRoles(context: Asked, request: ServiceRoles): Promise<void> {
  if ((await firstMissing(context, [request.role])) !== undefined) throw invalidParameter(serviceRoleReason)
  const { loadBalancers = [], serviceConnectConfiguration: connect, volumeConfigurations = [], vpcLatticeConfigurations = [] } = request
  await checkInfrastructureRoles(context, [
    ...volumeConfigurations.map(({ managedEBSVolume }) => managedEBSVolume?.roleArn),
    ...loadBalancers.map(({ advancedConfiguration }) => advancedConfiguration?.roleArn),
    ...(connect?.services ?? []).map(({ tls }) => tls?.roleArn),
    ...vpcLatticeConfigurations.map(lattice => lattice.roleArn),
  ])
}

/** Throws InvalidParameterException. */
export async function checkInfrastructureRoles(context: Asked, roles: readonly (string | undefined)[]): Promise<void> {
  const missing = await firstMissing(context, roles)
  if (missing !== undefined) throw invalidParameter(infrastructureRoleReason(missing))
}

/** The first of the roles that are given and that IAM has not. All are asked for at once. */
export async function firstMissing(context: Asked, roles: readonly (string | undefined)[]): Promise<string | undefined> {
  const { owners } = context
  const given = [...new Set(roles.flatMap(role => role || []))]
  if (owners === undefined || given.length === 0) return undefined
  const answers = await Promise.all(given.map(role => owners.hasRole(role, context)))
  return given.find((_, index) => answers[index] === false)
}
