import { referencesIn } from '../value.ts'
import { type Input, type Wanted, recordOf, textOf, without } from '../wanted.ts'
import { typedMembers } from './properties.ts'
import type { Resource } from './template.ts'

// Scalable targets of ECS services with their policies. Those of tables, functions and streams are nobody's here.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ApplicationAutoScaling.html

export const scalableTargetType = 'AWS::ApplicationAutoScaling::ScalableTarget'
export const scalingPolicyType = 'AWS::ApplicationAutoScaling::ScalingPolicy'

/**
 * Whether it is a scalable target or a policy, and of something else than an ECS service. Read as the template has it:
 * what is not made is not evaluated, as nobody is to give what it refers to.
 */
export const scalesOthers = ({ type, properties }: Resource, resources: ReadonlyMap<string, Resource>): boolean => {
  if (type !== scalableTargetType && type !== scalingPolicyType) return false
  const named = recordOf(properties['ScalingTargetId'])?.['Ref']
  const target = typeof named === 'string' ? resources.get(named) : undefined
  return (target?.properties ?? properties)['ServiceNamespace'] !== 'ecs'
}

/** `wanted` with the policy as a member of its scalable target. `own` are the policy's properties. */
export const withPolicy = (wanted: readonly Wanted[], own: Input): readonly Wanted[] => {
  const policy = recordOf(typedMembers(without(own, ['ScalingTargetId', 'ServiceNamespace', 'ResourceId', 'ScalableDimension']))) ?? {}
  const ids = new Set(referencesIn(own['ScalingTargetId']).map(({ id }) => id))
  // As texts: a part of them may not be known yet.
  const isOf = ({ id, input }: Wanted): boolean =>
    own['ScalingTargetId'] === undefined
      ? written(own['ResourceId']) === written(input['ResourceId']) && own['ScalableDimension'] === input['ScalableDimension']
      : ids.has(id)
  return wanted.map(each => {
    if (each.kind !== 'scalable target' || !isOf(each)) return each
    const before = each.input['Policies']
    return { ...each, input: { ...each.input, Policies: [...(Array.isArray(before) ? before : []), policy] } }
  })
}

const written = (value: unknown): string => JSON.stringify(value ?? '')

/** How many tasks a service that is scaled has is its scaling's affair, once it is made. */
export const leavingScaledAlone = (wanted: readonly Wanted[]): readonly Wanted[] => {
  const targets = wanted.filter(({ kind }) => kind === 'scalable target')
  const ids = new Set(targets.flatMap(({ input }) => referencesIn(input['ResourceId']).map(({ id }) => id)))
  const names = new Set(targets.map(({ input }) => textOf(input['ResourceId'])))
  const isScaled = ({ kind, id, input }: Wanted): boolean =>
    kind === 'service' && (ids.has(id) || names.has(`service/${textOf(input['cluster'])}/${textOf(input['serviceName'])}`))
  return wanted.map(each => (isScaled(each) ? { ...each, initial: ['desiredCount'] } : each))
}
