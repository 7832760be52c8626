import {
  CreateTargetGroupCommand,
  DeleteTargetGroupCommand,
  type ElasticLoadBalancingV2Client,
  ModifyTargetGroupAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { EcsSuite } from './ecs-suite.ts'

/** A target group for host ports of busybox tasks, checked often and left at once. The suite's end removes it. Its ARN. */
export async function instanceTargetGroup(suite: EcsSuite, elb: ElasticLoadBalancingV2Client, name: string): Promise<string> {
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: name,
      Protocol: 'HTTP',
      Port: 80,
      VpcId: 'vpc-1',
      TargetType: 'instance',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
      // busybox has no page to answer with, where it really runs.
      Matcher: { HttpCode: '200-499' },
    }),
  )
  const TargetGroupArn = TargetGroups?.[0]?.TargetGroupArn ?? ''
  suite.undo(() => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn })))
  const Attributes = [{ Key: 'deregistration_delay.timeout_seconds', Value: '0' }]
  await elb.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn, Attributes }))
  return TargetGroupArn
}
