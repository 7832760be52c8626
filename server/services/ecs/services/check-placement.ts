import type { PlacementConstraint, PlacementStrategy, SchedulingStrategy } from '../../../aws/generated/ecs.ts'
import { ClusterQueryError } from '../../../domain/cluster-query-error.ts'
import { parseClusterQuery } from '../../../domain/cluster-query.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'

/** A service's placement, as a call gives it. */
export interface Placement {
  readonly placementConstraints?: readonly PlacementConstraint[] | undefined
  readonly placementStrategy?: readonly PlacementStrategy[] | undefined
}

const binpackFields: ReadonlySet<string> = new Set(['cpu', 'memory'])

/**
 * Refuses placement that a service cannot have. Throws InvalidParameterException.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement.html
 */
export function checkPlacement(placement: Placement, schedulingStrategy: SchedulingStrategy): void {
  const { placementConstraints = [], placementStrategy = [] } = placement
  refuseIf(placementStrategy.length > 5, 'Maximum number of strategies is 5.')
  refuseIf(placementConstraints.length > 10, 'Maximum number of constraints is 10.')
  refuseIf(
    schedulingStrategy === 'DAEMON' && placementStrategy.length > 0,
    'The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again',
  )
  for (const strategy of placementStrategy) checkStrategy(strategy)
  for (const { type, expression } of placementConstraints) {
    if (type === undefined) throw invalidParameter('Placement constraint type can not be blank.')
    refuseIf(type === 'distinctInstance' && expression !== undefined, 'distinctInstance expression should not be specified.')
    refuseIf(type === 'memberOf' && (expression ?? '').trim() === '', 'memberOf expression must be specified.')
    refuseIf((expression?.length ?? 0) > 2000, 'expression longer than 2000.')
    if (type === 'memberOf') checkExpression(expression ?? '')
  }
}

/** Throws InvalidParameterException for what is no expression of the cluster query language. */
function checkExpression(expression: string): void {
  try {
    parseClusterQuery(expression)
  } catch (error) {
    if (error instanceof ClusterQueryError) throw invalidParameter(error.message)
    throw error
  }
}

function checkStrategy({ type, field }: PlacementStrategy): void {
  if (type === undefined) throw invalidParameter('Placement strategy type can not be blank.')
  refuseIf(type === 'random' && field !== undefined, 'random field should not be specified.')
  // In any case of letters, as on AWS.
  refuseIf(type === 'binpack' && !binpackFields.has((field ?? '').toLowerCase()), `binpack field '${field ?? ''}' is invalid.`)
  refuseIf(type === 'spread' && (field ?? '') === '', 'spread field must be specified.')
}
