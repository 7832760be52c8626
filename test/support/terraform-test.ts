// A test that is a Terraform module: applied, planned, changed in place, imported, destroyed.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openEndpoint, type TestEndpoint } from './endpoint.ts'
import { openTerraform, type Terraform, terraformIsMissing } from './terraform.ts'

export interface ModuleTest {
  /** A folder of test/conformance/terraform. */
  readonly module: string
  /** What it drives, for the test's name. */
  readonly drives: string
  /** What Terraform says of the second apply, which changes what can be: such as `0 added, 5 changed, 0 destroyed`. */
  readonly change: string
  /**
   * How many resources each apply changes after their import, until none is: those that hold what no API tells, such as
   * `force_destroy`. A rule with one target group needs two applies: the provider takes it for a weighted one at first.
   */
  readonly settled: readonly [first: number, ...more: readonly number[]]
  /** The names of all that the API lists of what the module makes. */
  left(endpoint: string): Promise<readonly (string | undefined)[]>
  /** What else is to be so once it was applied, changed and destroyed; `unique` is what the module's names begin with. */
  applied?(endpoint: string, unique: string): Promise<void>
  changed?(endpoint: string, unique: string): Promise<void>
  destroyed?(endpoint: string, unique: string): Promise<void>
}

/** Declares the test, skipped with words where Terraform or its provider is not on this machine. */
export function testByTerraform(module: ModuleTest): void {
  const missing = terraformIsMissing()
  if (missing !== undefined) console.warn(`Skipped: Terraform does not drive ${module.drives}, for ${missing}.`)

  let endpoint: TestEndpoint
  beforeAll(async () => {
    endpoint = await openEndpoint()
  }, 60_000)
  afterAll(() => endpoint.close(), 60_000)

  test.skipIf(missing !== undefined)(
    `Terraform drives ${module.drives}`,
    async () => {
      const unique = `tf${(Date.now() % 36 ** 5).toString(36)}`
      const terraform = await openTerraform(module.module, { endpoint: endpoint.url, unique })
      try {
        await live(module, terraform, endpoint.url, unique)
      } catch (error) {
        // Others may use the endpoint too.
        await terraform.destroy().catch(() => {})
        throw error
      } finally {
        await terraform.close()
      }
    },
    // Terraform itself waits a minute for a load balancer; the rest is the provider's start, half a dozen times.
    1_500_000,
  )
}

async function live(module: ModuleTest, terraform: Terraform, endpoint: string, unique: string): Promise<void> {
  const withChange = '-var=changed=true'
  await terraform.apply()
  expect(await terraform.plan()).toBe('')
  await module.applied?.(endpoint, unique)

  expect(await terraform.apply(withChange)).toBe(module.change)
  expect(await terraform.plan(withChange)).toBe('')
  await module.changed?.(endpoint, unique)

  const [first, ...more] = module.settled
  const { said, count } = await terraform.reimport(withChange)
  expect(said).toBe(`${count} imported, 0 added, ${first} changed, 0 destroyed`)
  for (const each of more) expect(await terraform.apply(withChange)).toBe(`0 added, ${each} changed, 0 destroyed`)

  await terraform.destroy()
  expect((await module.left(endpoint)).filter(name => name?.includes(unique))).toEqual([])
  await module.destroyed?.(endpoint, unique)
}
