// Differs from AWS: the texts of the errors are kecs' own, for AWS' are not known.
import { epochSeconds } from '../../../../shared/clock.ts'
import type { ContinueServiceDeploymentRequest, ContinueServiceDeploymentResponse } from '../../../aws/generated/ecs.ts'
import { over } from '../../../domain/services/hooks.ts'
import { serviceDeployments } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findServiceDeployment } from '../services/find-service-deployment.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'

/**
 * Answers a lifecycle hook that a service deployment waits at: it goes on, or it is rolled back.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContinueServiceDeployment.html
 */
export async function continueServiceDeployment(
  context: EcsContext,
  { serviceDeploymentArn, hookId, action = 'CONTINUE' }: ContinueServiceDeploymentRequest,
): Promise<ContinueServiceDeploymentResponse> {
  const serviceArn = await context.store.commit(transaction => {
    const row = findServiceDeployment(context, serviceDeploymentArn)
    const { progress, serviceDeployment } = row
    const hook = progress?.hooks.find(each => each.hookId === hookId)
    if (progress === undefined || hook === undefined) throw invalidParameter(`The service deployment has no lifecycle hook ${hookId}.`)
    refuseIf(hook.status !== 'AWAITING_ACTION', `The lifecycle hook ${hookId} does not await an action.`)
    const answered = over(hook, action === 'CONTINUE' ? 'SUCCEEDED' : 'FAILED')
    transaction.put(serviceDeployments, {
      ...row,
      progress: { ...progress, hooks: progress.hooks.map(each => (each === hook ? answered : each)) },
      serviceDeployment: { ...serviceDeployment, updatedAt: epochSeconds(context.clock.now()) },
    })
    return serviceDeployment.serviceArn
  })
  context.wake('service', serviceArn)
  return { serviceDeploymentArn }
}
