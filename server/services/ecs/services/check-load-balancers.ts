// Services read the tables of Elastic Load Balancing in the same store, where AWS' ECS assumes a role and asks its API.
import { ServiceError } from '../../../aws/errors.ts'
import type { LoadBalancer, TaskDefinition } from '../../../aws/generated/ecs.ts'
import { listeners, rules, targetGroups, targetGroupUses } from '../../../store/elbv2-tables.ts'
import type { EcsContext } from '../context.ts'
import { invalidParameter, refuseIf } from '../tasks/invalid-parameter.ts'

type Within = Pick<EcsContext, 'store'>

/**
 * Refuses load balancers that tasks of a definition cannot be registered with. Throws InvalidParameterException, and
 * UnsupportedFeatureException for Classic Load Balancers, which kecs lacks.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
 */
export function checkLoadBalancers(
  context: Within,
  loadBalancers: readonly LoadBalancer[],
  definition: TaskDefinition,
  options: { readonly onFargate: boolean },
): void {
  for (const loadBalancer of loadBalancers) {
    checkContainer(loadBalancer, definition)
    const { targetGroupArn, loadBalancerName, advancedConfiguration: advanced } = loadBalancer
    const rule = 'You must specify either a loadBalancerName or a targetGroupArn in all loadBalancer entries'
    refuseIf(
      loadBalancerName !== undefined && targetGroupArn !== undefined,
      `loadBalancerName and targetGroupArn cannot both be specified. ${rule}`,
    )
    if (loadBalancerName !== undefined) throw classic(options.onFargate)
    if (targetGroupArn === undefined) throw invalidParameter(rule)
    checkTargetGroup(context, targetGroupArn, definition, { isInUse: true })
    if (advanced?.alternateTargetGroupArn !== undefined) {
      checkTargetGroup(context, advanced.alternateTargetGroupArn, definition, { isInUse: false })
    }
    for (const listenerRule of [advanced?.productionListenerRule, advanced?.testListenerRule]) {
      if (listenerRule !== undefined) checkListenerRule(context, listenerRule)
    }
  }
}

const classic = (onFargate: boolean): ServiceError =>
  onFargate
    ? invalidParameter('Classic Load Balancers are not supported with Fargate.')
    : new ServiceError('UnsupportedFeatureException', 'kecs has no Classic Load Balancers.')

function checkContainer({ containerName, containerPort }: LoadBalancer, definition: TaskDefinition): void {
  if (containerName === undefined || containerName === '') throw invalidParameter('Container name must not be blank')
  const container = definition.containerDefinitions?.find(({ name }) => name === containerName)
  if (container === undefined) throw invalidParameter(`The container ${containerName} does not exist in the task definition.`)
  refuseIf(
    container.portMappings?.some(mapping => mapping.containerPort === containerPort) !== true,
    `The container ${containerName} did not have a container port ${containerPort ?? 'null'} defined.`,
  )
}

/** Targets of one type only can be registered for a network mode: a task's own address, or its machine's. */
function checkTargetGroup(
  { store }: Within,
  targetGroupArn: string,
  { networkMode = 'bridge' }: TaskDefinition,
  { isInUse }: { readonly isInUse: boolean },
): void {
  const found = store.table(targetGroups).get(targetGroupArn)
  if (found === undefined) {
    throw invalidParameter(
      'Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.',
    )
  }
  const { TargetType: targetType } = found.targetGroup
  refuseIf(
    targetType !== (networkMode === 'awsvpc' ? 'ip' : 'instance'),
    `The provided target group ${targetGroupArn} has target type ${targetType}, which is incompatible with the ${networkMode} network mode specified in the task definition.`,
  )
  refuseIf(
    isInUse && store.table(targetGroupUses).count('targetGroup', targetGroupArn) === 0,
    `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
  )
}

/** A network load balancer has listeners where an application load balancer has rules. */
function checkListenerRule({ store }: Within, arn: string): void {
  const isThere = store.table(rules).get(arn) !== undefined || store.table(listeners).get(arn) !== undefined
  refuseIf(
    !isThere,
    'Unable to assume role and validate the specified listener rule. Please verify that the ECS service role being passed has the proper permissions.',
  )
}
