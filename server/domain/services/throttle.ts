import type { DeploymentRecord } from '../../store/service-tables.ts'

/** AWS's longest pause between restarts. Milliseconds. */
const longestMs = 27 * 60_000
const firstMs = 1_000
/** Between attempts to place a task that finds no room. Milliseconds. */
const placeAgainMs = 5_000

/** How often, as a multiple of the desired count, tasks have failed in a row. */
const roundsOf = ({ failedTasks }: DeploymentRecord, desiredCount: number): number => failedTasks / Math.max(1, desiredCount)

/** Whether a service is said to be unable to start its tasks. */
export const failsConsistently = (deployment: DeploymentRecord, desiredCount: number): boolean => roundsOf(deployment, desiredCount) >= 3

/**
 * When a deployment may launch tasks again, in milliseconds since the epoch. Pauses double with each round of failures,
 * up to AWS's longest; AWS does not publish the shorter ones.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html
 */
export const mayLaunchAt = (deployment: DeploymentRecord, desiredCount: number): number => {
  const { failedTasks, lastFailureAt = 0, unplacedAt } = deployment
  const pauseMs = Math.min(longestMs, firstMs * 2 ** (roundsOf(deployment, desiredCount) - 1))
  return Math.max(failedTasks === 0 ? 0 : lastFailureAt + pauseMs, unplacedAt === undefined ? 0 : unplacedAt + placeAgainMs)
}
