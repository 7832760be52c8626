import type { ContainerDefinition, HealthCheck } from '../../../aws/generated/ecs.ts'
import { isEssential, nameOf } from './draft.ts'
import type { Draft, Problems } from './draft.ts'

/** A fixed quota. */
const mostContainers = 10
const mostEnvironmentFiles = 10

export function* containerProblems(draft: Draft): Problems {
  const names = draft.containerDefinitions.map(nameOf)
  if (names.length === 0) yield 'Container list cannot be empty.'
  // The text is not AWS'.
  if (names.length > mostContainers) yield `Container list can have at most ${mostContainers} items.`
  for (const container of draft.containerDefinitions) yield* identityProblems(container)
  if (new Set(names).size < names.length) yield 'Container names must be unique within a task definition.'
  if (!draft.containerDefinitions.some(isEssential)) yield "Task definition doesn't have any essential container."
  for (const container of draft.containerDefinitions) {
    yield* memoryProblems(draft, container)
    yield* healthCheckProblems(nameOf(container), container.healthCheck)
    yield* settingProblems(container)
    yield* resourceProblems(container)
    yield* environmentFileProblems(container)
    yield* secretProblems(container)
    for (const { sourceContainer = '' } of container.volumesFrom ?? []) {
      if (!names.includes(sourceContainer)) yield `Invalid 'volumesFrom' setting. Unknown container: '${sourceContainer}'.`
    }
  }
  yield* sumProblems(draft)
}

function* identityProblems({ name = '', image = '' }: ContainerDefinition): Problems {
  if (name === '') yield 'Container.name should not be null or empty.'
  if (!/^[\w-]{1,255}$/.test(name)) yield 'Container.name contains invalid characters.'
  if (image === '') yield 'Container.image should not be null or empty.'
  if (!/^[\w\-:./#@]{1,255}$/.test(image)) yield 'Container.image contains invalid characters.'
}

function* memoryProblems(draft: Draft, container: ContainerDefinition): Problems {
  const { memory, memoryReservation } = container
  if (draft.memory === undefined && memory === undefined && memoryReservation === undefined) {
    yield `Invalid setting for container '${nameOf(container)}'. At least one of 'memory' or 'memoryReservation' must be specified.`
  }
  if (memory !== undefined && memoryReservation !== undefined && memory < memoryReservation) {
    yield `Invalid setting for container '${nameOf(container)}'. 'memory' must be greater than or equal to 'memoryReservation'.`
  }
  if (draft.memory !== undefined && (memory ?? memoryReservation ?? 0) > Number(draft.memory)) {
    yield `The 'memory' setting for container '${nameOf(container)}' is greater than for the task.`
  }
}

function* sumProblems(draft: Draft): Problems {
  const cpu = draft.containerDefinitions.reduce((sum, container) => sum + (container.cpu ?? 0), 0)
  if (draft.cpu !== undefined && cpu > Number(draft.cpu)) {
    yield "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'."
  }
}

/** Seconds, but for the number of retries. */
const healthCheckLimits = [
  ['interval', 5, 300],
  ['timeout', 2, 60],
  ['retries', 1, 10],
  ['startPeriod', 0, 300],
] as const

function* healthCheckProblems(name: string, healthCheck: HealthCheck | undefined): Problems {
  if (healthCheck === undefined) return
  if (healthCheck.command.length === 0) yield `Health check command must be specified for container '${name}'.`
  for (const [member, least, most] of healthCheckLimits) {
    const value = healthCheck[member]
    if (value !== undefined && value > most) {
      yield `Health check ${member} must be less than or equal to the maximum allowed value ${most} for container '${name}'`
    }
    if (value !== undefined && value < least) {
      yield `Health check ${member} must be greater than or equal to the minimum allowed value ${least} for container '${name}'`
    }
  }
}

function* settingProblems(container: ContainerDefinition): Problems {
  const { restartPolicy, ulimits = [] } = container
  const period = restartPolicy?.restartAttemptPeriod
  if (period !== undefined && (period < 60 || period > 1800)) {
    yield `The 'restartAttemptPeriod' setting for container '${nameOf(container)}' must be between 60 and 1800.`
  }
  for (const { name, softLimit, hardLimit } of ulimits) {
    // -1 is Docker's word for unlimited.
    if (valueOfLimit(softLimit) > valueOfLimit(hardLimit)) yield `Soft limit exceeds hard limit for ulimit ${name}`
  }
}

/** What Docker or the kernel would refuse as the task starts. The texts are not AWS'. */
function* resourceProblems(container: ContainerDefinition): Problems {
  const { linuxParameters: { maxSwap, swappiness } = {}, resourceRequirements = [] } = container
  if (maxSwap !== undefined && maxSwap < 0) yield `The 'maxSwap' setting for container '${nameOf(container)}' must be 0 or more.`
  if (swappiness !== undefined && (swappiness < 0 || swappiness > 100)) {
    yield `The 'swappiness' setting for container '${nameOf(container)}' must be between 0 and 100.`
  }
  const gpus = resourceRequirements.find(({ type }) => type === 'GPU')?.value
  if (gpus !== undefined && !/^[1-9]\d*$/.test(gpus)) {
    yield `The value of the resource requirement GPU of container '${nameOf(container)}' must be a number of GPUs.`
  }
}

const valueOfLimit = (limit: number): number => (limit === -1 ? Infinity : limit)

function* environmentFileProblems({ environmentFiles = [] }: ContainerDefinition): Problems {
  if (environmentFiles.length > mostEnvironmentFiles) {
    yield 'The maximum number of environment files was exceeded. Specify ten or less and try again.'
  }
  if (environmentFiles.some(({ value }) => !/^arn:[^:]+:s3:::[^/]+\/.+$/.test(value))) yield 'Invalid arn syntax.'
}

/** A name that is given twice: which of the two values counted would be anyone's guess. */
function* secretProblems({ environment = [], secrets = [] }: ContainerDefinition): Problems {
  const taken = new Set(environment.map(({ name }) => name))
  for (const { name } of secrets) {
    if (taken.has(name)) {
      yield `The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '${name}'.`
    }
    taken.add(name)
  }
}
