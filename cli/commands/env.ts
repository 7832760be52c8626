import { basename } from 'node:path'
import { CliError } from '../../shared/errors.ts'
import { defaultRegion } from '../../shared/names.ts'
import type { Instance } from '../cluster/driver.ts'
import { defineCommand } from '../command.ts'
import { commonFlags, instanceName } from '../flags.ts'
import { requireInstance, withName } from '../instance.ts'
import { endpointOf } from '../up/summary.ts'

const shells = ['bash', 'zsh', 'fish', 'dotenv'] as const
type Shell = (typeof shells)[number]

export const env = defineCommand({
  name: 'env',
  summary: 'Print what the AWS CLI and SDKs need in the environment.',
  description: 'Lines for a shell to evaluate: the endpoint, a region, and credentials that only kecs knows.',
  args: {
    ...commonFlags,
    shell: {
      type: 'string',
      description: 'bash, zsh, fish, or dotenv for lines of KEY=value (default: as SHELL says)',
      valueHint: shells.join('|'),
    },
    unset: { type: 'boolean', description: 'lines that take it back' },
  },
  examples: [
    ['eval "$(kecs env)"', 'bash and zsh'],
    ['kecs env | source', 'fish'],
    ['eval "$(kecs env --unset)"', 'back to the real AWS'],
  ],
  run: async (given, host) => {
    const name = instanceName(given.text('name'), host.env)
    const isUnset = given.flag('unset') === true
    const shell = chosenShell(given.text('shell'), host.env['SHELL'])
    const values = isUnset ? variables('') : instanceVariables(await requireInstance(host.home, name))
    if (given.flag('json') === true) {
      host.output.json(isUnset ? Object.fromEntries(Object.keys(values).map(key => [key, null])) : values)
      return
    }
    for (const line of isUnset ? unsetLines(shell, values) : setLines(shell, values)) host.output.print(line)
    const typed = withName(`kecs env${isUnset ? ' --unset' : ''}`, name)
    if (host.output.stdoutIsTerminal) host.output.print(`# to use it: ${shell === 'fish' ? `${typed} | source` : `eval "$(${typed})"`}`)
  },
})

/** Where signatures are verified, the first of its keys. */
export const instanceVariables = (instance: Instance): Readonly<Record<string, string>> => {
  const [key] = instance.keys ?? []
  const made = variables(endpointOf(instance))
  return key === undefined ? made : { ...made, AWS_ACCESS_KEY_ID: key.accessKeyId, AWS_SECRET_ACCESS_KEY: key.secretAccessKey }
}

/** The credentials are made up: kecs takes any, and 000000000000 is the account that they belong to. */
export const variables = (endpoint: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: defaultRegion,
  AWS_DEFAULT_REGION: defaultRegion,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
})

export const setLines = (shell: Shell, values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).map(([key, value]) => {
    const inQuotes = quoted(value)
    if (shell === 'dotenv') return `${key}=${value}`
    return shell === 'fish' ? `set -gx ${key} ${inQuotes};` : `export ${key}=${inQuotes}`
  })

export const unsetLines = (shell: Shell, values: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(values).map(key => (shell === 'dotenv' ? `${key}=` : shell === 'fish' ? `set -e ${key};` : `unset ${key}`))

/** Within single quotes; bash, zsh and fish agree on values without quotes and backslashes, and there are no others. */
const quoted = (value: string): string => {
  if (/^[^'\\\p{Cc}]*$/u.test(value)) return `'${value}'`
  throw new CliError(`A value of the instance cannot be written for a shell.`, 'Use kecs env --json.')
}

/** The shell asked for, else the user's own; whatever is neither fish nor zsh takes bash's lines. */
export const chosenShell = (asked: string | undefined, login: string | undefined): Shell => {
  const found = shells.find(shell => shell === (asked ?? basename(login ?? '')))
  if (found !== undefined) return found
  if (asked === undefined) return 'bash'
  throw new CliError(`kecs env knows no shell "${asked}".`, 'It writes for bash, zsh, fish and dotenv; sh takes the lines of bash.', {
    exitCode: 2,
  })
}
