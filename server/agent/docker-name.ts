import type { AgentContainer, AgentTask } from './protocol.ts'

/** Docker's name of a container, as ECS' agent gives it on EC2. On Fargate it is the container's own. */
export const dockerName = ({ launchType, family, revision }: AgentTask, { name }: AgentContainer, runtimeId: string): string =>
  launchType === 'FARGATE' ? name : `ecs-${family}-${revision}-${name}-${runtimeId.slice(0, 20)}`
