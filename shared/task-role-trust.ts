/** Who may assume a role that is made for tasks: ECS for them, and for itself. As JSON. */
export const taskRoleTrust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: ['ecs-tasks.amazonaws.com', 'ecs.amazonaws.com'] }, Action: 'sts:AssumeRole' }],
})
