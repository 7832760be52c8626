import { CliError } from '../../../shared/errors.ts'
import { closest } from '../../suggest.ts'
import { Deferred } from '../value.ts'
import { type Input, type Source, type Wanted, recordOf, recordsOf, textOf, without } from '../wanted.ts'
import { evaluate } from './evaluate.ts'
import { ecsInput } from './properties.ts'
import { leavingScaledAlone, scalesOthers, scalingPolicyType, withPolicy } from './scaling.ts'
import { type CloudFormationOptions, type Stack, collecting, stacksOf } from './stack.ts'
import type { Resource, Template } from './template.ts'
import { resourceTypes, shownName } from './types.ts'

/** Templates' resources of ECS, ELBv2 and Cloud Map, and what scales ECS services. Throws `CliError` naming every value that nobody gives. */
export const cloudFormationSource = (templates: readonly Template[], options: CloudFormationOptions): Source => {
  const collected = collecting()
  const stacks = stacksOf(templates, options, collected)
  const wanted = leavingScaledAlone(stacks.flatMap(wantedOf)).map(each => makingLogGroups(each, collected.logGroups))
  const { missing, notes, asked } = collected
  refuseUnknown(templates, options, asked)
  if (missing.size > 0) {
    throw new CliError(
      'The template needs values that are not made here.',
      options.standsIn
        ? 'Give each with --parameter.'
        : "Give each with --parameter, or let --stand-ins take the instance's own networks, roles and log groups.",
      { exitCode: 2, details: [...missing].map(([name, why]) => `--parameter ${name}=…   ${why}`) },
    )
  }
  return { wanted, notes: [...notes, ...leftOut(stacks)] }
}

/** A name that nothing of the templates has is a mistake: what it was to be would have another value without a word. */
const refuseUnknown = (templates: readonly Template[], options: CloudFormationOptions, asked: ReadonlySet<string>): void => {
  const names = templates.flatMap(({ parameters, resources }) => [...Object.keys(parameters), ...resources.keys()])
  const known = new Set([...names, ...asked])
  const isKnown = (name: string): boolean => known.has(name) || known.has(name.split('.')[0] ?? '')
  const given = [...options.parameters.keys()]
  if (given.every(isKnown)) return
  for (const name of importedNames(templates, options)) known.add(name)
  const unknown = given.find(name => !isKnown(name))
  if (unknown === undefined) return
  const near = closest(unknown, [...known])
  throw new CliError(
    `The template has no parameter and no resource ${unknown}.`,
    near === undefined ? 'Leave --parameter out for it, or name what it has.' : `Did you mean --parameter ${near}=…?`,
    { exitCode: 2 },
  )
}

/** Exports that templates name anywhere, also where a condition leads elsewhere this time. */
const importedNames = (templates: readonly Template[], options: CloudFormationOptions): readonly string[] =>
  // What the names themselves are made of is not asked of anyone: a collection of its own.
  stacksOf(templates, options, collecting()).flatMap(({ template, scope }) =>
    [...template.resources.values()].flatMap(({ properties }) => importsIn(properties)).map(name => String(evaluate(name, scope))),
  )

const importsIn = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value.flatMap(importsIn)
  return Object.entries(recordOf(value) ?? {}).flatMap(([name, member]) => (name === 'Fn::ImportValue' ? [member] : importsIn(member)))
}

const associations = 'AWS::ECS::ClusterCapacityProviderAssociations'
const certificates = 'AWS::ElasticLoadBalancingV2::ListenerCertificate'
/** Types that are made as a part of another resource, and CDK's that says nothing. */
const partTypes = [associations, certificates, scalingPolicyType, 'AWS::CDK::Metadata']

const wantedOf = ({ template, scope, idOf, resources }: Stack): readonly Wanted[] => {
  const { stack } = template
  const here = resources()
  const properties = (resource: Resource): Input => recordOf(evaluate(resource.properties, scope)) ?? {}
  const isService = new Set(here.filter(([, { type }]) => type === 'AWS::ECS::Service').map(([id]) => id))
  const made = here.flatMap(([logical, resource]): Wanted[] => {
    const type = resourceTypes[resource.type]
    if (type === undefined || scalesOthers(resource, template.resources)) return []
    const input = type.input(properties(resource), stack, logical)
    const after = resource.dependsOn.filter(each => type.kind === 'service' && isService.has(each)).map(idOf)
    return [{ kind: type.kind, id: idOf(logical), name: shownName(type, input, logical), input, ...(after.length > 0 && { after }) }]
  })
  // Resources that are nothing of their own, but a part of another one.
  return here.reduce<readonly Wanted[]>((wanted, [, resource]) => {
    // Only of these: what others are made of, such as a NAT gateway's route table, nobody has to give.
    if (resource.type === associations) {
      const own = properties(resource)
      return withMembers(wanted, 'cluster', own['Cluster'], ecsInput(without(own, ['Cluster'])))
    }
    if (resource.type === scalingPolicyType && !scalesOthers(resource, template.resources)) return withPolicy(wanted, properties(resource))
    if (resource.type === certificates) {
      const own = properties(resource)
      return withMembers(wanted, 'listener', own['ListenerArn'], { ExtraCertificates: own['Certificates'] })
    }
    return wanted
  }, made)
}

/** Containers that log to groups which nobody makes ahead, as CDK's do, are to make them. */
const makingLogGroups = (wanted: Wanted, groups: ReadonlySet<string>): Wanted => {
  if (wanted.kind !== 'task definition') return wanted
  const containers = recordsOf(wanted.input['containerDefinitions']).map(container => {
    const configuration = recordOf(container['logConfiguration'])
    const options = recordOf(configuration?.['options'])
    if (!groups.has(textOf(options?.['awslogs-group']))) return container
    return { ...container, logConfiguration: { ...configuration, options: { 'awslogs-create-group': 'true', ...options } } }
  })
  return { ...wanted, input: { ...wanted.input, containerDefinitions: containers } }
}

const withMembers = (wanted: readonly Wanted[], kind: Wanted['kind'], named: unknown, members: Input): readonly Wanted[] =>
  wanted.map(each => {
    const isIt =
      each.kind === kind &&
      (named instanceof Deferred ? named.parts.some(part => typeof part !== 'string' && part.id === each.id) : named === each.name)
    return isIt ? { ...each, input: { ...each.input, ...members } } : each
  })

/** As many as a line of a plan has room for. */
const mostNames = 3

/** A line for each type that is not made. */
const leftOut = (stacks: readonly Stack[]): readonly string[] => {
  const files = new Set(stacks.map(({ template }) => template.file))
  const isMade = ({ type, asset }: Resource): boolean =>
    resourceTypes[type] !== undefined || partTypes.includes(type) || (asset !== undefined && files.has(asset))
  const here = stacks.flatMap(({ resources, template }) =>
    resources().filter(([, resource]) => !isMade(resource) || scalesOthers(resource, template.resources)),
  )
  return [...Map.groupBy(here, ([, { type }]) => type)].map(([type, some]) => {
    const names = some.slice(0, mostNames).map(([id]) => id)
    const more = some.length - names.length
    return `${type} is not made: ${names.join(', ')}${more === 0 ? '' : ` and ${more} more`}.`
  })
}
