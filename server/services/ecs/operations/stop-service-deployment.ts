// Differs from AWS: the texts of the errors are kecs' own, for AWS' are not known.
import { epochSeconds } from '../../../../shared/clock.ts'
import { ServiceError } from '../../../aws/errors.ts'
import type { StopServiceDeploymentRequest, StopServiceDeploymentResponse } from '../../../aws/generated/ecs.ts'
import { serviceDeployments } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findServiceDeployment } from '../services/find-service-deployment.ts'

/**
 * Asks for the end of a service deployment that is under way: by rolling back, unless it is to be aborted where it is. The
 * service reconciler brings it about.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopServiceDeployment.html
 */
export async function stopServiceDeployment(
  context: EcsContext,
  { serviceDeploymentArn, stopType = 'ROLLBACK' }: StopServiceDeploymentRequest,
): Promise<StopServiceDeploymentResponse> {
  const serviceArn = await context.store.commit(transaction => {
    const { serviceDeployment } = findServiceDeployment(context, serviceDeploymentArn)
    const { status } = serviceDeployment
    if (status !== 'PENDING' && status !== 'IN_PROGRESS') {
      throw new ServiceError('ConflictException', `The service deployment cannot be stopped, for its status is ${status}.`, {
        resourceIds: [serviceDeploymentArn],
      })
    }
    transaction.put(serviceDeployments, {
      serviceDeployment: {
        ...serviceDeployment,
        status: stopType === 'ROLLBACK' ? 'ROLLBACK_REQUESTED' : 'STOP_REQUESTED',
        updatedAt: epochSeconds(context.clock.now()),
      },
    })
    return serviceDeployment.serviceArn
  })
  context.wake('service', serviceArn)
  return { serviceDeploymentArn }
}
