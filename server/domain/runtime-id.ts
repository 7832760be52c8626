/**
 * The id that a container has in what ECS tells of it: the container runtime's, and on Fargate the task's with a number
 * of the container.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate-response.html
 */
export const toldRuntimeId = (launchType: string | undefined, taskId: string, runtimeId: string): string =>
  launchType === 'FARGATE' && runtimeId !== '' ? `${taskId}-${Number.parseInt(runtimeId.slice(0, 8), 16)}` : runtimeId
