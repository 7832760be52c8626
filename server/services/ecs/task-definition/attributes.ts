import type { Attribute, ContainerDefinition, Volume } from '../../../aws/generated/ecs.ts'
import { isEcrImage, networkModeOf } from './draft.ts'
import type { Draft } from './draft.ts'

const docker = (version: string): string => `com.amazonaws.ecs.capability.docker-remote-api.${version}`

/**
 * What a container instance must be able to do, as AWS finds out from a task definition. Taken from recorded answers;
 * the version of Docker's API is the one in which what is used came up.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
 */
export const requiredAttributes = (draft: Draft): readonly Attribute[] =>
  [...new Set([...containersNeed(draft), ...taskNeeds(draft)])].map(name => ({ name }))

function* containersNeed(draft: Draft): Iterable<string> {
  const hasExecutionRole = draft.executionRoleArn !== undefined
  for (const container of draft.containerDefinitions) {
    yield* loggingNeeds(container, hasExecutionRole)
    if (isEcrImage(container.image)) {
      yield 'com.amazonaws.ecs.capability.ecr-auth'
      if (hasExecutionRole) yield 'ecs.capability.execution-role-ecr-pull'
    }
    yield* settingsNeed(container)
    yield* secretsNeed(container)
  }
}

function* loggingNeeds({ logConfiguration, firelensConfiguration }: ContainerDefinition, hasExecutionRole: boolean): Iterable<string> {
  if (logConfiguration !== undefined) {
    const { logDriver, options = {} } = logConfiguration
    yield `com.amazonaws.ecs.capability.logging-driver.${logDriver}`
    yield docker('1.19')
    if (logDriver === 'awslogs' && hasExecutionRole) yield 'ecs.capability.execution-role-awslogs'
    if (options['mode'] !== undefined || options['max-buffer-size'] !== undefined) yield docker('1.28')
    if (options['awslogs-create-group'] !== undefined) yield docker('1.29')
  }
  if (firelensConfiguration !== undefined) yield `ecs.capability.firelens.${firelensConfiguration.type}`
}

function* settingsNeed(container: ContainerDefinition): Iterable<string> {
  const { linuxParameters } = container
  if (container.memoryReservation !== undefined) yield docker('1.21')
  if (container.privileged === true) yield 'com.amazonaws.ecs.capability.privileged-container'
  if ((container.ulimits?.length ?? 0) > 0 || Object.keys(container.dockerLabels ?? {}).length > 0) yield docker('1.18')
  if (linuxParameters?.sharedMemorySize !== undefined || (linuxParameters?.tmpfs?.length ?? 0) > 0) yield docker('1.22')
  if (linuxParameters?.initProcessEnabled === true) yield docker('1.25')
  if (container.healthCheck !== undefined) {
    yield 'ecs.capability.container-health-check'
    yield docker('1.24')
  }
  if ((container.dependsOn?.length ?? 0) > 0 || container.startTimeout !== undefined || container.stopTimeout !== undefined) {
    yield 'ecs.capability.container-ordering'
  }
  if (container.portMappings?.some(mapping => mapping.containerPortRange !== undefined) ?? false) {
    yield 'ecs.capability.network.container-port-range'
  }
}

/** Secrets of Secrets Manager have its ARN; all else is of Systems Manager's parameters. */
const storeOf = (valueFrom: string): 'asm' | 'ssm' => (valueFrom.includes(':secretsmanager:') ? 'asm' : 'ssm')

function* secretsNeed(container: ContainerDefinition): Iterable<string> {
  for (const { valueFrom } of container.secrets ?? []) yield `ecs.capability.secrets.${storeOf(valueFrom)}.environment-variables`
  for (const { valueFrom } of container.logConfiguration?.secretOptions ?? []) {
    yield `ecs.capability.secrets.${storeOf(valueFrom)}.bootstrap.log-driver`
  }
  if ((container.environmentFiles?.length ?? 0) > 0) yield 'ecs.capability.env-files.s3'
  if (container.repositoryCredentials !== undefined) yield 'ecs.capability.private-registry-authentication.secretsmanager'
}

function* taskNeeds(draft: Draft): Iterable<string> {
  const isAwsvpc = networkModeOf(draft) === 'awsvpc'
  if (draft.taskRoleArn !== undefined) {
    yield 'com.amazonaws.ecs.capability.task-iam-role'
    // Recorded answers have it only outside of awsvpc.
    if (!isAwsvpc) yield docker('1.17')
    if (networkModeOf(draft) === 'host') yield 'com.amazonaws.ecs.capability.task-iam-role-network-host'
  }
  for (const volume of draft.volumes ?? []) yield* volumeNeeds(volume)
  if (draft.ephemeralStorage !== undefined) yield 'ecs.capability.extensible-ephemeral-storage'
  if (draft.pidMode !== undefined || draft.ipcMode !== undefined) yield 'ecs.capability.pid-ipc-namespace-sharing'
  if (draft.proxyConfiguration !== undefined) yield 'ecs.capability.aws-appmesh'
  if (isAwsvpc) {
    yield docker('1.18')
    yield 'ecs.capability.task-eni'
  }
}

function* volumeNeeds(volume: Volume): Iterable<string> {
  const { efsVolumeConfiguration, dockerVolumeConfiguration } = volume
  if (dockerVolumeConfiguration !== undefined) {
    yield `ecs.capability.docker-plugin.${dockerVolumeConfiguration.driver ?? 'local'}`
    yield docker('1.25')
  }
  if (efsVolumeConfiguration !== undefined) {
    if (efsVolumeConfiguration.authorizationConfig !== undefined || efsVolumeConfiguration.transitEncryption === 'ENABLED') {
      yield 'ecs.capability.efsAuth'
    }
    yield 'ecs.capability.efs'
    yield docker('1.25')
  }
  if (volume.fsxWindowsFileServerVolumeConfiguration !== undefined) yield 'ecs.capability.fsxWindowsFileServer'
}
