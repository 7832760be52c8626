import type { ContainerDefinition, Volume } from '../../../aws/generated/ecs.ts'
import { isEcrImage, networkModeOf } from './draft.ts'
import type { Draft, Problems } from './draft.ts'
import { isFargateSize } from './size.ts'

const logDrivers: readonly string[] = ['awslogs', 'splunk', 'awsfirelens']

/**
 * Why a task definition cannot run on Fargate: it is refused for it when it requires FARGATE, and is not compatible
 * with it otherwise.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
 */
export function* fargateProblems(draft: Draft): Problems {
  if (networkModeOf(draft) !== 'awsvpc') yield "Fargate only supports network mode 'awsvpc'."
  yield* sizeProblems(draft)
  if (draft.pidMode === 'host')
    yield "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'."
  if (draft.ipcMode !== undefined) yield doesNotSupport('ipcMode')
  if ((draft.placementConstraints?.length ?? 0) > 0) yield doesNotSupport('constraints')
  for (const volume of draft.volumes ?? []) yield* fargateVolumeProblems(volume)
  for (const container of draft.containerDefinitions) {
    yield* containerProblems(container)
    yield* linuxProblems(container)
    yield* loggingProblems(draft, container)
    if (isEcrImage(container.image) && draft.executionRoleArn === undefined) {
      yield 'Fargate requires task definition to have execution role ARN to support ECR images.'
    }
  }
}

const doesNotSupport = (setting: string): string => `Fargate compatible task definitions do not support ${setting}`

function* sizeProblems(draft: Draft): Problems {
  if (draft.cpu === undefined) yield "Fargate requires that 'cpu' be defined at the task level."
  if (draft.memory === undefined) yield "Fargate requires that 'memory' be defined at the task level."
  const isWindows = draft.runtimePlatform?.operatingSystemFamily?.startsWith('WINDOWS') ?? false
  const isOffered = !isWindows || (Number(draft.cpu) >= 1024 && draft.runtimePlatform?.cpuArchitecture !== 'ARM64')
  if (!isFargateSize(Number(draft.cpu), Number(draft.memory)) || !isOffered) {
    yield `No Fargate configuration exists for given values: ${draft.cpu} CPU, ${draft.memory} memory. See the Amazon ECS documentation for the valid values.`
  }
  const storage = draft.ephemeralStorage?.sizeInGiB
  if (storage !== undefined && storage < 21) yield 'EphemeralStorage size should be at least 21'
  if (storage !== undefined && storage > 200) yield 'EphemeralStorage size should be at most 200'
}

function* fargateVolumeProblems(volume: Volume): Problems {
  if (volume.host?.sourcePath !== undefined) yield doesNotSupport('sourcePath')
  if (volume.dockerVolumeConfiguration !== undefined) yield doesNotSupport('dockerVolumeConfiguration')
}

function* containerProblems(container: ContainerDefinition): Problems {
  if (container.privileged === true) yield "Fargate requires that the 'privileged' setting be 'false' at the container level."
  if ((container.dockerSecurityOptions?.length ?? 0) > 0) yield doesNotSupport('dockerSecurityOptions')
  if (container.resourceRequirements?.some(requirement => requirement.type === 'GPU') ?? false) {
    yield 'Tasks using the Fargate launch type do not support GPU resource requirements.'
  }
}

function* linuxProblems({ linuxParameters }: ContainerDefinition): Problems {
  for (const capability of linuxParameters?.capabilities?.add ?? []) {
    if (capability !== 'SYS_PTRACE') yield `${capability} is not allowed on Fargate.`
  }
  if ((linuxParameters?.devices?.length ?? 0) > 0) yield doesNotSupport('devices')
  if (linuxParameters?.sharedMemorySize !== undefined) yield doesNotSupport('sharedMemorySize')
  if (linuxParameters?.maxSwap !== undefined) yield doesNotSupport('maxSwap')
}

function* loggingProblems(draft: Draft, { logConfiguration }: ContainerDefinition): Problems {
  if (logConfiguration === undefined) return
  const { logDriver, options = {} } = logConfiguration
  if (!logDrivers.includes(logDriver)) yield `${logDriver} is not a valid log driver. Must be one of [${logDrivers.join(',')}]`
  if (logDriver !== 'awslogs') return
  if (draft.executionRoleArn === undefined) {
    yield 'Fargate requires task definition to have execution role ARN to support log driver awslogs.'
  }
  if (options['awslogs-stream-prefix'] === undefined) {
    yield 'Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs.'
  }
}
