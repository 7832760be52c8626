// Differs from AWS: as for CreateExpressGatewayService: the tasks are replaced by a deployment, and nothing else is made.
import type { UpdateExpressGatewayServiceRequest, UpdateExpressGatewayServiceResponse } from '../../../aws/generated/ecs.ts'
import { epochSeconds } from '../../../../shared/clock.ts'
import { expressServices } from '../../../store/ecs-express-tables.ts'
import type { ExpressServiceRow } from '../../../store/ecs-express-tables.ts'
import type { EcsContext } from '../context.ts'
import { checkExpress, expressNetwork } from '../express/check-express.ts'
import { expressTaskDefinition } from '../express/express-definition.ts'
import { activeExpressService, showConfiguration, showExpressService } from '../express/find-express-service.ts'
import { updateService } from './update-service.ts'

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
  const desiredCount = input.scalingTarget?.minTaskCount
  await updateService(context, {
    cluster: clusterArn,
    service: serviceName,
    taskDefinition,
    networkConfiguration: expressNetwork(configuration),
    ...(desiredCount === undefined ? {} : { desiredCount }),
  })
  const changed: ExpressServiceRow = { ...express, configuration, updatedAt: context.clock.now() }
  await context.store.commit(transaction => transaction.put(expressServices, changed))
  const found = activeExpressService(context, input.serviceArn)
  const { activeConfigurations: _, ...shown } = showExpressService(found, { withTags: false })
  return {
    service: {
      serviceArn: shown.serviceArn,
      cluster: shown.cluster,
      serviceName: shown.serviceName,
      status: shown.status,
      targetConfiguration: showConfiguration(found),
      createdAt: epochSeconds(changed.createdAt),
      updatedAt: epochSeconds(changed.updatedAt),
    },
  }
}

/** A task definition that is given takes the place of the container, and the other way round. */
function changedConfiguration(
  { configuration: before }: ExpressServiceRow,
  { serviceArn: _arn, scalingTarget, ...given }: UpdateExpressGatewayServiceRequest,
): ExpressServiceRow['configuration'] {
  const { primaryContainer, taskDefinitionArn, ...kept } = before
  const isGiven = given.taskDefinitionArn !== undefined || given.primaryContainer !== undefined
  const source = isGiven ? {} : primaryContainer === undefined ? { taskDefinitionArn } : { primaryContainer }
  return { ...kept, ...source, ...given, scalingTarget: { ...before.scalingTarget, ...scalingTarget } }
}
