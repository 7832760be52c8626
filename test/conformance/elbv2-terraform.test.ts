import { expect } from 'bun:test'
import { DescribeServicesCommand, ListClustersCommand } from '@aws-sdk/client-ecs'
import { DescribeTargetGroupsCommand, DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ecsOf } from '../support/tasks.ts'
import { testByTerraform } from '../support/terraform-test.ts'
import { balancingClient, balancingNames } from './elbv2-left.ts'

/** The state of the service behind the load balancer, and of its targets that are not leaving. */
async function isBehind(endpoint: string, unique: string, tasks: number): Promise<void> {
  const { services } = await ecsOf({ endpoint }).send(new DescribeServicesCommand({ cluster: `${unique}-lb`, services: ['web'] }))
  expect(services?.[0]).toMatchObject({ runningCount: tasks, deployments: [{ rolloutState: 'COMPLETED' }] })
  const client = balancingClient(endpoint)
  const { TargetGroups } = await client.send(new DescribeTargetGroupsCommand({ Names: [`${unique}-web`] }))
  const { TargetHealthDescriptions = [] } = await client.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn ?? '' }),
  )
  const states = TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State)
  expect(states.filter(state => state !== 'draining')).toEqual(Array.from({ length: tasks }, () => 'healthy'))
}

testByTerraform({
  module: 'elbv2',
  drives: 'load balancers, listeners, rules, trust stores and a service behind them',
  // The task definition of the service is replaced.
  change: '1 added, 16 changed, 1 destroyed',
  settled: [7, 3],
  applied: (endpoint, unique) => isBehind(endpoint, unique, 2),
  changed: (endpoint, unique) => isBehind(endpoint, unique, 3),
  async left(endpoint) {
    const { clusterArns = [] } = await ecsOf({ endpoint }).send(new ListClustersCommand({}))
    return [...clusterArns, ...(await balancingNames(endpoint))]
  },
})
