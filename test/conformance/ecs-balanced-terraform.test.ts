// Drives a service behind a load balancer with Terraform, which waits for it to be steady: apply, plan without a change,
// change in place, destroy.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { DescribeTargetHealthCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { EcsSuite, refusal } from '../support/ecs-suite.ts'
import { openTerraform, terraformIsMissing } from '../support/terraform.ts'

const missing = terraformIsMissing()
if (missing !== undefined) console.warn(`Skipped: Terraform does not drive services behind load balancers, for ${missing}.`)

const suite = new EcsSuite('tfb')
beforeAll(() => suite.open(), 60_000)
afterAll(() => suite.close(), 60_000)

test.skipIf(missing !== undefined)(
  'Terraform makes, changes and destroys a service behind a load balancer',
  async () => {
    const cluster = `tfb-${Date.now().toString(36)}`
    const elb = new ElasticLoadBalancingV2Client({
      endpoint: suite.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    const terraform = await openTerraform(join(import.meta.dir, 'terraform/ecs-balanced/main.tf'), {
      endpoint: suite.endpoint,
      unique: cluster,
    })
    const service = async () => (await suite.ecs.send(new DescribeServicesCommand({ cluster, services: ['web'] }))).services?.[0]
    const states = async (TargetGroupArn: string) => {
      const { TargetHealthDescriptions } = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
      return TargetHealthDescriptions?.map(({ TargetHealth }) => TargetHealth?.State).filter(state => state !== 'draining')
    }
    const changed = '-var=changed=true'
    try {
      await terraform.run('apply', '-no-color', '-auto-approve')
      const group = (await terraform.run('output', '-no-color', '-raw', 'target_group')).trim()
      expect(await terraform.isUnchanged()).toBe(true)
      const before = await service()
      expect(before).toMatchObject({ runningCount: 2, deployments: [{ rolloutState: 'COMPLETED' }] })
      expect(await states(group)).toEqual(['healthy', 'healthy'])

      // The service is changed in place, and the task definition replaced.
      expect(await terraform.run('apply', '-no-color', '-auto-approve', changed)).toContain('1 added, 1 changed, 1 destroyed')
      expect(await terraform.isUnchanged(changed)).toBe(true)
      const after = await service()
      expect(after).toMatchObject({ runningCount: 3, deployments: [{ rolloutState: 'COMPLETED' }] })
      expect(after?.taskDefinition).not.toBe(before?.taskDefinition ?? '')
      expect(await states(group)).toEqual(['healthy', 'healthy', 'healthy'])
    } finally {
      await terraform.run('destroy', '-no-color', '-auto-approve', changed)
      await terraform.close()
      elb.destroy()
    }
    expect(await refusal(suite.ecs.send(new DescribeServicesCommand({ cluster, services: ['web'] })))).toBe(
      'ClusterNotFoundException: The referenced cluster was inactive.',
    )
  },
  900_000,
)
