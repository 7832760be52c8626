// Differs from AWS: what VPC Lattice and Amazon ECS gateways would do with a service's connectors is kept and shown only,
// as are TLS, logs, container settings and ingressPortOverride of Service Connect, which the gateway carries: connections of
// its ports without appProtocol are not tried elsewhere when they fail, which leaves the task out until it accepts some. There
// are no Classic Load Balancers, and lifecycle hooks of ROLLING deployments are refused at the stages of traffic shifts. EBS
// volumes that are configured at launch are folders, empty whatever their snapshot. A health check grace period is taken
// without load balancers too.
import type { CreateServiceRequest, CreateServiceResponse } from '../../../aws/generated/ecs.ts'
import { serviceArn as arnOf } from '../../../domain/services/records.ts'
import { services } from '../../../store/service-tables.ts'
import type { ServiceRow } from '../../../store/service-tables.ts'
import type { ClusterRow } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { findCluster } from '../find-cluster.ts'
import { checkCreateService } from '../services/check-create-service.ts'
import { putNewService } from '../services/new-service.ts'
import { showService } from '../services/show-service.ts'
import { checkNetworkOwners } from '../tasks/check-network-owners.ts'
import { checkServiceRoles } from '../tasks/check-roles.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { digestOf } from '../tasks/repeated-call.ts'

/**
 * Records a service with its first deployment; the service reconciler runs its tasks. The same call again answers the
 * service that is there.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
 */
export async function createService(context: EcsContext, request: CreateServiceRequest): Promise<CreateServiceResponse> {
  const cluster = findCluster(context, request.cluster)
  checkCreateService(request)
  await checkNetworkOwners(context, request)
  await checkServiceRoles(context, request)
  const requestDigest = digestOf(request)
  const { serviceArn, service } = await context.store.commit(transaction => {
    const row = existing(context, request, cluster, requestDigest) ?? putNewService(context, transaction, cluster, request, requestDigest)
    return { serviceArn: row.service.serviceArn, service: showService(context, row, { withTags: true }) }
  })
  context.wake('service', serviceArn)
  return { service }
}

/**
 * What an earlier call of the same kind made. Throws InvalidParameterException where the name or the token stands for
 * another service, or for one that is on its way out.
 */
function existing(
  context: EcsContext,
  { serviceName, clientToken }: CreateServiceRequest,
  { cluster: { clusterArn, clusterName } }: ClusterRow,
  requestDigest: string,
): ServiceRow | undefined {
  const table = context.store.table(services)
  const row = table.get(arnOf(context, clusterName, serviceName))
  refuseIf(row?.service.status === 'DRAINING', 'Unable to Start a service that is still Draining.')
  const isThere = row?.service.status === 'ACTIVE'
  if (isThere && row.requestDigest === requestDigest) return row
  const ofToken = clientToken === undefined ? [] : [...table.by('clientToken', `${clusterArn} ${clientToken}`)]
  const isTokenTaken = ofToken.some(({ service }) => service.status !== 'INACTIVE' && service.serviceName !== serviceName)
  refuseIf(isThere || isTokenTaken, 'Creation of service was not idempotent.')
  return undefined
}
