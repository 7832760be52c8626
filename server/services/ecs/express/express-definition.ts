import type {
  ContainerDefinition,
  ExpressGatewayContainer,
  ExpressGatewayServiceConfiguration,
  RegisterTaskDefinitionRequest,
} from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter } from '../tasks/invalid-parameter.ts'
import { registerTaskDefinition } from '../operations/register-task-definition.ts'

/** The name of an Express service's container. */
const containerName = 'Main'

/** What AWS takes where nothing is given. */
export const standardConfiguration = {
  cpu: '256',
  memory: '512',
  cpuArchitecture: 'X86_64',
  healthCheckPath: '/ping',
  scalingTarget: { minTaskCount: 1, maxTaskCount: 20, autoScalingMetric: 'AVERAGE_CPU', autoScalingTargetValue: 60 },
} as const satisfies ExpressGatewayServiceConfiguration

/** The task definition of an Express service: the one that it names, or one that is registered for it. Its ARN. */
export async function expressTaskDefinition(
  context: EcsContext,
  family: string,
  configuration: ExpressGatewayServiceConfiguration,
): Promise<string> {
  const { primaryContainer, executionRoleArn, taskRoleArn, taskDefinitionArn, cpu, memory, cpuArchitecture } = configuration
  if (primaryContainer === undefined) {
    if (taskDefinitionArn === undefined) throw invalidParameter('Either a primary container or a task definition must be specified.')
    return taskDefinitionArn
  }
  const request: RegisterTaskDefinitionRequest = {
    family,
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    cpu,
    memory,
    executionRoleArn,
    taskRoleArn,
    runtimePlatform: { cpuArchitecture, operatingSystemFamily: 'LINUX' },
    containerDefinitions: [containerOf(primaryContainer, context.region)],
  }
  const { taskDefinition } = await registerTaskDefinition(context, request)
  return taskDefinition?.taskDefinitionArn ?? ''
}

function containerOf(container: ExpressGatewayContainer, region: string): ContainerDefinition {
  const { image, containerPort = 80, command, environment, secrets, repositoryCredentials, awsLogsConfiguration: logs } = container
  const credentials = repositoryCredentials?.credentialsParameter
  return {
    name: containerName,
    image,
    essential: true,
    portMappings: [{ containerPort, protocol: 'tcp' }],
    ...(command === undefined ? {} : { command }),
    ...(environment === undefined ? {} : { environment }),
    ...(secrets === undefined ? {} : { secrets }),
    ...(credentials === undefined ? {} : { repositoryCredentials: { credentialsParameter: credentials } }),
    ...(logs === undefined
      ? {}
      : {
          logConfiguration: {
            logDriver: 'awslogs',
            options: { 'awslogs-group': logs.logGroup, 'awslogs-stream-prefix': logs.logStreamPrefix, 'awslogs-region': region },
          },
        }),
  }
}
