import { expect } from 'bun:test'
import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  ListClustersCommand,
  ListTaskDefinitionsCommand,
  type Service,
} from '@aws-sdk/client-ecs'
import { ecsOf } from '../support/tasks.ts'
import { testByTerraform } from '../support/terraform-test.ts'

const services = async (endpoint: string, unique: string): Promise<readonly Service[]> => {
  const { services: found = [] } = await ecsOf({ endpoint }).send(
    new DescribeServicesCommand({ cluster: `${unique}-main`, services: ['plain', 'steady'] }),
  )
  return found
}
let before: readonly Service[] = []

testByTerraform({
  module: 'ecs-services',
  drives: 'task definitions, services and task sets',
  // A task definition is never changed, nor what a task set runs: there is a new one in its place.
  change: '2 added, 6 changed, 2 destroyed',
  settled: [8],
  async applied(endpoint, unique) {
    before = await services(endpoint, unique)
    // It waited for its tasks.
    expect(before[1]).toMatchObject({ runningCount: 2, deployments: [{ rolloutState: 'COMPLETED' }] })
  },
  async changed(endpoint, unique) {
    const [plain, steady] = await services(endpoint, unique)
    const deploymentCircuitBreaker = { enable: true, rollback: true }
    expect(plain).toMatchObject({ desiredCount: 2, deploymentConfiguration: { deploymentCircuitBreaker } })
    expect(plain?.taskDefinition).not.toBe(before[0]?.taskDefinition ?? '')
    expect(steady).toMatchObject({ runningCount: 2, deploymentConfiguration: { minimumHealthyPercent: 50 } })
    expect(steady?.deployments?.map(({ rolloutState }) => rolloutState)).toEqual(['COMPLETED'])
    expect(steady?.deployments?.[0]?.id).not.toBe(before[1]?.deployments?.[0]?.id ?? '')
  },
  async left(endpoint) {
    const ecs = ecsOf({ endpoint })
    const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}))
    const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({}))
    return [...clusterArns, ...taskDefinitionArns]
  },
  async destroyed(endpoint, unique) {
    const { clusters } = await ecsOf({ endpoint }).send(new DescribeClustersCommand({ clusters: [`${unique}-main`] }))
    expect(clusters?.[0]).toMatchObject({ status: 'INACTIVE', activeServicesCount: 0, runningTasksCount: 0, pendingTasksCount: 0 })
  },
})
