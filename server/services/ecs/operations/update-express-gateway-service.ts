// Differs from AWS: as for CreateExpressGatewayService; and the load balancer stays in the network that it was made in.
import type {
  ExpressGatewayScalingTarget,
  UpdateExpressGatewayServiceRequest,
  UpdateExpressGatewayServiceResponse,
} from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { expressServices } from '../../../store/ecs-express-tables.ts'
import type { ExpressIngress, ExpressServiceRow } from '../../../store/ecs-express-tables.ts'
import { targetGroups } from '../../../store/elbv2-tables.ts'
import type { Transaction } from '../../../store/store.ts'
import type { EcsContext } from '../context.ts'
import { checkExpress, expressNetwork, withScaling } from '../express/check-express.ts'
import { expressTaskDefinition } from '../express/express-definition.ts'
import { activeExpressService, showConfiguration, showExpressService } from '../express/find-express-service.ts'
import { findCluster } from '../find-cluster.ts'
import { checkNetworkOwners } from '../tasks/check-network-owners.ts'
import { putExpressScaling, reachedContainer, registeredIn } from '../express/express-ingress.ts'
import { putServiceUpdate } from './update-service.ts'

/**
 * Changes what is given of an Express service, by a new deployment; the rest stays.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateExpressGatewayService.html
 */
export async function updateExpressGatewayService(
  context: EcsContext,
  input: UpdateExpressGatewayServiceRequest,
): Promise<UpdateExpressGatewayServiceResponse> {
  checkExpress(input)
  const { express, row } = activeExpressService(context, input.serviceArn)
  const { clusterArn, serviceName } = row.service
  const configuration = changedConfiguration(express, input)
  const clusterName = clusterArn.slice(clusterArn.lastIndexOf('/') + 1)
  const taskDefinition = await expressTaskDefinition(context, `${clusterName}-${serviceName}`.slice(0, 255), configuration)
  const networkConfiguration = await expressNetwork(context, configuration)
  await checkNetworkOwners(context, { networkConfiguration })
  const changed = await context.store.commit(transaction => {
    const { express: now, row: service } = activeExpressService(context, input.serviceArn)
    const put: ExpressServiceRow = { ...now, configuration, updatedAt: context.clock.now() }
    putServiceUpdate(context, transaction, findCluster(context, clusterArn), {
      cluster: clusterArn,
      service: serviceName,
      taskDefinition,
      networkConfiguration,
      desiredCount: between(service.service.desiredCount, configuration.scalingTarget),
      ...(now.ingress === undefined ? {} : { loadBalancers: registeredIn(now.ingress, reachedContainer(context, taskDefinition)) }),
    })
    if (now.ingress !== undefined) putIngressUpdate(context, transaction, put, now.ingress)
    transaction.put(expressServices, put)
    return put
  })
  context.wake('service', input.serviceArn)
  if (changed.ingress !== undefined) context.wake('target-group', changed.ingress.targetGroupArn)
  const found = activeExpressService(context, input.serviceArn)
  const { activeConfigurations: _, ...shown } = showExpressService(found, { withTags: false, door: context.endpointUrl })
  return {
    service: {
      serviceArn: shown.serviceArn,
      cluster: shown.cluster,
      serviceName: shown.serviceName,
      status: shown.status,
      targetConfiguration: showConfiguration(found, context.endpointUrl),
      createdAt: epochSeconds(changed.createdAt),
      updatedAt: epochSeconds(changed.updatedAt),
    },
  }
}

function between(count: number, { minTaskCount = 0, maxTaskCount = Infinity }: ExpressGatewayScalingTarget = {}): number {
  return Math.max(minTaskCount, Math.min(maxTaskCount, count))
}

function putIngressUpdate(
  context: EcsContext,
  transaction: Transaction,
  { serviceArn, configuration }: ExpressServiceRow,
  ingress: ExpressIngress,
): void {
  putExpressScaling(context, transaction, { serviceArn, ingress, configuration })
  const row = context.store.table(targetGroups).get(ingress.targetGroupArn)
  if (row === undefined) return
  transaction.put(targetGroups, { ...row, targetGroup: { ...row.targetGroup, HealthCheckPath: configuration.healthCheckPath } })
}

/** A task definition that is given takes the place of the container, and the other way round. */
function changedConfiguration(
  { configuration: before }: ExpressServiceRow,
  { serviceArn: _arn, scalingTarget, ...given }: UpdateExpressGatewayServiceRequest,
): ExpressServiceRow['configuration'] {
  const { primaryContainer, taskDefinitionArn, ...kept } = before
  const isGiven = given.taskDefinitionArn !== undefined || given.primaryContainer !== undefined
  const source = isGiven ? {} : primaryContainer === undefined ? { taskDefinitionArn } : { primaryContainer }
  return { ...kept, ...source, ...given, scalingTarget: withScaling(before.scalingTarget ?? {}, scalingTarget) }
}
