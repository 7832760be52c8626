import type { CreateServiceRequest, SchedulingStrategy } from '../../../aws/generated/ecs.ts'
import { refuseIf, refuseLongerThan } from '../tasks/invalid-parameter.ts'
import { checkPlacement } from './check-placement.ts'
import { checkServiceName } from './service-name.ts'

/**
 * Refuses what is wrong with a CreateService call whatever its cluster and task definition are. Throws
 * InvalidParameterException.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
 */
export function checkCreateService(request: CreateServiceRequest): void {
  const { clientToken, schedulingStrategy = 'REPLICA' } = request
  checkServiceName(request.serviceName)
  refuseLongerThan('clientToken', clientToken, 36)
  refuseIf(clientToken !== undefined && !/^[!-~]+$/.test(clientToken), 'clientToken must match ^[!-~]{1,36}$')
  checkDesiredCount(request.desiredCount, schedulingStrategy)
  checkGracePeriod(request.healthCheckGracePeriodSeconds)
  checkPlacement(request, schedulingStrategy)
  if (schedulingStrategy === 'DAEMON') checkDaemon(request)
  checkController(request)
  checkRole(request)
}

/** Also of an update. A REPLICA service that is made has to say how many; EXTERNAL ones may leave it out. */
export function checkDesiredCount(desiredCount: number | undefined, schedulingStrategy: SchedulingStrategy): void {
  refuseIf(
    schedulingStrategy === 'DAEMON' && desiredCount !== undefined,
    'The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again',
  )
  refuseIf(desiredCount !== undefined && desiredCount < 0, 'desiredCount must be at least 0')
}

/** Also of an update. */
export function checkGracePeriod(seconds: number | undefined): void {
  refuseIf(
    seconds !== undefined && (seconds < 0 || seconds > 2_147_483_647),
    'healthCheckGracePeriodSeconds must be between 0 and 2147483647',
  )
}

function checkDaemon({ launchType, deploymentController }: CreateServiceRequest): void {
  refuseIf(launchType === 'FARGATE', 'The daemon scheduling strategy does not support the FARGATE launch type.')
  const controller = deploymentController?.type ?? 'ECS'
  refuseIf(controller !== 'ECS', `The daemon scheduling strategy does not support the ${controller} deployment controller.`)
}

function checkController(request: CreateServiceRequest): void {
  const { deploymentController, desiredCount, schedulingStrategy = 'REPLICA', loadBalancers = [], serviceRegistries = [] } = request
  const controller = deploymentController?.type ?? 'ECS'
  refuseIf(
    controller === 'CODE_DEPLOY' && loadBalancers.length === 0,
    'When specifying the CODE_DEPLOY deployment controller type, the service requires an Application Load Balancer or Network Load Balancer.',
  )
  if (controller !== 'EXTERNAL') {
    refuseIf((request.taskDefinition ?? '').trim() === '', 'TaskDefinition can not be blank.')
    refuseIf(schedulingStrategy === 'REPLICA' && desiredCount === undefined, 'DesiredCount can not be null.')
    return
  }
  refuseIf((request.taskDefinition ?? '') !== '', 'TaskDefinition must be blank.')
  refuseIf(loadBalancers.length > 0, 'LoadBalancers must be empty or null.')
  refuseIf(serviceRegistries.length > 0, 'ServiceRegistries must be empty or null.')
}

function checkRole({ role, loadBalancers = [], networkConfiguration, serviceRegistries = [] }: CreateServiceRequest): void {
  if (role === undefined) return
  refuseIf(loadBalancers.length === 0, 'IAM roles are only valid for services configured to use load balancers.')
  const needsLinkedRole =
    networkConfiguration?.awsvpcConfiguration !== undefined || serviceRegistries.length > 0 || loadBalancers.length > 1
  refuseIf(needsLinkedRole, 'You cannot specify an IAM role for services that require a service linked role.')
}
