import { join } from 'node:path'
import { defaultAccount, defaultRegion } from '../../shared/names.ts'
import { CliError } from '../../shared/errors.ts'
import { type AwsApi, awsApi } from '../apply/api.ts'
import type { Arguments } from '../command.ts'
import { defineCommand } from '../command.ts'
import { commonFlags } from '../flags.ts'
import type { Host } from '../host.ts'
import { withName } from '../instance.ts'
import { withLock } from '../instance-lock.ts'
import { applyImport, removeImport } from '../import/apply.ts'
import { readNetwork } from '../import/place.ts'
import { type Change, deletions, planImport, readThere } from '../import/plan.ts'
import { type Role, makeRole, missingRoles, roleNote, rolesOf } from '../import/roles.ts'
import { isChange, planDocument, planLines, planSummary } from '../import/show-plan.ts'
import { type NamedSource, readSource } from '../import/source.ts'
import { importTag, kindNames } from '../import/wanted.ts'
import { tableLines } from '../output/table.ts'
import { type Target, runningTargetOf } from '../target.ts'
import { endpointOf } from '../up/summary.ts'
import { instanceVariables } from './env.ts'

const sourceFlags = {
  ...commonFlags,
  file: { type: 'positional', description: 'a Compose file, templates, what aws describe-… answered; a folder of them; - for stdin' },
  as: { type: 'string', description: "what the import is called (default: the file's, folder's or project's name)", valueHint: 'NAME' },
  parameter: {
    type: 'string',
    description: 'of templates: a parameter, or what a resource that is not made answers (Role.Arn); several times',
    valueHint: 'KEY=VALUE',
  },
  'stand-ins': { type: 'boolean', description: "of templates: take the instance's own networks, roles and log groups for theirs" },
  map: {
    type: 'string',
    description: 'of an account: a text that is another one here, such as a subnet; several times',
    valueHint: 'OLD=NEW',
  },
  profile: { type: 'string', description: 'of Compose: services of this profile too; several times', valueHint: 'PROFILE' },
} as const

const about =
  'Files may be a docker-compose.yml, CloudFormation templates (also a folder of CDK, cdk.out), or what aws ecs describe-task-definition,\n' +
  'describe-services, describe-clusters and aws elbv2 describe-… answered. What the import makes has the tag kecs:import=NAME.\n' +
  'What has no place is said.'

export const plan = defineCommand({
  name: 'import plan',
  summary: 'Show what an import would make, change and delete.',
  description: about,
  args: sourceFlags,
  rest: 'FILE',
  examples: [
    ['kecs import plan docker-compose.yml', 'each service with its tasks, names and ports'],
    ['kecs import plan cdk.out --stand-ins', 'what cdk synth wrote'],
    ['aws ecs describe-services --cluster prod --services web | kecs import plan - --as prod', 'of a real account'],
  ],
  run: async (given, host) => {
    const target = await runningTargetOf(given, host, timeout)
    const { source, changes } = await planned(given, target, host)
    show(target, source, changes)
    if (target.asJson) target.output.json(planDocument(source.name, changes, source.notes))
  },
})

export const apply = defineCommand({
  name: 'import apply',
  summary: 'Make and change what files say, and delete what they no longer have.',
  description: `${about}\nThe plan is shown first, and asked for. The same command again changes nothing.`,
  args: {
    ...sourceFlags,
    yes: { type: 'boolean', alias: 'y', description: 'do not ask' },
    wait: { type: 'boolean', default: true, description: 'do not wait until services are steady' },
  },
  rest: 'FILE',
  examples: [
    ['kecs import apply docker-compose.yml', 'asks first'],
    ['kecs import apply template.yaml --parameter Image=nginx:alpine --yes', 'of CloudFormation'],
  ],
  run: async (given, host) => {
    const target = await runningTargetOf(given, host, timeout)
    const { source, changes } = await alone(target, 'import apply', async () => {
      const made = await planned(given, target, host)
      show(target, made.source, made.changes)
      if (made.roles.length > 0 || made.changes.some(isChange)) await carryOut(made, { given, target, host })
      return made
    })
    if (target.asJson) target.output.json(planDocument(source.name, changes, source.notes))
    else if (changes.some(isChange))
      target.output.note(`\n  ${source.name} is as the files say. Where it is reached: ${withName('kecs status', target.instance.name)}`)
  },
})

export const remove = defineCommand({
  name: 'import delete',
  summary: 'Delete all that an import made.',
  description: 'Services first, clusters last. What was there before it stays.',
  args: {
    ...commonFlags,
    import: { type: 'positional', description: "the import's name, as kecs import list has it" },
    yes: { type: 'boolean', alias: 'y', description: 'do not ask' },
  },
  examples: [['kecs import delete shop', 'asks first']],
  run: async (given, host) => {
    const target = await runningTargetOf(given, host, '10m')
    const context = contextOf(target)
    const name = given.text('import') ?? ''
    const changes = await alone(target, 'import delete', async () => {
      const found = deletions(name, await readThere({ ...context, progress: () => {} }))
      if (found.length === 0)
        throw new CliError(`There is nothing of an import ${name}.`, `See: ${withName('kecs import list', target.instance.name)}`)
      for (const line of planLines(found, target.output.paint)) target.output.note(line)
      if (given.flag('yes') !== true) await confirm(`Delete ${found.length} resources?`, host)
      const steps = target.output.steps(host.signal)
      await removeImport(found, { name, context, steps, isWaiting: true, instance: target.instance.name }).finally(() => steps.close())
      return found
    })
    if (target.asJson) target.output.json(planDocument(name, changes, []))
  },
})

export const list = defineCommand({
  name: 'import list',
  summary: 'Show what imports there are, and how much each made.',
  args: commonFlags,
  examples: [['kecs import list', 'names and counts']],
  run: async (given, host) => {
    const target = await runningTargetOf(given, host, '2m')
    const there = await readThere({ ...contextOf(target), progress: () => {} })
    const counts = new Map<string, number>()
    for (const { tags } of kindNames.flatMap(kind => there[kind])) {
      const name = tags[importTag]
      if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    const found = [...counts].map(([name, resources]) => ({ name, resources }))
    if (target.asJson) return target.output.json(found)
    if (found.length === 0) return target.output.note(`There is none yet: ${withName('kecs import apply FILE', target.instance.name)}`)
    const rows = found.map(({ name, resources }) => [name, resources])
    for (const line of tableLines(['import', 'resources'], rows)) target.output.print(line)
  },
})

const timeout = '15m'

/**
 * While no other import changes the instance: two that plan from the same state would both make what is not there. Not
 * the instance's own lock: `kecs up` holds that one while it runs scripts, which may import.
 */
const alone = <T>({ instance }: Target, command: string, work: () => Promise<T>): Promise<T> =>
  withLock(join(instance.folder, 'import'), command, work)

const planned = async (given: Arguments<typeof sourceFlags>, target: Target, host: Host) => {
  const context = contextOf(target)
  const [network, there] = await Promise.all([readNetwork(context.api), readThere({ ...context, progress: () => {} })])
  const source = await readSource({
    paths: given.words,
    cwd: host.cwd,
    env: host.env,
    name: given.text('as'),
    place: { account: target.instance.keys?.[0]?.account ?? defaultAccount, region: defaultRegion, network },
    parameters: pairs('parameter', given.texts('parameter')),
    replacements: pairs('map', given.texts('map')),
    profiles: given.texts('profile'),
    standsIn: given.flag('stand-ins') === true,
  })
  const roles = await rolesToMake(target, context.api, source)
  const changes = planImport({ name: source.name, instance: target.instance.name }, source.wanted, there)
  return { source: { ...source, notes: [...source.notes, ...roles.map(roleNote)] }, context, changes, roles }
}

interface CarryingOut {
  readonly given: { flag(name: 'yes' | 'wait'): boolean | undefined }
  readonly target: Target
  readonly host: Host
}

/** Asks first, unless told not to. */
const carryOut = async (
  { source, changes, context, roles }: Awaited<ReturnType<typeof planned>>,
  { given, target, host }: CarryingOut,
): Promise<void> => {
  if (given.flag('yes') !== true) await confirm(`Do this? ${planSummary(changes) || 'Roles are made.'}`, host)
  const steps = target.output.steps(host.signal)
  const options = { name: source.name, context, steps, isWaiting: given.flag('wait') !== false, instance: target.instance.name }
  const made = Promise.all(roles.map(role => steps.run(`role ${role.name}`, () => makeRole(context.api, role))))
  await made.then(() => applyImport(changes, options)).finally(() => steps.close())
}

/** Of an instance that takes roles as they are given none. */
const rolesToMake = async ({ instance }: Target, api: AwsApi, { wanted }: NamedSource): Promise<readonly Role[]> => {
  if (instance.unknownRoles === 'accept') return []
  return missingRoles(api, rolesOf(wanted, instance.keys?.[0]?.account ?? defaultAccount))
}

const contextOf = ({ instance, signal }: Target) => {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = instanceVariables(instance)
  return { api: awsApi({ endpoint: endpointOf(instance), accessKeyId, secretAccessKey, signal, instance: instance.name }), signal }
}

const pairs = (flag: string, given: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    given.map(pair => {
      const at = pair.indexOf('=')
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)] as const
      throw new CliError(`--${flag} ${pair} has no value.`, `Write it as --${flag} NAME=VALUE.`, { exitCode: 2 })
    }),
  )

const show = ({ output }: Target, source: NamedSource, changes: readonly Change[]): void => {
  for (const note of source.notes) output.note(`  ${output.paint('yellow', '!')} ${note}`)
  for (const line of planLines(changes, output.paint)) output.note(line)
  const summary = planSummary(changes)
  output.note(summary === '' ? `  ${source.name} is as the files say: nothing to do.` : `  ${source.name}: ${summary}.`)
}

const confirm = async (question: string, host: Host): Promise<void> => {
  if (!host.canAsk) throw new CliError('Nobody is at the terminal to be asked.', 'Add --yes if that is what you want.', { exitCode: 2 })
  const { consola } = await import('consola')
  const isAgreed: unknown = await consola.prompt(question, { type: 'confirm', initial: false, cancel: 'undefined' })
  if (isAgreed !== true) throw new CliError('Nothing was changed.', '', { exitCode: 130 })
}
