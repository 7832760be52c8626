import type { DeploymentCircuitBreaker } from '../../aws/generated/ecs.ts'

const classic = { type: 'BOUNDED_PERCENT', value: 50 } as const

/**
 * How many failures end a deployment: half of the desired count, but from 3 to 200, unless configured otherwise.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
 */
export const failureThreshold = (desiredCount: number, breaker: DeploymentCircuitBreaker): number => {
  const { type, value } = breaker.thresholdConfiguration ?? classic
  if (type === 'COUNT') return value
  const share = Math.ceil((desiredCount * value) / 100)
  return type === 'BOUNDED_PERCENT' ? Math.min(200, Math.max(3, share)) : Math.max(1, share)
}
