import { DescribeCapacityProvidersCommand, ListClustersCommand, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs'
import { ecsOf } from '../support/tasks.ts'
import { testByTerraform } from '../support/terraform-test.ts'

testByTerraform({
  module: 'ecs-clusters',
  drives: 'clusters, capacity providers, tags and account settings',
  change: '0 added, 6 changed, 0 destroyed',
  settled: [0],
  async left(endpoint) {
    const ecs = ecsOf({ endpoint })
    const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}))
    const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({}))
    const { capacityProviders = [] } = await ecs.send(new DescribeCapacityProvidersCommand({}))
    return [...clusterArns, ...taskDefinitionArns, ...capacityProviders.map(({ name }) => name)]
  },
})
