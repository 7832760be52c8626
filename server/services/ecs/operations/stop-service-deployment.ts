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
    const row = findServiceDeployment(context, serviceDeploymentArn)
    const { serviceDeployment } = row
    const { status, lifecycleStage } = serviceDeployment
    const refuse = (why: string): ServiceError =>
      new ServiceError('ConflictException', `The service deployment cannot be stopped, for ${why}.`, {
        resourceIds: [serviceDeploymentArn],
      })
    if (status !== 'PENDING' && status !== 'IN_PROGRESS') throw refuse(`its status is ${status}`)
    if (lifecycleStage === 'CLEAN_UP') throw refuse(`it is in the lifecycle stage ${lifecycleStage}`)
    transaction.put(serviceDeployments, {
      ...row,
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
