// Drives Cloud Map and Application Auto Scaling with Terraform: apply, plan without a change, change in place, import,
// destroy.
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { ListNamespacesCommand } from '@aws-sdk/client-servicediscovery'
import { openTerraform, terraformIsMissing } from '../support/terraform.ts'
import { cloudMapTests } from './servicediscovery-harness.ts'

const missing = terraformIsMissing()
if (missing !== undefined) console.warn(`Skipped: Terraform does not drive Cloud Map, for ${missing}.`)

const { cloudMap, endpoint } = cloudMapTests('terraform')

test.skipIf(missing !== undefined)(
  'Terraform drives every module of Cloud Map and Application Auto Scaling',
  async () => {
    const { protocol, hostname, port } = await endpoint()
    const unique = `tf${Date.now().toString(36)}`
    const module = join(import.meta.dir, 'terraform/servicediscovery/main.tf')
    const terraform = await openTerraform(module, { endpoint: `${protocol}//${hostname}:${port}`, unique })
    const changed = '-var=changed=true'
    try {
      await terraform.run('apply', '-no-color', '-auto-approve')
      expect(await terraform.isUnchanged()).toBe(true)
      expect(await terraform.run('apply', '-no-color', '-auto-approve', changed)).toContain('0 added, 9 changed, 0 destroyed')
      expect(await terraform.isUnchanged(changed)).toBe(true)
      const imports: unknown = JSON.parse(await terraform.run('output', '-json', 'imports'))
      await terraform.run('state', 'rm', ...Object.keys(imports ?? {}))
      for (const [address, id] of Object.entries(imports ?? {})) await terraform.run('import', '-no-color', changed, address, String(id))
      // What is only in the configuration, such as force_destroy, is set anew once; nothing is made or replaced.
      expect(await terraform.run('apply', '-no-color', '-auto-approve', changed)).toMatch(/0 added, \d+ changed, 0 destroyed/)
    } finally {
      await terraform.run('destroy', '-no-color', '-auto-approve')
      await terraform.close()
    }
    const { Namespaces = [] } = await cloudMap.send(new ListNamespacesCommand({}))
    expect(Namespaces.filter(({ Name }) => Name?.startsWith(unique))).toEqual([])
  },
  900_000,
)
