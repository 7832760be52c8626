import { Deferred } from '../value.ts'
import { type Input, written } from '../wanted.ts'

// CloudFormation's properties of ECS are the API's members with a capital letter, and may be texts where the API wants
// numbers. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECS.html

/** Members whose own members are the user's. */
const maps = new Set(['DockerLabels', 'Options', 'DriverOpts', 'Labels'])

const spelled: Readonly<Record<string, string>> = {
  FSxWindowsFileServerVolumeConfiguration: 'fsxWindowsFileServerVolumeConfiguration',
  FilesystemId: 'fileSystemId',
  AwsVpcConfiguration: 'awsvpcConfiguration',
  PlacementStrategies: 'placementStrategy',
  ClusterSettings: 'settings',
}

const numbers = new Set(
  [
    'cpu memory memoryReservation containerPort hostPort startTimeout stopTimeout interval timeout retries startPeriod softLimit',
    'hardLimit sharedMemorySize maxSwap swappiness size desiredCount healthCheckGracePeriodSeconds maximumPercent port',
    'minimumHealthyPercent weight base bakeTimeInMinutes sizeInGiB iops throughput targetCapacity minimumScalingStepSize',
    'TargetValue MinCapacity MaxCapacity ScaleInCooldown ScaleOutCooldown Cooldown ScalingAdjustment MinAdjustmentMagnitude',
    'MetricIntervalLowerBound MetricIntervalUpperBound',
    'maximumScalingStepSize instanceWarmupPeriod restartAttemptPeriod transitEncryptionPort TTL FailureThreshold',
  ].flatMap(line => line.split(' ')),
)
const booleans = new Set(
  [
    'essential privileged readonlyRootFilesystem interactive pseudoTerminal disableNetworking readOnly enable rollback enabled',
    'enableECSManagedTags enableExecuteCommand initProcessEnabled autoprovision encrypted enableFaultInjection',
  ].flatMap(line => line.split(' ')),
)

/** The API's input of ECS. */
export const ecsInput = (properties: unknown): Input => {
  const made = apiValue(properties)
  return typeof made === 'object' && made !== null ? { ...made } : {}
}

const apiValue = (value: unknown): unknown => {
  if (value instanceof Deferred) return value
  if (Array.isArray(value)) return value.map(apiValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const api = spelled[name] ?? lowerFirst(name)
      return [api, maps.has(name) ? texts(member) : typed(api, apiValue(member))]
    }),
  )
}

/** `EFSVolumeConfiguration` → `efsVolumeConfiguration`, `EnableECSManagedTags` → `enableECSManagedTags`. */
const lowerFirst = (name: string): string => name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, letters => letters.toLowerCase())

const texts = (value: unknown): unknown =>
  typeof value !== 'object' || value === null
    ? value
    : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, member instanceof Deferred ? member : String(member)]))

const typed = (name: string, value: unknown): unknown => {
  if (numbers.has(name) && typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)) return Number(value)
  if (booleans.has(name) && (value === 'true' || value === 'false')) return value === 'true'
  if (name === 'value' && (typeof value === 'number' || typeof value === 'boolean')) return String(value)
  return value
}

/** A task definition's own cpu and memory are texts. */
export const taskDefinitionInput = (properties: unknown): Input => {
  const input = ecsInput(properties)
  const asText = (member: 'cpu' | 'memory') => (input[member] === undefined ? {} : { [member]: written(input[member]) })
  return { ...input, ...asText('cpu'), ...asText('memory') }
}

/** The API's input of Cloud Map and Application Auto Scaling: the same names, with numbers. */
export const typedMembers = (value: unknown): unknown => {
  if (value instanceof Deferred || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(typedMembers)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, typed(name, typedMembers(member))]))
}
