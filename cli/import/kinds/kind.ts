import type { AwsApi } from '../../apply/api.ts'
import type { Input } from '../wanted.ts'

/** A resource that is there. */
export interface Present {
  readonly arn: string
  /** As people know it, which no other of its kind has. */
  readonly name: string
  /** Where the name is one for machines: what people call it. */
  readonly title?: string
  /** In the shape of what its Create… takes. */
  readonly members: Input
  /** What other resources may refer to. */
  readonly attributes: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
}

export interface KindContext {
  readonly api: AwsApi
  readonly signal: AbortSignal
  /** A line about what happens now. */
  readonly progress: (line: string) => void
}

/** How resources of one kind are read, made, changed and removed. Methods reject with `AwsRefusal`. */
export interface Kind {
  /** Every one of the account and region. */
  all(context: KindContext): Promise<readonly Present[]>
  /** Makes it and resolves with it as it is then. */
  create(context: KindContext, input: Input): Promise<Present>
  /** Brings the members of `changed` to be as `input` has them. */
  change(context: KindContext, present: Present, input: Input, changed: readonly string[]): Promise<Present>
  /** Called of all that is to go, before the first of it goes. */
  retire?(context: KindContext, present: Present): Promise<void>
  /** Resolves once it is gone. */
  remove(context: KindContext, present: Present): Promise<void>
  /** The input in the shape of `Present.members`: defaults and spellings that mean the same. */
  shape(input: Input): Input
  /** Members that no call changes: another value needs another resource. */
  readonly fixed: readonly string[]
  /** Whose it is: each has its own form and calls of tags. */
  readonly service: 'ecs' | 'elbv2' | 'servicediscovery' | 'application-autoscaling'
  /** The `name` of `Present` that what is made of the input will have; undefined where several may share it, or it is not known yet. */
  nameOf(input: Input): string | undefined
  /** What one of that name which is not of this import means: it is used as it is, or it is in the way. */
  readonly sameName: 'is used' | 'is in the way'
}

/** All pages of a listing. */
export const pages = async (
  call: (token: string | undefined) => Promise<Input>,
  member: string,
  token: string,
): Promise<readonly unknown[]> => {
  const found: unknown[] = []
  let next: string | undefined
  do {
    const answer: Input = await call(next)
    const items = answer[member]
    if (Array.isArray(items)) found.push(...items)
    const after = answer[token]
    next = typeof after === 'string' && after !== '' ? after : undefined
  } while (next !== undefined)
  return found
}

/** Parts of at most `size` elements: Describe… calls take so many names. */
export const chunks = <T>(all: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size))
