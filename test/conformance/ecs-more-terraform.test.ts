// Drives clusters, capacity providers, tags and account settings with Terraform.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { DescribeCapacityProvidersCommand, ListClustersCommand } from '@aws-sdk/client-ecs'
import { openEndpoint, type TestEndpoint } from '../support/endpoint.ts'
import { ecsOf } from '../support/tasks.ts'
import { openTerraform, terraformIsMissing } from '../support/terraform.ts'

const missing = terraformIsMissing()
if (missing !== undefined) console.warn(`Skipped: Terraform does not drive clusters, for ${missing}.`)

let endpoint: TestEndpoint
beforeAll(async () => {
  endpoint = await openEndpoint()
}, 60_000)
afterAll(() => endpoint.close(), 60_000)

test.skipIf(missing !== undefined)(
  'Terraform drives clusters, capacity providers, tags and account settings',
  async () => {
    const unique = `tf${Date.now().toString(36)}`
    const module = join(import.meta.dir, 'terraform/ecs-more/main.tf')
    const terraform = await openTerraform(module, { endpoint: endpoint.url, unique })
    const changed = '-var=changed=true'
    try {
      await terraform.run('apply', '-no-color', '-auto-approve')
      expect(await terraform.isUnchanged()).toBe(true)
      expect(await terraform.run('apply', '-no-color', '-auto-approve', changed)).toContain('0 added, 5 changed, 0 destroyed')
      expect(await terraform.isUnchanged(changed)).toBe(true)
    } finally {
      await terraform.run('destroy', '-no-color', '-auto-approve')
      await terraform.close()
    }
    const ecs = ecsOf({ endpoint: endpoint.url })
    const { clusterArns = [] } = await ecs.send(new ListClustersCommand({}))
    expect(clusterArns.filter(arn => arn.includes(unique))).toEqual([])
    const { capacityProviders = [] } = await ecs.send(new DescribeCapacityProvidersCommand({}))
    expect(capacityProviders.filter(({ name }) => name?.startsWith(unique))).toEqual([])
  },
  900_000,
)
