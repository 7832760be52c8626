import type { DeploymentConfiguration } from '../../aws/generated/ecs.ts'

/** Between which a service's tasks are kept while they are replaced. */
export interface Bounds {
  /** How many tasks stay healthy at least. */
  readonly lower: number
  /** How many tasks are PENDING or RUNNING at most. */
  readonly upper: number
}

/** Percent, where nothing else is configured. */
const defaults = {
  REPLICA: { minimumHealthyPercent: 100, maximumPercent: 200 },
  DAEMON: { minimumHealthyPercent: 0, maximumPercent: 100 },
} as const

/**
 * The minimum is rounded up, the maximum down.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
export const boundsOf = (
  desiredCount: number,
  schedulingStrategy: 'REPLICA' | 'DAEMON',
  configuration: Pick<DeploymentConfiguration, 'maximumPercent' | 'minimumHealthyPercent'> | undefined,
): Bounds => {
  const { minimumHealthyPercent, maximumPercent } = defaults[schedulingStrategy]
  return {
    lower: Math.ceil((desiredCount * (configuration?.minimumHealthyPercent ?? minimumHealthyPercent)) / 100),
    upper: Math.floor((desiredCount * (configuration?.maximumPercent ?? maximumPercent)) / 100),
  }
}
