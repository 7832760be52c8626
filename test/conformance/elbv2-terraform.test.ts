// Drives load balancing with Terraform: apply, plan without a change, change in place, import, destroy.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTrustStoresCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { openTerraform, terraformIsMissing } from '../support/terraform.ts'
import { type Elbv2, openElbv2 } from './elbv2.ts'

const missing = terraformIsMissing()
if (missing !== undefined) console.warn(`Skipped: Terraform does not drive load balancing, for ${missing}.`)

let elbv2: Elbv2
beforeAll(async () => {
  elbv2 = await openElbv2()
}, 60_000)
afterAll(() => elbv2.close(), 60_000)

const importable = [
  'aws_lb.app',
  'aws_lb_target_group.ip',
  'aws_lb_listener.http',
  'aws_lb_listener_rule.conditions',
  'aws_lb_trust_store.ts',
]

test.skipIf(missing !== undefined)(
  'Terraform drives every module of load balancing',
  async () => {
    const { client, endpoint } = elbv2
    const unique = `tf${Date.now().toString(36)}`
    const terraform = await openTerraform(join(import.meta.dir, 'terraform/elbv2/main.tf'), { endpoint: endpoint.url, unique })
    const changed = '-var=changed=true'
    try {
      await terraform.run('apply', '-no-color', '-auto-approve')
      expect(await terraform.isUnchanged()).toBe(true)
      expect(await terraform.run('apply', '-no-color', '-auto-approve', changed)).toContain('0 added, 4 changed, 0 destroyed')
      expect(await terraform.isUnchanged(changed)).toBe(true)
      for (const address of importable) await terraform.reimport(address, changed)
      // What is only in the configuration, such as how long to wait, is set anew once; nothing is made or replaced.
      expect(await terraform.run('apply', '-no-color', '-auto-approve', changed)).toMatch(/0 added, \d+ changed, 0 destroyed/)
    } finally {
      await terraform.run('destroy', '-no-color', '-auto-approve')
      await terraform.close()
    }
    const names = [
      ...((await client.send(new DescribeLoadBalancersCommand({}))).LoadBalancers ?? []).map(each => each.LoadBalancerName),
      ...((await client.send(new DescribeTargetGroupsCommand({}))).TargetGroups ?? []).map(each => each.TargetGroupName),
      ...((await client.send(new DescribeTrustStoresCommand({}))).TrustStores ?? []).map(each => each.Name),
    ]
    expect(names.filter(name => name?.startsWith(unique))).toEqual([])
  },
  // Terraform itself waits a minute for a load balancer; the rest is the provider's start, a dozen times.
  1_500_000,
)
