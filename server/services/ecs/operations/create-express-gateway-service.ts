// Differs from AWS: runs the tasks as a service with as many tasks as the least that is asked for; no load balancer, address,
// certificate or scaling policy is made for it, so it has no ingress paths. Without subnets one of no VPC is shown.
import type { CreateExpressGatewayServiceRequest, CreateExpressGatewayServiceResponse } from '../../../aws/generated/ecs.ts'
import { serviceArn as arnOf } from '../../../domain/services/records.ts'
import { expressServices } from '../../../store/ecs-express-tables.ts'
import type { ExpressServiceRow } from '../../../store/ecs-express-tables.ts'
import { services } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { expressTaskDefinition, standardConfiguration } from '../express/express-definition.ts'
import { checkExpress, expressNetwork } from '../express/check-express.ts'
import { findExpressService, showExpressService } from '../express/find-express-service.ts'
import { findCluster } from '../find-cluster.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'
import { createService } from './create-service.ts'

/**
 * Makes a service of a container image, with a task definition of its own.
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
  const isTaken = (context.store.table(services).get(serviceArn)?.service.status ?? 'INACTIVE') !== 'INACTIVE'
  refuseIf(isTaken, 'Creation of service was not idempotent.')
  const configuration = { ...standardConfiguration, ...given, scalingTarget: { ...standardConfiguration.scalingTarget, ...scalingTarget } }
  const taskDefinition = await expressTaskDefinition(context, `${clusterName}-${serviceName}`.slice(0, 255), configuration)
  await createService(context, {
    cluster: clusterName,
    serviceName,
    taskDefinition,
    desiredCount: configuration.scalingTarget.minTaskCount,
    launchType: 'FARGATE',
    networkConfiguration: expressNetwork(configuration),
    ...(tags === undefined ? {} : { tags }),
  })
  const now = context.clock.now()
  const express: ExpressServiceRow = { serviceArn, infrastructureRoleArn, configuration, createdAt: now, updatedAt: now }
  await context.store.commit(transaction => {
    // What is left of services that are not even described any more.
    for (const { serviceArn: old } of context.store.table(expressServices).all()) {
      if (context.store.table(services).get(old) === undefined) transaction.remove(expressServices, old)
    }
    transaction.put(expressServices, express)
  })
  const made = findExpressService(context, serviceArn)
  return made === undefined ? {} : { service: showExpressService(made, { withTags: true }) }
}
