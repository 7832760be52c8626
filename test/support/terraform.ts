import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Finished, execute } from './instance.ts'
import { runs } from './runs.ts'

/** Where a machine may keep the aws provider for use without a registry. */
const pluginFolders = (): readonly string[] => [
  ...(process.env['KECS_TEST_TF_PLUGINS'] === undefined ? [] : [process.env['KECS_TEST_TF_PLUGINS']]),
  ...['/opt', '/usr/local', '/usr/local/share', '/'].map(parent => join(parent, 'tf-plugins')),
]

const plugins = (): string | undefined => pluginFolders().find(folder => existsSync(join(folder, 'registry.terraform.io/hashicorp/aws')))

/** Why Terraform cannot drive kecs on this machine; undefined where it can. */
export function terraformIsMissing(): string | undefined {
  if (!runs(['terraform', '-version'])) return 'terraform is not on this machine'
  return plugins() === undefined ? 'no folder with the aws provider is on this machine (KECS_TEST_TF_PLUGINS names one)' : undefined
}

export interface Terraform {
  /** Runs a command in the module's folder; throws with what Terraform said where it ends otherwise than with 0. */
  run(...args: readonly string[]): Promise<string>
  /** Whether a plan would change anything. */
  isUnchanged(...args: readonly string[]): Promise<boolean>
  /** Forgets a resource and takes it in again by its id. */
  reimport(address: string, ...args: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** A module's copy in a folder of its own, initialised; `variables` are its variables. */
export async function openTerraform(module: string, variables: Readonly<Record<string, string>>): Promise<Terraform> {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-terraform-'))
  await copyFile(module, join(folder, 'main.tf'))
  const env = {
    ...Object.fromEntries(Object.entries(variables).map(([name, value]) => [`TF_VAR_${name}`, value])),
    TF_IN_AUTOMATION: '1',
    TF_CLI_CONFIG_FILE: '/dev/null',
    CHECKPOINT_DISABLE: '1',
  }
  const finish = (args: readonly string[]): Promise<Finished> =>
    execute(['terraform', `-chdir=${folder}`, ...args], { env, timeoutMs: 600_000 })
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await finish(args)
    if (code !== 0) throw new Error(`terraform ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`)
    return stdout
  }
  await run('init', '-no-color', `-plugin-dir=${plugins() ?? ''}`)
  return {
    run,
    async isUnchanged(...args) {
      const { code, stdout, stderr } = await finish(['plan', '-no-color', '-detailed-exitcode', ...args])
      if (code === 0) return true
      throw new Error(`terraform plan ended with ${code}\n${stdout}\n${stderr}`)
    },
    async reimport(address, ...args) {
      const shown = await run('state', 'show', '-no-color', address)
      const id = /^ {4}id\s+= "(.*)"$/m.exec(shown)?.[1]
      if (id === undefined) throw new Error(`${address} has no id:\n${shown}`)
      await run('state', 'rm', address)
      await run('import', '-no-color', ...args, address, id)
    },
    close: () => rm(folder, { recursive: true, force: true }),
  }
}
