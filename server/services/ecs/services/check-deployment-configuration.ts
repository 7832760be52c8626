import { ServiceError } from '../../../aws/errors.ts'
import type {
  DeploymentCircuitBreaker,
  DeploymentConfiguration,
  DeploymentControllerType,
  DeploymentLifecycleHook,
  SchedulingStrategy,
} from '../../../aws/generated/ecs.ts'
import { rollingStages } from '../../../domain/services/rolling-stages.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'

interface Kind {
  readonly schedulingStrategy: SchedulingStrategy
  readonly controller: DeploymentControllerType
}

/**
 * Refuses a deployment configuration that a service of that kind cannot have. Throws InvalidParameterException and, for
 * hooks that are not carried out, UnsupportedFeatureException.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
export function checkDeploymentConfiguration(configuration: DeploymentConfiguration, kind: Kind): void {
  checkPercents(configuration, kind)
  checkStrategy(configuration, kind)
  checkCircuitBreaker(configuration.deploymentCircuitBreaker, kind)
  const { alarms, bakeTimeInMinutes: bakeTime } = configuration
  if (alarms !== undefined) {
    refuseIf(kind.controller !== 'ECS', 'Deployment alarms are only supported with the ECS deployment controller.')
    refuseIf(alarms.enable && alarms.alarmNames.length === 0, 'alarmNames can not be empty when deployment alarms are enabled.')
  }
  refuseIf(
    bakeTime !== undefined && !isBetween(bakeTime, 0, longestBakeTime),
    `bakeTimeInMinutes must be between 0 and ${longestBakeTime}.`,
  )
  checkHooks(configuration, kind)
}

/** How many hooks of each type a service has at most. */
const mostHooks = 10

function checkHooks(
  { lifecycleHooks = [], strategy = 'ROLLING' }: DeploymentConfiguration,
  { schedulingStrategy, controller }: Kind,
): void {
  for (const hook of lifecycleHooks) checkHook(hook)
  for (const type of ['AWS_LAMBDA', 'PAUSE'] as const) {
    const { length } = lifecycleHooks.filter(({ targetType = 'AWS_LAMBDA' }) => targetType === type)
    refuseIf(length > mostHooks, `lifecycleHooks can have at most ${mostHooks} hooks of type ${type}.`)
  }
  if (strategy !== 'ROLLING' || lifecycleHooks.length === 0) return
  if (controller !== 'ECS' || schedulingStrategy === 'DAEMON') {
    throw new ServiceError('UnsupportedFeatureException', 'kecs carries out lifecycle hooks of REPLICA services that ECS deploys alone.')
  }
  // No traffic shifts: what such stages mean there is not documented, and nothing is made up.
  const other = lifecycleHooks.flatMap(({ lifecycleStages = [] }) => lifecycleStages).find(stage => !rollingStages.has(stage))
  if (other !== undefined) {
    throw new ServiceError('UnsupportedFeatureException', `kecs carries out no lifecycle hook at ${other} of a ROLLING deployment.`)
  }
}

/** One day in minutes. */
const longestBakeTime = 1440

const isBetween = (value: number, least: number, most: number): boolean => value >= least && value <= most

function checkPercents({ minimumHealthyPercent: minimum, maximumPercent: maximum }: DeploymentConfiguration, kind: Kind): void {
  refuseIf(minimum !== undefined && minimum < 0, 'minimumHealthyPercent must be at least 0')
  refuseIf(minimum !== undefined && minimum > 100, 'minimumHealthyPercent must be at most 100')
  refuseIf(maximum !== undefined && maximum < 100, 'maximumPercent must be at least 100')
  refuseIf(
    kind.schedulingStrategy === 'DAEMON' && maximum !== undefined && maximum > 100,
    'The daemon scheduling strategy does not support values above 100 for maximumPercent on a deployment configuration. Change the maximumPercent value to 100, and try again',
  )
  refuseIf(
    minimum === 100 && maximum === 100,
    'Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.',
  )
}

function checkStrategy(configuration: DeploymentConfiguration, { schedulingStrategy, controller }: Kind): void {
  const { strategy = 'ROLLING', linearConfiguration: linear, canaryConfiguration: canary } = configuration
  const is = `The deployment strategy ${strategy} is only supported with the`
  refuseIf(strategy !== 'ROLLING' && controller !== 'ECS', `${is} ECS deployment controller.`)
  refuseIf(strategy !== 'ROLLING' && schedulingStrategy === 'DAEMON', `${is} REPLICA scheduling strategy.`)
  refuseIf(linear !== undefined && strategy !== 'LINEAR', 'linearConfiguration is only supported with the LINEAR deployment strategy.')
  refuseIf(canary !== undefined && strategy !== 'CANARY', 'canaryConfiguration is only supported with the CANARY deployment strategy.')
  checkEarlySuccess(configuration, strategy)
  const { stepPercent = 10, stepBakeTimeInMinutes: stepBake = 6 } = linear ?? {}
  refuseIf(!isBetween(stepPercent, 3, 100), 'stepPercent must be between 3.0 and 100.0.')
  refuseIf(!isBetween(stepBake, 0, longestBakeTime), `stepBakeTimeInMinutes must be between 0 and ${longestBakeTime}.`)
  const { canaryPercent = 5, canaryBakeTimeInMinutes: canaryBake = 10 } = canary ?? {}
  refuseIf(!isBetween(canaryPercent, 0.1, 100), 'canaryPercent must be between 0.1 and 100.0.')
  refuseIf(!isBetween(canaryBake, 0, longestBakeTime), `canaryBakeTimeInMinutes must be between 0 and ${longestBakeTime}.`)
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentEarlySuccessCriteria.html */
function checkEarlySuccess({ earlySuccessCriteria: early, minimumHealthyPercent }: DeploymentConfiguration, strategy: string): void {
  if (early?.enable !== true) return
  const { healthyPercent, sourceServiceRevisionCleanup } = early
  refuseIf(strategy !== 'ROLLING', 'earlySuccessCriteria is only supported with the ROLLING deployment strategy.')
  refuseIf(
    healthyPercent === undefined || sourceServiceRevisionCleanup === undefined,
    'healthyPercent and sourceServiceRevisionCleanup are required when earlySuccessCriteria is enabled.',
  )
  refuseIf(
    (healthyPercent ?? 0) < (minimumHealthyPercent ?? 0),
    'healthyPercent of earlySuccessCriteria must be greater than or equal to minimumHealthyPercent.',
  )
}

function checkCircuitBreaker(breaker: DeploymentCircuitBreaker | undefined, { controller }: Kind): void {
  if (breaker === undefined) return
  refuseIf(
    breaker.enable && controller !== 'ECS',
    'Deployment circuit breaker feature is only supported with the ECS deployment controller.',
  )
  const threshold = breaker.thresholdConfiguration
  if (threshold === undefined) return
  const { type, value } = threshold
  refuseIf(value < 1, 'The value of the circuit breaker threshold must be at least 1.')
  refuseIf(type !== 'COUNT' && value > 100, 'The value of the circuit breaker threshold must be at most 100 for a percentage.')
}

function checkHook(hook: DeploymentLifecycleHook): void {
  const { targetType = 'AWS_LAMBDA', hookTargetArn, roleArn, lifecycleStages = [], timeoutConfiguration } = hook
  if (lifecycleStages.length === 0) throw invalidParameter('lifecycleStages can not be empty.')
  if (targetType === 'PAUSE') {
    refuseIf(hookTargetArn !== undefined, 'hookTargetArn is not supported for a lifecycle hook of type PAUSE.')
    const shift = lifecycleStages.find(stage => stage === 'TEST_TRAFFIC_SHIFT' || stage === 'PRODUCTION_TRAFFIC_SHIFT')
    refuseIf(shift !== undefined, `A lifecycle hook of type PAUSE is not supported at the lifecycle stage ${shift ?? ''}.`)
    return
  }
  refuseIf(hookTargetArn === undefined, 'hookTargetArn is required for a lifecycle hook of type AWS_LAMBDA.')
  refuseIf(roleArn === undefined, 'roleArn is required for a lifecycle hook of type AWS_LAMBDA.')
  const { timeoutInMinutes = 1 } = timeoutConfiguration ?? {}
  refuseIf(timeoutInMinutes > longestBakeTime, `timeoutInMinutes must be between 1 and ${longestBakeTime}.`)
}
