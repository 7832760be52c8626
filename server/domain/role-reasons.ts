// What ECS and its neighbours say of roles that they cannot assume, as one that is not there.

/**
 * A task's own role or its execution role: of RunTask and StartTask, and why a task that a scheduler launched stops.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
 */
export const taskRoleReason = (role: string): string =>
  `${taskRolePrefix}${role}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`

/** How it begins, whatever the role. */
export const taskRolePrefix = "ECS was unable to assume the role '"

/**
 * A role that ECS itself assumes for volumes, certificates, load balancers and instances.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshoot-ebs-volumes-reasons.html
 */
export const infrastructureRoleReason = (role: string): string =>
  `ECS was unable to assume the configured ECS Infrastructure Role '${role}'. Please verify that the role being passed has the proper trust relationship with Amazon ECS.`

/** The role of a service that registers its tasks with a load balancer. */
export const serviceRoleReason =
  'Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.'
