import { taskArn } from '../../../domain/arn.ts'
import { identifyTask } from '../../../domain/identifier.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter, refuseIf } from './invalid-parameter.ts'

/**
 * The ARN of the task that a call names by id or ARN, whether or not there is one. Throws InvalidParameterException
 * for what can be no task of the cluster.
 */
export function taskArnIn(context: Pick<EcsContext, 'account' | 'region'>, cluster: ClusterRow, idOrArn: string): string {
  const { clusterName } = cluster.cluster
  const found = identifyTask(idOrArn, clusterName, context)
  if ('problem' in found) throw invalidParameter(found.problem)
  // 36 was the length of ids before they were in ARNs with the cluster's name.
  refuseIf(found.id.length !== 32 && found.id.length !== 36, 'taskId length should be one of [32,36]')
  return taskArn(context, clusterName, found.id)
}
