import { CliError } from '../../shared/errors.ts'
import { withName } from '../instance.ts'
import { type MemberChange, memberChanges } from '../output/changes.ts'
import { covers, spokenOf } from './covers.ts'
import { kinds } from './kinds/index.ts'
import type { Kind, KindContext, Present } from './kinds/kind.ts'
import { isDeferred, referencesIn, resolved } from './value.ts'
import { type Input, type KindName, type Wanted, idTag, importTag, kindNames, tagsOf, without } from './wanted.ts'

/** What is to be done about one resource. */
export interface Change {
  /** `use`: it is there, not of this import, and stays as it is. */
  readonly action: 'create' | 'change' | 'replace' | 'delete' | 'use' | 'unchanged'
  readonly kind: KindName
  readonly id: string
  readonly name: string
  readonly members: readonly MemberChange[]
  readonly wanted?: Wanted
  readonly present?: Present
}

/** What an import is called, and the instance that it is in. */
export interface Import {
  readonly name: string
  readonly instance: string
}

/** All that there is of every kind, of this import and of others. */
export type There = Readonly<Record<KindName, readonly Present[]>>

export const readThere = async (context: KindContext): Promise<There> => {
  const entries = await Promise.all(kindNames.map(async name => [name, await kinds[name].all(context)] as const))
  const found = new Map<KindName, readonly Present[]>(entries)
  const of = (name: KindName): readonly Present[] => found.get(name) ?? []
  return {
    namespace: of('namespace'),
    'discovery service': of('discovery service'),
    'capacity provider': of('capacity provider'),
    cluster: of('cluster'),
    'target group': of('target group'),
    'load balancer': of('load balancer'),
    listener: of('listener'),
    rule: of('rule'),
    'task definition': of('task definition'),
    service: of('service'),
    'scalable target': of('scalable target'),
  }
}

/**
 * What brings about what an import wants, in the order in which it is done; deletions last. Pure. Throws `CliError` for
 * a resource whose name another one has that is not of this import.
 */
export const planImport = (own: Import, wanted: readonly Wanted[], there: There): readonly Change[] => {
  const changes: Change[] = []
  const known = new Map<string, Readonly<Record<string, string>>>()
  const replaced = new Set<string>()
  for (const each of inOrder(wanted)) {
    const change = changeOf(own, each, there, { known, replaced })
    changes.push(change)
    if (change.action === 'replace') replaced.add(each.id)
    // A changed task definition is another revision; what is made anew has another ARN.
    const isSame = change.action !== 'create' && change.action !== 'replace'
    if (isSame && change.present !== undefined && !(change.kind === 'task definition' && change.action === 'change')) {
      known.set(each.id, change.present.attributes)
    }
  }
  return [...changes, ...deletions(own.name, there, new Set(wanted.map(({ id }) => id)))]
}

/** By kind, and each behind what it refers to and the services that it waits for. Throws `CliError` where they wait for one another. */
export const inOrder = (wanted: readonly Wanted[]): readonly Wanted[] => {
  const sorted = kindNames.flatMap(kind => wanted.filter(each => each.kind === kind))
  const byId = new Map(wanted.map(each => [each.id, each]))
  const done = new Set<Wanted>()
  const visit = (each: Wanted, above: readonly Wanted[]): void => {
    if (done.has(each)) return
    if (above.includes(each)) {
      throw new CliError(`${[...above, each].map(({ name }) => name).join(' waits for ')}.`, 'None of them could be first.', {
        exitCode: 2,
      })
    }
    for (const id of [...(each.after ?? []), ...referencesIn(each.input).map(reference => reference.id)]) {
      const before = byId.get(id)
      if (before !== undefined) visit(before, [...above, each])
    }
    done.add(each)
  }
  for (const each of sorted) visit(each, [])
  return [...done]
}

/** All that an import made, the last first. */
export const deletions = (name: string, there: There, kept: ReadonlySet<string> = new Set()): readonly Change[] =>
  kindNames.toReversed().flatMap(kind =>
    there[kind]
      .filter(({ tags }) => tags[importTag] === name && !kept.has(tags[idTag] ?? ''))
      .map(present => ({
        action: 'delete' as const,
        kind,
        id: present.tags[idTag] ?? '',
        name: present.title ?? present.name,
        members: [],
        present,
      })),
  )

interface Before {
  readonly known: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly replaced: ReadonlySet<string>
}

const changeOf = ({ name, instance }: Import, wanted: Wanted, there: There, { known, replaced }: Before): Change => {
  const kind = kinds[wanted.kind]
  const input = resolvedInput(wanted, known)
  const common = { kind: wanted.kind, id: wanted.id, name: wanted.name, wanted }
  const present = there[wanted.kind].find(({ tags }) => tags[importTag] === name && tags[idTag] === wanted.id)
  if (present === undefined) {
    const other = sameName(kind, input, there[wanted.kind])
    if (other === undefined || (other.tags[importTag] === name && kind.sameName === 'is in the way')) {
      return { ...common, action: 'create', members: [] }
    }
    if (kind.sameName === 'is used') return { ...common, action: 'use', members: [], present: other }
    const owner = other.tags[importTag]
    throw new CliError(
      `There is a ${wanted.kind} ${wanted.name} already, ${owner === undefined ? 'which no import made' : `of the import ${owner}`}.`,
      owner === undefined
        ? 'Delete it, or give one of them another name.'
        : `Delete it with: ${withName(`kecs import delete ${owner}`, instance)}`,
    )
  }
  const changed = changedMembers(kind, without(input, wanted.initial ?? []), present)
  const isFixed = changed.some(({ member }) => kind.fixed.includes(member))
  const standsOnReplaced = wanted.kind !== 'task definition' && referencesIn(wanted.input).some(({ id }) => replaced.has(id))
  const members = changed.flatMap(({ changes }) => changes)
  if (isFixed || standsOnReplaced) return { ...common, action: 'replace', members, present }
  return { ...common, action: changed.length > 0 ? 'change' : 'unchanged', members, present }
}

const sameName = (kind: Kind, input: Input, all: readonly Present[]): Present | undefined => {
  const wantedName = kind.nameOf(input)
  return wantedName === undefined ? undefined : all.find(each => each.name === wantedName)
}

export const resolvedInput = (wanted: Wanted, known: Before['known']): Input =>
  Object.fromEntries(
    Object.entries(wanted.input).map(([member, value]) => [member, resolved(value, ({ id, attribute }) => known.get(id)?.[attribute])]),
  )

/** The tags of an input, whichever case its member has; those that AWS or another import gave are nobody's to ask for. */
export const tagsOfInput = (input: Input): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(tagsOf(input['tags'] ?? input['Tags'])).filter(([key]) => !key.startsWith('aws:') && key !== importTag && key !== idTag),
  )

interface ChangedMember {
  readonly member: string
  readonly changes: readonly MemberChange[]
}

/** Members that differ; of tags, which are members too, those that are wanted. */
export const changedMembers = (kind: Kind, input: Input, present: Present): readonly ChangedMember[] => {
  const shape = kind.shape(without(input, ['tags', 'Tags']))
  const tags = tagsOfInput(input)
  const wanted: Input = { ...shape, ...(Object.keys(tags).length > 0 && { tags }) }
  const found: Input = { ...present.members, tags: present.tags }
  return Object.entries(wanted).flatMap(([member, value]) => {
    if (!isDeferred(value) && covers(found[member], value)) return []
    const shown: unknown = JSON.parse(JSON.stringify(value ?? null))
    const changes = memberChanges(spokenOf(found[member], value), shown, member).filter(({ before, after }) => !covers(before, after))
    return [{ member, changes }]
  })
}
