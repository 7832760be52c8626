import type { Place } from '../place.ts'
import { Deferred, reference } from '../value.ts'
import { type Input, recordOf, written } from '../wanted.ts'
import { type Scope, evaluate } from './evaluate.ts'
import { standIn } from './stand-ins.ts'
import type { Resource, Template } from './template.ts'
import { resourceTypes } from './types.ts'

export interface CloudFormationOptions {
  readonly place: Place
  /** Of `--parameter`: parameters, resources that are not made (`Role.Arn`), exports. */
  readonly parameters: ReadonlyMap<string, string>
  /** Whether networks, roles and log groups of the template are stood in for by the instance's own. */
  readonly standsIn: boolean
}

/** What was met while templates were evaluated. */
export interface Collected {
  /** Names that were looked up among the parameters given. */
  readonly asked: Set<string>
  /** Names that nobody gives a value, and what each is. */
  readonly missing: Map<string, string>
  readonly notes: Set<string>
  /** Names of log groups that are stood in for, so that nobody makes them ahead. */
  readonly logGroups: Set<string>
}

export const collecting = (): Collected => ({ asked: new Set(), missing: new Map(), notes: new Set(), logGroups: new Set() })

/** A template as what refers to other things sees it. */
export interface Stack {
  readonly template: Template
  readonly scope: Scope
  /** The resource's id in the import. */
  idOf(logical: string): string
  /** Resources whose condition holds. */
  resources(): readonly (readonly [string, Resource])[]
}

const stackType = 'AWS::CloudFormation::Stack'

/** The templates as stacks of one import: exports of one are imports of another, and a nested one has its parameters of its parent. */
export const stacksOf = (templates: readonly Template[], options: CloudFormationOptions, collected: Collected): readonly Stack[] => {
  const stacks: Stack[] = []
  const all: Neighbours = {
    exported: name => {
      for (const { template, scope } of stacks) {
        for (const output of Object.values(template.outputs).map(recordOf)) {
          if (evaluate(recordOf(output?.['Export'])?.['Name'], scope) === name) return evaluate(output?.['Value'], scope)
        }
      }
      return undefined
    },
    passed: ({ file }, parameter) => {
      for (const { template, scope } of stacks) {
        const parent = [...template.resources.values()].find(({ type, asset }) => type === stackType && asset === file)
        const value = recordOf(parent?.properties['Parameters'])?.[parameter]
        if (value !== undefined) return evaluate(value, scope)
      }
      return undefined
    },
    output: ({ asset }, name) => {
      const nested = stacks.find(({ template }) => template.file === asset)
      return nested && evaluate(recordOf(nested.template.outputs[name])?.['Value'], nested.scope)
    },
  }
  for (const template of templates) stacks.push(stackOf(template, { isOnly: templates.length === 1, all, options, collected }))
  return stacks
}

/** What stacks of one import know of each other. */
interface Neighbours {
  exported(name: string): unknown
  /** A parameter of a nested template, as its parent gives it. */
  passed(template: Template, parameter: string): unknown
  /** An output of the template that a resource nests. */
  output(resource: Resource, name: string): unknown
}

interface StackOptions {
  readonly isOnly: boolean
  readonly all: Neighbours
  readonly options: CloudFormationOptions
  readonly collected: Collected
}

const stackOf = (template: Template, { isOnly, all, options, collected }: StackOptions): Stack => {
  const { stack } = template
  const idOf = (logical: string): string => (isOnly ? logical : `${stack}.${logical}`)
  const pseudo = pseudoParameters(stack, options.place)
  const { missing, notes, asked, logGroups } = collected

  const givenFor = (name: string): string | undefined => {
    asked.add(name)
    return options.parameters.get(name)
  }
  const lacking = (name: string, why: string): string => {
    missing.set(name, why)
    return ''
  }
  const parameter = (name: string, declared: Input): unknown => {
    const type = String(declared['Type'])
    const given = givenFor(name) ?? all.passed(template, name)
    const value = given ?? declared['Default']
    if (value === undefined) return lacking(name, `a parameter of type ${type}`)
    if (value instanceof Deferred || Array.isArray(value)) return value
    if (given === undefined && type.startsWith('AWS::SSM::')) return lacking(name, `what Systems Manager has at ${written(value)}`)
    return /^(List<|CommaDelimitedList)/.test(type)
      ? written(value)
          .split(',')
          .map(each => each.trim())
      : value
  }
  const foreign = (name: string, attribute: string, resource: Resource): unknown => {
    const { type, properties } = resource
    const key = attribute === '' ? name : `${name}.${attribute}`
    const given = givenFor(key)
    if (given !== undefined) return given
    if (type === stackType && attribute.startsWith('Outputs.')) {
      const nested = all.output(resource, attribute.slice('Outputs.'.length))
      if (nested !== undefined) return nested
    }
    const own = options.standsIn ? standIn({ name, attribute, type, properties, stack, place: options.place }) : undefined
    if (own === undefined) return lacking(key, `of ${type}`)
    if (own.note !== undefined) notes.add(own.note)
    if (own.logGroup !== undefined) logGroups.add(own.logGroup)
    return own.value
  }
  const scope: Scope = {
    region: options.place.region,
    ref: name => {
      if (Object.hasOwn(pseudo, name)) return pseudo[name]
      const declared = recordOf(template.parameters[name])
      if (declared !== undefined) return parameter(name, declared)
      const resource = template.resources.get(name)
      if (resource === undefined) return givenFor(name) ?? lacking(name, 'which the template does not have')
      const type = resourceTypes[resource.type]
      return type === undefined ? foreign(name, '', resource) : reference(idOf(name), type.ref)
    },
    attribute: (name, attribute) => {
      const resource = template.resources.get(name)
      if (resource === undefined) {
        const key = `${name}.${attribute}`
        return givenFor(key) ?? lacking(key, 'which the template does not have')
      }
      const own = resourceTypes[resource.type]?.attributes[attribute]
      return own === undefined ? foreign(name, attribute, resource) : reference(idOf(name), own)
    },
    condition: name => evaluate(template.conditions[name], scope),
    mapping: name => recordOf(template.mappings[name]) ?? {},
    imported: name => all.exported(name) ?? givenFor(name) ?? lacking(name, 'an export of another stack'),
  }
  const isThere = ({ condition }: Resource): boolean => condition === undefined || evaluate({ Condition: condition }, scope) === true
  return { template, scope, idOf, resources: () => [...template.resources].filter(([, resource]) => isThere(resource)) }
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
const pseudoParameters = (stack: string, { account, region }: Place): Readonly<Record<string, unknown>> => ({
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': stack,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stack}/00000000-0000-0000-0000-000000000000`,
  'AWS::NotificationARNs': [],
})
