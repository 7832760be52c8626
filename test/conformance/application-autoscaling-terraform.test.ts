import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from '@aws-sdk/client-application-auto-scaling'
import { testByTerraform } from '../support/terraform-test.ts'

testByTerraform({
  module: 'application-autoscaling',
  drives: 'scalable targets, policies and scheduled actions',
  change: '0 added, 9 changed, 0 destroyed',
  settled: [1],
  async left(endpoint) {
    const client = new ApplicationAutoScalingClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    const { ScalableTargets: services = [] } = await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }))
    const { ScalableTargets: tables = [] } = await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'dynamodb' }))
    return [...services, ...tables].map(({ ResourceId }) => ResourceId)
  },
})
