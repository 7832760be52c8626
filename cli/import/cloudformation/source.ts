import { CliError } from '../../../shared/errors.ts'
import { closest } from '../../suggest.ts'
import type { Place } from '../place.ts'
import { Deferred, reference } from '../value.ts'
import { type Input, type Source, type Wanted, recordOf, without, written } from '../wanted.ts'
import { type Scope, evaluate } from './evaluate.ts'
import { ecsInput } from './properties.ts'
import { standIn } from './stand-ins.ts'
import type { Resource, Template } from './template.ts'
import { resourceTypes, shownName } from './types.ts'

export interface CloudFormationOptions {
  readonly place: Place
  /** Of `--parameter`: parameters, resources that are not made (`Role.Arn`), exports. */
  readonly parameters: ReadonlyMap<string, string>
  /** Whether networks, roles and log groups of the template are stood in for by the instance's own. */
  readonly standsIn: boolean
}

/** Templates' resources of ECS, ELBv2 and Cloud Map. Throws `CliError` naming every value that nobody gives. */
export const cloudFormationSource = (templates: readonly Template[], options: CloudFormationOptions): Source => {
  const missing = new Map<string, string>()
  const asked = new Set<string>()
  const notes = new Set<string>()
  const stacks = templates.map(template => stackOf(template, templates, options, { missing, notes, asked }))
  const wanted = stacks.flatMap(stack => stack.wanted())
  refuseUnknown(templates, options.parameters, asked)
  if (missing.size > 0) {
    throw new CliError(
      'The template needs values that are not made here.',
      options.standsIn
        ? 'Give each with --parameter.'
        : "Give each with --parameter, or let --stand-ins take the instance's own networks, roles and log groups.",
      { exitCode: 2, details: [...missing].map(([name, why]) => `--parameter ${name}=…   ${why}`) },
    )
  }
  return { wanted, notes: [...notes, ...stacks.flatMap(({ leftOut }) => leftOut)] }
}

/** A name that nothing of the templates has is a mistake: what it was to be would have another value without a word. */
const refuseUnknown = (templates: readonly Template[], given: ReadonlyMap<string, string>, asked: ReadonlySet<string>): void => {
  const names = templates.flatMap(({ parameters, resources }) => [...Object.keys(parameters), ...resources.keys()])
  const known = new Set([...names, ...asked])
  const unknown = [...given.keys()].find(name => !known.has(name) && !known.has(name.split('.')[0] ?? ''))
  if (unknown === undefined) return
  const near = closest(unknown, [...known])
  throw new CliError(
    `The template has no parameter and no resource ${unknown}.`,
    near === undefined ? 'Leave --parameter out for it, or name what it has.' : `Did you mean --parameter ${near}=…?`,
    { exitCode: 2 },
  )
}

interface Collected {
  /** Names that were looked up among the parameters given. */
  readonly asked: Set<string>
  readonly missing: Map<string, string>
  readonly notes: Set<string>
}

const stackOf = (template: Template, all: readonly Template[], options: CloudFormationOptions, { missing, notes, asked }: Collected) => {
  const { stack } = template
  const { account, region } = options.place
  const idOf = (logical: string): string => (all.length === 1 ? logical : `${stack}.${logical}`)
  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${stack}/00000000-0000-0000-0000-000000000000`,
    'AWS::NotificationARNs': [],
  }

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
    const given = givenFor(name)
    const value = given ?? declared['Default']
    if (value === undefined) return lacking(name, `a parameter of type ${type}`)
    if (given === undefined && type.startsWith('AWS::SSM::')) return lacking(name, `what Systems Manager has at ${written(value)}`)
    return /^(List<|CommaDelimitedList)/.test(type)
      ? written(value)
          .split(',')
          .map(each => each.trim())
      : value
  }
  const foreign = (name: string, attribute: string, { type, properties }: Resource): unknown => {
    const key = attribute === '' ? name : `${name}.${attribute}`
    const given = givenFor(key)
    if (given !== undefined) return given
    const own = options.standsIn ? standIn({ name, attribute, type, properties, stack, place: options.place }) : undefined
    if (own === undefined) return lacking(key, `of ${type}`)
    if (own.note !== undefined) notes.add(own.note)
    return own.value
  }
  const scope: Scope = {
    region,
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
    imported: name => {
      for (const other of all) {
        for (const output of Object.values(other.outputs)) {
          const exported = recordOf(output)
          const theirs = other === template ? scope : stackOf(other, all, options, { missing, notes, asked }).scope
          if (evaluate(recordOf(exported?.['Export'])?.['Name'], theirs) === name) return evaluate(exported?.['Value'], theirs)
        }
      }
      return givenFor(name) ?? lacking(name, 'an export of another stack')
    },
  }
  const isWanted = ({ condition }: Resource): boolean => condition === undefined || evaluate({ Condition: condition }, scope) === true
  const here = [...template.resources].filter(([, resource]) => isWanted(resource))
  return { scope, leftOut: leftOut(here), wanted: () => wantedOf(here, { scope, stack, idOf }) }
}

interface StackView {
  readonly scope: Scope
  readonly stack: string
  idOf(logical: string): string
}

type Resources = readonly (readonly [string, Resource])[]

const associations = 'AWS::ECS::ClusterCapacityProviderAssociations'
const certificates = 'AWS::ElasticLoadBalancingV2::ListenerCertificate'

const wantedOf = (here: Resources, { scope, stack, idOf }: StackView): readonly Wanted[] => {
  const properties = (resource: Resource): Input => recordOf(evaluate(resource.properties, scope)) ?? {}
  const isService = new Set(here.filter(([, { type }]) => type === 'AWS::ECS::Service').map(([id]) => id))
  const made = here.flatMap(([logical, resource]): Wanted[] => {
    const type = resourceTypes[resource.type]
    if (type === undefined) return []
    const input = type.input(properties(resource), stack, logical)
    const after = resource.dependsOn.filter(each => type.kind === 'service' && isService.has(each)).map(idOf)
    return [{ kind: type.kind, id: idOf(logical), name: shownName(type, input, logical), input, ...(after.length > 0 && { after }) }]
  })
  // Resources that are nothing of their own, but a part of another one.
  return here.reduce<readonly Wanted[]>((wanted, [, resource]) => {
    const own = properties(resource)
    if (resource.type === associations) {
      return withMembers(wanted, 'cluster', own['Cluster'], ecsInput(without(own, ['Cluster'])))
    }
    if (resource.type === certificates)
      return withMembers(wanted, 'listener', own['ListenerArn'], { ExtraCertificates: own['Certificates'] })
    return wanted
  }, made)
}

const withMembers = (wanted: readonly Wanted[], kind: Wanted['kind'], named: unknown, members: Input): readonly Wanted[] =>
  wanted.map(each => {
    const isIt =
      each.kind === kind &&
      (named instanceof Deferred ? named.parts.some(part => typeof part !== 'string' && part.id === each.id) : named === each.name)
    return isIt ? { ...each, input: { ...each.input, ...members } } : each
  })

/** A line for each type that is not made. */
const leftOut = (here: Resources): readonly string[] => {
  const byType = Map.groupBy(
    here.filter(([, { type }]) => resourceTypes[type] === undefined && ![associations, certificates, 'AWS::CDK::Metadata'].includes(type)),
    ([, { type }]) => type,
  )
  return [...byType].map(([type, some]) => `${type} is not made: ${some.map(([id]) => id).join(', ')}.`)
}
