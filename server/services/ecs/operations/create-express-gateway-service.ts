// Differs from AWS: the load balancer listens on port 80 for plain HTTP, and a service's address is its host name at the AWS
// door: no certificate is made. Deployments are ROLLING, with one target group. No log group and no security group is made.
// Without subnets, and without a backend that has EC2, one of no VPC is taken.
import type {
  CreateExpressGatewayServiceRequest,
  CreateExpressGatewayServiceResponse,
  CreateServiceRequest,
  ExpressGatewayServiceConfiguration,
} from '../../../aws/generated/ecs.ts'
import { expressHost } from '../../../domain/express/names.ts'
import { serviceArn as arnOf } from '../../../domain/services/records.ts'
import { expressServices } from '../../../store/ecs-express-tables.ts'
import { type WantedIngress, putIngress } from '../../../store/express-ingress.ts'
import { services } from '../../../store/service-tables.ts'
import type { Transaction } from '../../../store/store.ts'
import type { EcsContext } from '../context.ts'
import { expressTaskDefinition, standardConfiguration } from '../express/express-definition.ts'
import { checkExpress, checkExpressRole, expressNetwork, withScaling } from '../express/check-express.ts'
import { expressPlacement, putExpressScaling, reachedContainer, registeredIn } from '../express/express-ingress.ts'
import { findExpressService, showExpressService } from '../express/find-express-service.ts'
import { findCluster } from '../find-cluster.ts'
import { checkCreateService } from '../services/check-create-service.ts'
import { putNewService } from '../services/new-service.ts'
import { checkNetworkOwners } from '../tasks/check-network-owners.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { digestOf } from '../tasks/repeated-call.ts'

/**
 * Makes a service of a container image, with a task definition of its own, and what leads to it and scales it.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateExpressGatewayService.html
 */
export async function createExpressGatewayService(
  context: EcsContext,
  input: CreateExpressGatewayServiceRequest,
): Promise<CreateExpressGatewayServiceResponse> {
  checkExpress(input)
  const { infrastructureRoleArn, tags, cluster: _cluster, serviceName: _name, scalingTarget, ...given } = input
  const { clusterName } = findCluster(context, input.cluster).cluster
  const serviceName = input.serviceName ?? `express-${context.ids.hex32().slice(0, 12)}`
  const serviceArn = arnOf(context, clusterName, serviceName)
  refuseTaken(context, serviceArn)
  const configuration = {
    ...standardConfiguration,
    ...given,
    scalingTarget: withScaling(standardConfiguration.scalingTarget, scalingTarget),
  }
  const networkConfiguration = await expressNetwork(context, configuration)
  await checkNetworkOwners(context, { networkConfiguration })
  await checkExpressRole(context, infrastructureRoleArn)
  const { subnets = [], securityGroups = [] } = networkConfiguration.awsvpcConfiguration ?? {}
  const placement = { subnets, securityGroups, ...(await expressPlacement(context, subnets)) }
  const taskDefinition = await expressTaskDefinition(context, `${clusterName}-${serviceName}`.slice(0, 255), configuration)
  const request: CreateServiceRequest = {
    cluster: clusterName,
    serviceName,
    taskDefinition,
    desiredCount: configuration.scalingTarget.minTaskCount,
    launchType: 'FARGATE',
    networkConfiguration,
    ...(tags === undefined ? {} : { tags }),
  }
  checkCreateService(request)
  const ingress = await context.store.commit(transaction =>
    put(context, transaction, { serviceArn, infrastructureRoleArn, configuration, request, placement }),
  )
  context.wake('service', serviceArn)
  context.wake('load-balancer', ingress.loadBalancerArn)
  context.wake('target-group', ingress.targetGroupArn)
  const made = findExpressService(context, serviceArn)
  return made === undefined ? {} : { service: showExpressService(made, { withTags: true, door: context.endpointUrl }) }
}

function refuseTaken({ store }: EcsContext, serviceArn: string): void {
  const isTaken = (store.table(services).get(serviceArn)?.service.status ?? 'INACTIVE') !== 'INACTIVE'
  refuseIf(isTaken, 'Creation of service was not idempotent.')
}

interface Wanted {
  readonly serviceArn: string
  readonly infrastructureRoleArn: string
  readonly configuration: ExpressGatewayServiceConfiguration
  readonly request: CreateServiceRequest
  readonly placement: Pick<WantedIngress, 'subnets' | 'securityGroups' | 'zones' | 'vpcId' | 'isNetworkKnown'>
}

function put(
  context: EcsContext,
  transaction: Transaction,
  { serviceArn, infrastructureRoleArn, configuration, request, placement }: Wanted,
) {
  const { store, ids } = context
  const now = context.clock.now()
  refuseTaken(context, serviceArn)
  const container = reachedContainer(context, request.taskDefinition ?? '')
  const ingress = putIngress(store, transaction, {
    ...placement,
    place: context,
    ids,
    now,
    host: expressHost(request.serviceName, context.region, ids.hex32().slice(0, 12)),
    port: container.containerPort,
    healthCheckPath: configuration.healthCheckPath ?? standardConfiguration.healthCheckPath,
  })
  const whole = { ...request, loadBalancers: registeredIn(ingress, container) }
  putNewService(context, transaction, findCluster(context, request.cluster), whole, digestOf(whole))
  putExpressScaling(context, transaction, { serviceArn, ingress, configuration })
  // What is left of services that are not even described any more.
  const old = [...store.table(expressServices).all()].filter(each => store.table(services).get(each.serviceArn) === undefined)
  for (const each of old) transaction.remove(expressServices, each.serviceArn)
  transaction.put(expressServices, { serviceArn, infrastructureRoleArn, configuration, ingress, createdAt: now, updatedAt: now })
  return ingress
}
