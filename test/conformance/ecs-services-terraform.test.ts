// Drives services with Terraform: apply, plan without a change, change in place, destroy.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { DescribeClustersCommand, DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { EcsSuite, refusal } from '../support/ecs-suite.ts'
import { openTerraform, terraformIsMissing } from '../support/terraform.ts'

const missing = terraformIsMissing()
if (missing !== undefined) console.warn(`Skipped: Terraform does not drive services, for ${missing}.`)

const suite = new EcsSuite('tf')
beforeAll(() => suite.open(), 60_000)
afterAll(() => suite.close(), 60_000)

test.skipIf(missing !== undefined)(
  'Terraform makes, changes and destroys services, with and without waiting for them to be steady',
  async () => {
    const cluster = suite.named('services')
    const terraform = await openTerraform(join(import.meta.dir, 'terraform/ecs-services/main.tf'), {
      endpoint: suite.endpoint,
      unique: cluster,
    })
    const describe = async () =>
      (await suite.ecs.send(new DescribeServicesCommand({ cluster, services: ['plain', 'steady', 'spot', 'daemon', 'external'] })))
        .services ?? []
    const changed = '-var=changed=true'
    try {
      await terraform.run('apply', '-no-color', '-auto-approve')
      expect(await terraform.isUnchanged()).toBe(true)
      const [plain, steady] = await describe()
      expect(steady).toMatchObject({ runningCount: 2, deployments: [{ rolloutState: 'COMPLETED' }] })

      const apply = await terraform.run('apply', '-no-color', '-auto-approve', changed)
      // A task definition is never changed, nor what a task set runs: there is a new one in its place.
      expect(apply).toContain('2 added, 4 changed, 2 destroyed')
      expect(await terraform.isUnchanged(changed)).toBe(true)
      const [plainAfter, steadyAfter] = await describe()
      expect(plainAfter).toMatchObject({
        desiredCount: 2,
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      })
      expect(plainAfter?.taskDefinition).not.toBe(plain?.taskDefinition ?? '')
      expect(steadyAfter).toMatchObject({ runningCount: 2, deploymentConfiguration: { minimumHealthyPercent: 50 } })
      expect(steadyAfter?.deployments?.map(({ rolloutState }) => rolloutState)).toEqual(['COMPLETED'])
      expect(steadyAfter?.deployments?.[0]?.id).not.toBe(steady?.deployments?.[0]?.id ?? '')
    } finally {
      await terraform.run('destroy', '-no-color', '-auto-approve')
      await terraform.close()
    }
    expect(await refusal(describe())).toBe('ClusterNotFoundException: The referenced cluster was inactive.')
    const { clusters } = await suite.ecs.send(new DescribeClustersCommand({ clusters: [cluster] }))
    expect(clusters?.[0]).toMatchObject({ status: 'INACTIVE', activeServicesCount: 0, runningTasksCount: 0 })
  },
  1_500_000,
)
