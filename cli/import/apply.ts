import { CliError } from '../../shared/errors.ts'
import { AwsRefusal } from '../apply/api.ts'
import { withName } from '../instance.ts'
import type { Steps } from '../output/steps.ts'
import { awaitSteady } from './kinds/ecs-service.ts'
import { kinds } from './kinds/index.ts'
import type { KindContext, Present } from './kinds/kind.ts'
import { addTags, withTags } from './kinds/tagging.ts'
import { type Change, changedMembers, resolvedInput, tagsOfInput } from './plan.ts'
import { referencesIn } from './value.ts'
import { type Wanted, idTag, importTag, without } from './wanted.ts'

export interface ApplyImportOptions {
  readonly name: string
  /** The instance's name. */
  readonly instance: string
  readonly context: Omit<KindContext, 'progress'>
  readonly steps: Steps
  /** Whether services are waited for until they are steady. */
  readonly isWaiting: boolean
}

/** Carries a plan out. Rejects with `CliError` naming the resource; what was done until then stays, and the same call goes on from there. */
export const applyImport = async (changes: readonly Change[], options: ApplyImportOptions): Promise<void> => {
  const known = new Map<string, Readonly<Record<string, string>>>()
  const services = new Map<string, Present>()
  const steady = new Set<Present>()
  const untilSteady = async (service: Present | undefined): Promise<void> => {
    if (service === undefined || steady.has(service) || !options.isWaiting) return
    await step(`service ${service.name} is steady`, options, context => awaitSteady(context, service))
    steady.add(service)
  }
  const inTheWay = changes.filter(isInTheWay(changes))
  await retireAll(changes, options)
  for (const change of [...changes.filter(({ action }) => action === 'replace').toReversed(), ...inTheWay]) await removeOne(change, options)
  for (const change of changes) {
    const { wanted } = change
    if (wanted === undefined) continue
    for (const id of wanted.after ?? []) await untilSteady(services.get(id))
    const present = await bringAbout(change, wanted, known, options)
    known.set(change.id, present.attributes)
    if (change.kind === 'service') services.set(change.id, present)
  }
  for (const service of services.values()) await untilSteady(service)
  const rest = changes.filter(change => change.action === 'delete' && !inTheWay.includes(change))
  await removeAll(rest, options)
}

/** What is deleted and has the name of what is made. */
const isInTheWay =
  (changes: readonly Change[]) =>
  ({ action, kind, name }: Change): boolean =>
    action === 'delete' && changes.some(each => each.action === 'create' && each.kind === kind && each.name === name)

const bringAbout = async (
  { action, kind: kindName, present }: Change,
  wanted: Wanted,
  known: ReadonlyMap<string, Readonly<Record<string, string>>>,
  options: ApplyImportOptions,
): Promise<Present> => {
  if (present !== undefined && (action === 'unchanged' || action === 'use')) return present
  const kind = kinds[kindName]
  const input = resolvedInput(wanted, known)
  const [open] = referencesIn(input)
  if (open !== undefined) {
    throw new CliError(`${kindName} ${wanted.name} needs the ${open.attribute} of ${open.id}, which that does not have.`, '')
  }
  const tags = { ...tagsOfInput(input), [importTag]: options.name, [idTag]: wanted.id }
  return step(`${kindName} ${wanted.name}`, options, async context => {
    if (action !== 'change' || present === undefined) return kind.create(context, withTags(kind, input, tags))
    const changed = changedMembers(kind, without(input, wanted.initial ?? []), present).map(({ member }) => member)
    if (changed.includes('tags')) await addTags(context, kind, present.arn, tags)
    const rest = changed.filter(member => member !== 'tags')
    return rest.length > 0 ? kind.change(context, present, withTags(kind, input, tags), rest) : present
  })
}

const removeOne = async ({ kind, present }: Change, options: ApplyImportOptions): Promise<void> => {
  if (present === undefined) return
  await step(`${kind} ${present.title ?? present.name} is deleted`, options, context => kinds[kind].remove(context, present))
}

const step = <T>(
  title: string,
  { context, steps, name, instance }: ApplyImportOptions,
  work: (context: KindContext) => Promise<T>,
): Promise<T> =>
  steps.run(title, async ({ progress }) => {
    try {
      return await work({ ...context, progress })
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw error
      throw new CliError(
        `${title.replace(/ is (deleted|steady)$/, '')} was refused: ${error.message} (${error.code})`,
        `What was done until then stays. Mend it and run the command again, or take it back with: ${withName(`kecs import delete ${name}`, instance)}`,
        { cause: error },
      )
    }
  })

/** Removes all that an import made. */
export const removeImport = async (changes: readonly Change[], options: ApplyImportOptions): Promise<void> => {
  await retireAll(changes, options)
  await removeAll(changes, options)
}

/** One after the other but for services, whose tasks are all given their stop timeout at once. */
const removeAll = async (changes: readonly Change[], options: ApplyImportOptions): Promise<void> => {
  for (const [kind, some] of Map.groupBy(changes, change => change.kind)) {
    if (kind === 'service') await Promise.all(some.map(change => removeOne(change, options)))
    else for (const change of some) await removeOne(change, options)
  }
}

const retireAll = async (changes: readonly Change[], { context }: ApplyImportOptions): Promise<void> => {
  const silent = { ...context, progress: () => {} }
  for (const { action, kind, present } of changes) {
    if (present !== undefined && (action === 'delete' || action === 'replace')) await kinds[kind].retire?.(silent, present)
  }
}
