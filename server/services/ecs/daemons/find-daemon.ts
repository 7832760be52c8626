import { ServiceError } from '../../../aws/errors.ts'
import type { DaemonStatus } from '../../../aws/generated/ecs.ts'
import { ecsArn, parseArn } from '../../../domain/arn.ts'
import type { Place } from '../../../domain/arn.ts'
import { daemons } from '../../../store/ecs-daemon-tables.ts'
import type { DaemonRow } from '../../../store/ecs-daemon-tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'

export const daemonArn = (place: Place, clusterName: string, daemonName: string): string =>
  ecsArn(place, `daemon/${clusterName}/${daemonName}`)

export const daemonStatus = ({ deletedAt }: DaemonRow): DaemonStatus => (deletedAt === undefined ? 'ACTIVE' : 'DELETE_IN_PROGRESS')

/** What follows the type in an ARN of ECS here, split at slashes. Throws InvalidParameterException for any other text. */
export function partsInArn(place: Place, text: string, type: string): readonly string[] {
  const arn = parseArn(text)
  if (arn === undefined || arn.service !== 'ecs') throw invalidParameter('Invalid identifier: Unexpected number of separators')
  const [found = '', ...parts] = arn.resource.split('/')
  refuseIf(found !== type, `Unsupported resource type: ${found}`)
  refuseIf(arn.region !== place.region, `Invalid identifier: Identifier is for ${arn.region}. Your region is ${place.region}`)
  refuseIf(arn.account !== place.account, `Invalid identifier: Identifier is for ${arn.account}. Your accountId is ${place.account}`)
  return parts
}

/**
 * The daemon of an ARN; undefined where its cluster has none of that name. Throws ClusterNotFoundException, and
 * InvalidParameterException for what is no daemon's ARN.
 */
export function daemonAt(context: EcsContext, arn: string): DaemonRow | undefined {
  const parts = partsInArn(context, arn, 'daemon')
  refuseIf(parts.length !== 2, 'Invalid identifier: Unexpected number of separators')
  findCluster(context, parts[0], { allowInactive: true })
  return context.store.table(daemons).get(arn)
}

/** The daemon of an ARN. Throws DaemonNotFoundException and what `daemonAt` throws. */
export function findDaemon(context: EcsContext, arn: string): DaemonRow {
  const row = daemonAt(context, arn)
  if (row === undefined) throw new ServiceError('DaemonNotFoundException', 'Daemon not found.')
  return row
}
