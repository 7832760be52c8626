import { ServiceError } from '../../aws/errors.ts'
import { clusterArn } from '../../domain/arn.ts'
import { identifyCluster } from '../../domain/identifier.ts'
import { clusters } from '../../store/tables.ts'
import type { ClusterRow } from '../../store/tables.ts'
import type { EcsContext } from './context.ts'

/** What a call means that names no cluster. */
export const defaultClusterName = 'default'

/** How names of clusters are made. */
export const clusterNamePattern = /^[a-zA-Z0-9\-_]{1,255}$/

/** The name in a cluster's name or ARN; throws InvalidParameterException where it can be neither. */
export function clusterNameIn(context: Pick<EcsContext, 'account' | 'region'>, nameOrArn: string): string {
  if (nameOrArn.trim() === '') throw new ServiceError('InvalidParameterException', 'Cluster can not be blank.')
  const found = identifyCluster(nameOrArn, context)
  if ('problem' in found) throw new ServiceError('InvalidParameterException', found.problem)
  if (!clusterNamePattern.test(found.clusterName)) {
    throw new ServiceError('InvalidParameterException', `Cluster must match ${clusterNamePattern.source}, but was ${found.clusterName}`)
  }
  return found.clusterName
}

/**
 * The cluster that a call names, `default` where it names none. Throws ClusterNotFoundException when there is none
 * of that name or, unless `allowInactive`, when it was deleted; InvalidParameterException for an ARN of another
 * account, region or kind of resource.
 */
export function findCluster(
  context: Pick<EcsContext, 'store' | 'account' | 'region'>,
  nameOrArn: string | undefined,
  options: { readonly allowInactive?: boolean } = {},
): ClusterRow {
  const name = nameOrArn === undefined ? defaultClusterName : clusterNameIn(context, nameOrArn)
  const row = context.store.table(clusters).get(clusterArn(context, name))
  if (row === undefined) throw new ServiceError('ClusterNotFoundException', 'Cluster not found.')
  if (row.cluster.status === 'INACTIVE' && options.allowInactive !== true) {
    throw new ServiceError('ClusterNotFoundException', 'The referenced cluster was inactive.')
  }
  return row
}
