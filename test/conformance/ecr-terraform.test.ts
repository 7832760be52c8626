import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr'
import { testByTerraform } from '../support/terraform-test.ts'

testByTerraform({
  module: 'ecr',
  drives: 'repositories of ECR, their lifecycle and repository policies',
  change: '0 added, 2 changed, 0 destroyed',
  settled: [1],
  async left(endpoint) {
    const client = new ECRClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })
    const { repositories = [] } = await client.send(new DescribeRepositoriesCommand({}))
    return repositories.map(({ repositoryName }) => repositoryName)
  },
})
