// Reads a service's model out of an installed `@aws-sdk/client-*` package: names, types, required members and traits
// from its runtime schemas, enumerations and each operation's errors from its type declarations. No documentation text.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import ts from 'typescript-5'

const require = createRequire(import.meta.url)

export type Scalar = 'string' | 'number' | 'boolean' | 'timestamp' | 'document' | 'blob'

/** A member's type: a scalar, a named structure, or a list or map of another. */
export type Reference =
  | { readonly kind: 'scalar'; readonly scalar: Scalar; readonly enum?: string }
  | { readonly kind: 'structure'; readonly name: string }
  | { readonly kind: 'list'; readonly name?: string; readonly of: Reference }
  | { readonly kind: 'map'; readonly name?: string; readonly of: Reference }

export interface Member {
  readonly type: Reference
  readonly required: boolean
  readonly idempotencyToken: boolean
}

export interface Structure {
  readonly name: string
  readonly union: boolean
  readonly members: ReadonlyMap<string, Member>
}

export interface ErrorShape {
  readonly name: string
  readonly code: string
  readonly status: number
  readonly fault: 'client' | 'server'
}

export interface Operation {
  readonly input: string
  readonly output: string
  readonly errors: readonly string[]
}

export interface Model {
  readonly packageName: string
  readonly packageVersion: string
  /** Dependencies come before those that use them. */
  readonly structures: ReadonlyMap<string, Structure>
  readonly enums: ReadonlyMap<string, readonly string[]>
  readonly operations: ReadonlyMap<string, Operation>
  readonly errors: ReadonlyMap<string, ErrorShape>
}

// The layout of the schemas is documented in @smithy/types, static-schemas.d.ts.
type Schema = number | string | readonly unknown[] | (() => Schema)
const isNamed = (schema: readonly unknown[]): boolean => typeof schema[0] === 'number' && typeof schema[1] === 'string'
const scalars: Record<number, Scalar> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'timestamp',
  5: 'timestamp',
  6: 'timestamp',
  7: 'timestamp',
  15: 'document',
  21: 'blob',
}
const idempotencyTokenTrait = 4

export function readModel(packageName: string): Model {
  const folder = dirname(require.resolve(`${packageName}/package.json`))
  const packageVersion = String(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version)
  const exported = require(packageName) as Record<string, unknown>
  const declarations = join(folder, 'dist-types')

  const enums = readEnums(join(declarations, 'models'), exported)
  const enumOf = readEnumLinks(join(declarations, 'models'), enums)
  const structures = new Map<string, Structure>()
  const inProgress = new Set<string>()

  const reference = (schema: Schema): { type: Reference; traits: number } => {
    if (typeof schema === 'function') return reference(schema())
    if (schema === 'unit') return { type: { kind: 'structure', name: addUnit() }, traits: 0 }
    if (typeof schema === 'number') {
      const scalar = scalars[schema & 63]
      if (!scalar) throw new Error(`unknown schema ${schema}`)
      const type: Reference = { kind: 'scalar', scalar }
      if (schema & 64) return { type: { kind: 'list', of: type }, traits: 0 }
      if (schema & 128) return { type: { kind: 'map', of: type }, traits: 0 }
      return { type, traits: 0 }
    }
    if (typeof schema === 'string') throw new Error(`unknown schema ${schema}`)
    if (!isNamed(schema)) return { ...reference(schema[0] as Schema), traits: typeof schema[1] === 'number' ? schema[1] : 0 }
    const [kind, , name] = schema as [number, string, string]
    if (kind === 0) return reference(schema[4] as Schema)
    if (kind === 1) return { type: { kind: 'list', name, of: reference(schema[4] as Schema).type }, traits: 0 }
    if (kind === 2) return { type: { kind: 'map', name, of: reference(schema[5] as Schema).type }, traits: 0 }
    return { type: { kind: 'structure', name: addStructure(schema) }, traits: 0 }
  }

  const addUnit = (): string => {
    if (!structures.has('Unit')) structures.set('Unit', { name: 'Unit', union: false, members: new Map() })
    return 'Unit'
  }

  const addStructure = (schema: readonly unknown[]): string => {
    const [kind, , name, , names, types, required = 0] = schema as [number, string, string, unknown, string[], Schema[], number?]
    if (structures.has(name)) return name
    if (inProgress.has(name)) throw new Error(`${packageName}: ${name} contains itself, which the generator does not support`)
    inProgress.add(name)
    const members = new Map<string, Member>()
    names.forEach((member, index) => {
      const { type, traits } = reference(types[index] as Schema)
      const linked = enumOf.get(`${name}.${member}`)
      members.set(member, {
        type: linked ? withEnum(type, linked) : type,
        required: index < required,
        idempotencyToken: (traits & idempotencyTokenTrait) !== 0,
      })
    })
    structures.set(name, { name, union: kind === 4, members })
    return name
  }

  const structureOf = (schema: Schema): string => {
    const { type } = reference(schema)
    if (type.kind !== 'structure') throw new Error(`${packageName}: an operation's input or output is not a structure`)
    return type.name
  }

  const operations = new Map<string, Operation>()
  const errors = new Map<string, ErrorShape>()
  const schemas = Object.values(exported).filter((value): value is readonly unknown[] => Array.isArray(value) && isNamed(value))
  for (const schema of schemas.filter(([kind]) => kind === -3)) {
    const name = String(schema[2])
    const traits = (schema[3] ?? {}) as { error?: 'client' | 'server'; httpError?: number; awsQueryError?: [string, number] }
    const fault = traits.error ?? 'client'
    errors.set(name, {
      name,
      fault,
      code: traits.awsQueryError?.[0] ?? name,
      status: traits.awsQueryError?.[1] ?? traits.httpError ?? (fault === 'server' ? 500 : 400),
    })
  }
  for (const schema of schemas.filter(([kind]) => kind === 9)) {
    const name = String(schema[2])
    operations.set(name, {
      input: structureOf(schema[4] as Schema),
      output: structureOf(schema[5] as Schema),
      errors: readThrown(join(declarations, 'commands', `${name}Command.d.ts`)).filter(error => errors.has(error)),
    })
  }
  return { packageName, packageVersion, structures, enums, operations: sorted(operations), errors: sorted(errors) }
}

const sorted = <Value>(map: Map<string, Value>): Map<string, Value> => new Map([...map].sort(([a], [b]) => (a < b ? -1 : 1)))

function withEnum(type: Reference, name: string): Reference {
  if (type.kind === 'scalar') return { ...type, enum: name }
  if (type.kind === 'structure') return type
  return { ...type, of: withEnum(type.of, name) }
}

const declarationFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter(file => file.endsWith('.d.ts'))
    .map(file => join(folder, file))

function readEnums(folder: string, exported: Record<string, unknown>): Map<string, readonly string[]> {
  const enums = new Map<string, readonly string[]>()
  for (const file of declarationFiles(folder)) {
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/export declare const (\w+): \{/g)) {
      const values = exported[name]
      if (values && typeof values === 'object' && !Array.isArray(values)) enums.set(name, Object.values(values as Record<string, string>))
    }
  }
  return sorted(enums)
}

/** `Structure.member` → the enumeration that its declared type names. */
function readEnumLinks(folder: string, enums: ReadonlyMap<string, unknown>): Map<string, string> {
  const links = new Map<string, string>()
  for (const file of declarationFiles(folder)) {
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
    const visit = (node: ts.Node): void => {
      if ((ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)) && node.name) {
        for (const member of node.members) {
          const type = (member as { type?: ts.TypeNode }).type
          if (!member.name || !type) continue
          // A map's keys are strings on the wire: an enumeration of keys says nothing of the values.
          const linked = type
            .getText(source)
            .replaceAll(/\bRecord<\w+,/g, '')
            .match(/[A-Za-z]\w+/g)
            ?.find(word => enums.has(word))
          if (linked) links.set(`${node.name.text}.${member.name.getText(source)}`, linked)
        }
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return links
}

const readThrown = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/@throws \{@link (\w+)\}/g)].map(([, name = '']) => name)
