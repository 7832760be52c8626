// Services read the tables of Elastic Load Balancing in the same store.
import type { DeploymentStrategy, LoadBalancer } from '../../../aws/generated/ecs.ts'
import { readForward } from '../../../store/rule-forwards.ts'
import type { EcsContext } from '../context.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

/**
 * Refuses load balancers between which a service's traffic cannot be shifted by its strategy. What only shows when a
 * deployment begins fails the deployment. Throws InvalidParameterException.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/troubleshooting-blue-green.html
 */
export function checkTrafficShift(
  context: Pick<EcsContext, 'store'>,
  loadBalancers: readonly LoadBalancer[],
  { strategy = 'ROLLING', connects }: { readonly strategy: DeploymentStrategy | undefined; readonly connects: boolean },
): void {
  const advanced = loadBalancers.filter(({ advancedConfiguration }) => advancedConfiguration !== undefined)
  refuseIf(
    loadBalancers.some(
      ({ loadBalancerName, advancedConfiguration }) => loadBalancerName !== undefined && advancedConfiguration !== undefined,
    ),
    'advancedConfiguration field is not allowed with ELBv1 loadBalancers',
  )
  refuseIf(
    strategy !== 'ROLLING' && advanced.length < loadBalancers.length,
    'advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy',
  )
  refuseIf(
    advanced.length > 0 && advanced.length < loadBalancers.length,
    'Either all or none of the provided loadBalancers must have advancedConfiguration defined',
  )
  refuseIf(
    (strategy === 'LINEAR' || strategy === 'CANARY') && loadBalancers.length === 0 && !connects,
    `The deployment strategy ${strategy} requires a load balancer or Service Connect.`,
  )
  const groups = loadBalancers.flatMap(({ targetGroupArn, advancedConfiguration }) => [
    ...(targetGroupArn === undefined ? [] : [targetGroupArn]),
    ...(advancedConfiguration?.alternateTargetGroupArn === undefined ? [] : [advancedConfiguration.alternateTargetGroupArn]),
  ])
  const repeated = groups.find((arn, index) => groups.indexOf(arn) !== index)
  refuseIf(advanced.length > 0 && repeated !== undefined, `Duplicate targetGroupArn found: ${repeated ?? ''}`)
  for (const each of advanced) checkRules(context, each)
}

function checkRules({ store }: Pick<EcsContext, 'store'>, { targetGroupArn = '', advancedConfiguration = {} }: LoadBalancer): void {
  const { productionListenerRule, testListenerRule, alternateTargetGroupArn = '' } = advancedConfiguration
  checkRuleArn('productionListenerRule', productionListenerRule)
  checkRuleArn('testListenerRule', testListenerRule)
  refuseIf(
    productionListenerRule !== undefined && productionListenerRule === testListenerRule,
    `The following rules cannot be used as both production and test listener rules: ${productionListenerRule ?? ''}`,
  )
  if (productionListenerRule === undefined || testListenerRule !== undefined || !isApplicationRule(productionListenerRule)) return
  const forwards = readForward(store, productionListenerRule)?.groups.map(group => group.targetGroupArn) ?? []
  refuseIf(
    !forwards.includes(targetGroupArn) || !forwards.includes(alternateTargetGroupArn),
    'For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup',
  )
}

const isApplicationRule = (arn: string): boolean => arn.includes(':listener-rule/app/')

/** A rule's of an application load balancer, a listener's of a network load balancer. */
function checkRuleArn(member: string, arn: string | undefined): void {
  const isOne = arn === undefined || isApplicationRule(arn) || arn.includes(':listener/net/')
  refuseIf(!isOne, `${member} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: ${arn ?? ''}`)
}
