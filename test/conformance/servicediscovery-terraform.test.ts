import { ListNamespacesCommand, ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery'
import { testByTerraform } from '../support/terraform-test.ts'

testByTerraform({
  module: 'servicediscovery',
  drives: 'namespaces, services and instances of Cloud Map',
  change: '0 added, 7 changed, 0 destroyed',
  settled: [1],
  async left(endpoint) {
    const client = new ServiceDiscoveryClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    const { Namespaces = [] } = await client.send(new ListNamespacesCommand({}))
    return Namespaces.map(({ Name }) => Name)
  },
})
