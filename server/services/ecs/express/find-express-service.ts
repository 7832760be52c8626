import { ServiceError } from '../../../aws/errors.ts'
import type { ECSExpressGatewayService, ExpressGatewayServiceConfiguration } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { nameInArn } from '../../../domain/arn.ts'
import { expressServices } from '../../../store/ecs-express-tables.ts'
import type { ExpressServiceRow } from '../../../store/ecs-express-tables.ts'
import { services } from '../../../store/service-tables.ts'
import type { ServiceRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { partsInArn } from '../daemons/find-daemon.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

export interface ExpressService {
  readonly express: ExpressServiceRow
  /** The service that runs it. */
  readonly row: ServiceRow
}

/**
 * The Express service of an ARN, of any status; undefined when its cluster has none. Throws
 * ClusterNotFoundException, and InvalidParameterException for what is no service's ARN.
 */
export function findExpressService(context: EcsContext, serviceArn: string): ExpressService | undefined {
  const parts = partsInArn(context, serviceArn, 'service')
  refuseIf(parts.length !== 2, 'Invalid identifier: Unexpected number of separators')
  findCluster(context, parts[0], { allowInactive: true })
  const express = context.store.table(expressServices).get(serviceArn)
  const row = context.store.table(services).get(serviceArn)
  return express === undefined || row === undefined ? undefined : { express, row }
}

/** One that is ACTIVE. Throws ServiceNotFoundException, ServiceNotActiveException and what `findExpressService` throws. */
export function activeExpressService(context: EcsContext, serviceArn: string): ExpressService {
  const found = findExpressService(context, serviceArn)
  if (found === undefined) throw new ServiceError('ServiceNotFoundException', 'Service not found.')
  const { status } = found.row.service
  if (status !== 'ACTIVE') {
    throw new ServiceError('ServiceNotActiveException', `Cannot perform this operation on a service in ${status} status.`)
  }
  return found
}

/** As the Express operations show it; `door` is the AWS door's URL, where its host name is answered. */
export function showExpressService(
  { express, row }: ExpressService,
  options: { readonly withTags: boolean; readonly door: string },
): ECSExpressGatewayService {
  const { service, serviceDeploymentArn } = row
  return {
    cluster: nameInArn(service.clusterArn),
    serviceName: service.serviceName,
    serviceArn: service.serviceArn,
    infrastructureRoleArn: express.infrastructureRoleArn,
    status: { statusCode: service.status },
    ...(serviceDeploymentArn === undefined ? {} : { currentDeployment: serviceDeploymentArn }),
    activeConfigurations: service.status === 'INACTIVE' ? [] : [showConfiguration({ express, row }, options.door)],
    tags: options.withTags ? row.tags : [],
    createdAt: epochSeconds(express.createdAt),
    updatedAt: epochSeconds(express.updatedAt),
  }
}

/** At the door's port: `http://HOST:PORT`. */
function endpointOf(host: string, door: string): string {
  const url = new URL(door)
  url.hostname = host
  return url.origin
}

/** The configuration that the service runs, or is on its way to. */
export const showConfiguration = ({ express, row }: ExpressService, door: string): ExpressGatewayServiceConfiguration => ({
  ...express.configuration,
  ...(row.deployments[0] === undefined ? {} : { serviceRevisionArn: row.deployments[0].serviceRevisionArn }),
  taskDefinitionArn: row.service.taskDefinition,
  ingressPaths: express.ingress === undefined ? [] : [{ accessType: 'PUBLIC', endpoint: endpointOf(express.ingress.host, door) }],
  createdAt: epochSeconds(express.updatedAt),
})
