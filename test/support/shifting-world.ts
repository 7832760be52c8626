// A load balancer in front of a service's two target groups, and a service that shifts traffic between them.
import type { DeploymentConfiguration, LoadBalancer } from '../../server/aws/generated/ecs.ts'
import { rules } from '../../server/store/elbv2-tables.ts'
import { readForward } from '../../server/store/rule-forwards.ts'
import { putRule } from '../../server/store/rule-uses.ts'
import { place } from './task-rows.ts'
import type { ServiceWorld } from './service-world.ts'

const elb = `arn:aws:elasticloadbalancing:${place.region}:${place.account}`
export const blueGroup = `${elb}:targetgroup/blue/0000000000000001`
export const greenGroup = `${elb}:targetgroup/green/0000000000000002`
const listenerArn = `${elb}:listener/app/web/0000000000000003/0000000000000004`
export const productionRule = `${elb}:listener-rule/app/web/0000000000000003/0000000000000004/0000000000000005`
export const testRule = `${elb}:listener-rule/app/web/0000000000000003/0000000000000004/0000000000000006`

export const loadBalancers: readonly LoadBalancer[] = [
  {
    targetGroupArn: blueGroup,
    containerName: 'app',
    containerPort: 80,
    advancedConfiguration: {
      alternateTargetGroupArn: greenGroup,
      productionListenerRule: productionRule,
      testListenerRule: testRule,
      roleArn: `arn:aws:iam::${place.account}:role/ecs`,
    },
  },
]

/** Rules that forward to the first group, as a user makes them. */
export const putRules = (world: ServiceWorld): Promise<void> =>
  world.store.commit(transaction => {
    for (const [index, ruleArn] of [productionRule, testRule].entries()) {
      putRule(world, transaction, {
        scope: `${place.account}/${place.region}`,
        listenerArn,
        loadBalancerArn: `${elb}:loadbalancer/app/web/0000000000000003`,
        rule: {
          RuleArn: ruleArn,
          Priority: String(index + 1),
          IsDefault: false,
          Conditions: [],
          Actions: [
            {
              Type: 'forward',
              ForwardConfig: {
                TargetGroups: [
                  { TargetGroupArn: blueGroup, Weight: 100 },
                  { TargetGroupArn: greenGroup, Weight: 0 },
                ],
              },
            },
          ],
        },
        tags: [],
      })
    }
  })

/** `BLUE/GREEN`, such as `100/0`: how a rule weighs the two groups. */
export const weightsOf = (world: ServiceWorld, ruleArn = productionRule): string => {
  const groups = readForward(world.store, ruleArn)?.groups ?? []
  const of = (arn: string): number => groups.find(({ targetGroupArn }) => targetGroupArn === arn)?.weight ?? 0
  return `${of(blueGroup)}/${of(greenGroup)}`
}

export const removeRule = (world: ServiceWorld, ruleArn: string): Promise<void> =>
  world.store.commit(transaction => transaction.remove(rules, ruleArn))

export const configuration = (more: DeploymentConfiguration): DeploymentConfiguration => ({
  maximumPercent: 200,
  minimumHealthyPercent: 100,
  ...more,
})
