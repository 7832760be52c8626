// A service behind target groups of an application load balancer, over the simulated runtime.
import type { ContainerDefinition, LoadBalancer } from '../../server/aws/generated/ecs.ts'
import type { TargetGroup } from '../../server/aws/generated/elbv2.ts'
import { targetHealthOf } from '../../server/domain/elbv2/target-health.ts'
import { type TargetRow, targetGroupUses, targetGroups, targetHealth, targetKey, targets } from '../../server/store/elbv2-tables.ts'
import { scopeOf } from '../../server/store/tables.ts'
import type { ServiceWorld } from './service-world.ts'
import { type ServiceWish } from './service-world.ts'
import { place } from './task-rows.ts'

const scope = scopeOf(place.account, place.region)

export const groupArn = (name: string): string => `arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/${name}/0123456789abcdef`

/** Seconds: an interval of 10, two failures, five successes, a delay of 30. */
export const putGroup = (
  { store }: Pick<ServiceWorld, 'store'>,
  name = 'blue',
  more: Partial<TargetGroup> = {},
  { isUsed = true, delay = '30' }: { readonly isUsed?: boolean; readonly delay?: string } = {},
): Promise<void> =>
  store.commit(transaction => {
    const targetGroupArn = groupArn(name)
    transaction.put(targetGroups, {
      scope,
      targetGroup: {
        Protocol: 'HTTP',
        Port: 80,
        HealthCheckProtocol: 'HTTP',
        HealthCheckPath: '/',
        HealthCheckPort: 'traffic-port',
        HealthCheckIntervalSeconds: 10,
        HealthCheckTimeoutSeconds: 5,
        HealthyThresholdCount: 5,
        UnhealthyThresholdCount: 2,
        Matcher: { HttpCode: '200' },
        ...more,
        TargetGroupArn: targetGroupArn,
        TargetGroupName: name,
        TargetType: more.TargetType ?? 'ip',
        HealthCheckEnabled: more.HealthCheckEnabled ?? true,
      },
      attributes: { 'deregistration_delay.timeout_seconds': delay },
      tags: [],
    })
    if (isUsed) transaction.put(targetGroupUses, { targetGroupArn, ruleArn: `rule-${name}`, listenerArn: 'l', loadBalancerArn: 'lb' })
  })

export const behind = (...names: readonly string[]): readonly LoadBalancer[] =>
  names.map(name => ({ targetGroupArn: groupArn(name), containerName: 'app', containerPort: 80 }))

/** What a service needs to have tasks with addresses behind target groups. */
export const balanced = (...names: readonly string[]): ServiceWish => ({
  loadBalancers: [...behind(...names)],
  networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } },
})

/** A revision of `web` whose container `app` listens on port 80. */
export const registerListening = (world: ServiceWorld, container: ContainerDefinition = {}): string =>
  world.register({ portMappings: [{ containerPort: 80 }], ...container }, { networkMode: 'awsvpc' })

export const targetsOf = ({ store }: Pick<ServiceWorld, 'store'>, name = 'blue'): readonly TargetRow[] => [
  ...store.table(targets).by('targetGroup', groupArn(name)),
]

/** The states of a group's targets as DescribeTargetHealth tells them, in order of registration. */
export const statesOf = ({ store, clock }: Pick<ServiceWorld, 'store' | 'clock'>, name = 'blue'): readonly string[] =>
  targetsOf({ store }, name)
    .toSorted((one, other) => one.registeredAt - other.registeredAt)
    .map(row => {
      const group = store.table(targetGroups).get(groupArn(name))
      const found = store.table(targetHealth).get(targetKey(row.targetGroupArn, row.target))
      if (group === undefined) return 'gone'
      const { State, Reason } = targetHealthOf({ row, found, targetGroup: group.targetGroup, isUsed: true, now: clock.now() })
      return Reason === undefined ? `${State}` : `${State} ${Reason}`
    })
