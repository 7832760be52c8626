import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Finished, execute } from './instance.ts'
import { runs } from './runs.ts'

const modules = join(import.meta.dir, '../conformance/terraform')

/** Where a machine may keep the aws provider for use without a registry. */
const pluginFolders = (): readonly string[] => [
  ...(process.env['KECS_TEST_TF_PLUGINS'] === undefined ? [] : [process.env['KECS_TEST_TF_PLUGINS']]),
  ...['/opt', '/usr/local', '/usr/local/share', '/'].map(parent => join(parent, 'tf-plugins')),
]

export const terraformPlugins = (): string | undefined =>
  pluginFolders().find(folder => existsSync(join(folder, 'registry.terraform.io/hashicorp/aws')))

/** Why Terraform cannot drive kecs on this machine; undefined where it can. */
export function terraformIsMissing(): string | undefined {
  if (!runs(['terraform', '-version'])) return 'terraform is not on this machine'
  return terraformPlugins() === undefined
    ? 'no folder with the aws provider is on this machine (KECS_TEST_TF_PLUGINS names one)'
    : undefined
}

export interface Terraform {
  /** Makes it so; what Terraform says at the end, such as `5 added, 0 changed, 0 destroyed`. */
  apply(...variables: readonly string[]): Promise<string>
  /** What a plan would change; empty where nothing. */
  plan(...variables: readonly string[]): Promise<string>
  /** Forgets every resource that the provider can import, takes all in again by their ids, and applies; as `apply`, with how many were taken in. */
  reimport(...variables: readonly string[]): Promise<{ readonly said: string; readonly count: number }>
  destroy(): Promise<void>
  close(): Promise<void>
}

/**
 * The copy of a module, which is a folder of test/conformance/terraform, in a folder of its own, initialised.
 * `variables` are its variables.
 */
export async function openTerraform(module: string, variables: Readonly<Record<string, string>>): Promise<Terraform> {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-terraform-'))
  await copyFile(join(modules, 'provider.tf'), join(folder, 'provider.tf'))
  for (const file of await readdir(join(modules, module))) await copyFile(join(modules, module, file), join(folder, file))
  const env = {
    ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, value])),
    TF_IN_AUTOMATION: '1',
    TF_CLI_CONFIG_FILE: '/dev/null',
    CHECKPOINT_DISABLE: '1',
  }
  const finish = (args: readonly string[]): Promise<Finished> =>
    execute(['terraform', `-chdir=${folder}`, ...args], { env, timeoutMs: 900_000 })
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await finish(args)
    if (code !== 0) throw new Error(`terraform ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
    return stdout
  }
  // What is only waited for costs nothing: all that do not depend on each other wait at once.
  const change = (verb: string, ...args: readonly string[]) => run(verb, '-no-color', '-auto-approve', '-parallelism=60', ...args)
  const apply = async (...args: readonly string[]): Promise<string> => {
    const stdout = await change('apply', ...args)
    return /^Apply complete! Resources: (.*)\.$/m.exec(stdout)?.[1] ?? stdout
  }
  await run('init', '-no-color', `-plugin-dir=${terraformPlugins() ?? ''}`)
  return {
    apply,
    async plan(...args) {
      const { code, stdout, stderr } = await finish(['plan', '-no-color', '-detailed-exitcode', ...args])
      return code === 0 ? '' : `${stdout}\n${stderr}`
    },
    async reimport(...args) {
      const known = importable(await readFile(join(folder, 'terraform.tfstate'), 'utf8'))
      await run('state', 'rm', ...known.map(({ address }) => address))
      const blocks = known.map(({ address, id }) => `import {\n  to = ${address}\n  id = ${JSON.stringify(id)}\n}\n`)
      await writeFile(join(folder, 'import-blocks.tf'), blocks.join('\n'))
      return { said: await apply(...args), count: known.length }
    },
    destroy: async () => void (await change('destroy')),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What version 5.100 of the provider has no import for. */
const withoutImport: ReadonlySet<string> = new Set(['aws_appautoscaling_scheduled_action', 'aws_lb_target_group_attachment'])

interface State {
  readonly outputs: { readonly imports?: { readonly value: Readonly<Record<string, string>> } }
  readonly resources: readonly {
    readonly mode: string
    readonly type: string
    readonly name: string
    readonly instances: readonly { readonly attributes: { readonly id: string } }[]
  }[]
}

/** What can be imported of a state and by which id: the one that the output `imports` has, else the resource's own. */
function importable(text: string): readonly { readonly address: string; readonly id: string }[] {
  const state = JSON.parse(text) as State
  return state.resources
    .filter(({ mode, type }) => mode === 'managed' && !withoutImport.has(type))
    .map(({ type, name, instances }) => {
      const address = `${type}.${name}`
      return { address, id: state.outputs.imports?.value[address] ?? instances[0]?.attributes.id ?? '' }
    })
}
