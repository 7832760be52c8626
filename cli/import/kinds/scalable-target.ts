import { type Input, only, recordOf, recordsOf, textOf, without } from '../wanted.ts'
import { type Kind, type KindContext, type Present, pages } from './kind.ts'

// Policies and scheduled actions have no tags: they are members of their scalable target, and go with it.

const service = 'application-autoscaling'

/** What a scalable target has several of: the operations on them, the member that names one, and what they have. */
const parts = {
  Policies: {
    describe: 'DescribeScalingPolicies',
    listed: 'ScalingPolicies',
    put: 'PutScalingPolicy',
    remove: 'DeleteScalingPolicy',
    name: 'PolicyName',
    members: [
      'PolicyName',
      'PolicyType',
      'TargetTrackingScalingPolicyConfiguration',
      'StepScalingPolicyConfiguration',
      'PredictiveScalingPolicyConfiguration',
    ],
  },
  ScheduledActions: {
    describe: 'DescribeScheduledActions',
    listed: 'ScheduledActions',
    put: 'PutScheduledAction',
    remove: 'DeleteScheduledAction',
    name: 'ScheduledActionName',
    members: ['ScheduledActionName', 'Schedule', 'Timezone', 'StartTime', 'EndTime', 'ScalableTargetAction'],
  },
} as const
type Part = keyof typeof parts
const partNames = ['Policies', 'ScheduledActions'] as const satisfies readonly Part[]

const keyMembers = ['ServiceNamespace', 'ResourceId', 'ScalableDimension']
const ownMembers = ['MinCapacity', 'MaxCapacity', 'SuspendedState']

const ofPart = (part: Part, value: unknown): readonly Input[] =>
  recordsOf(value)
    .map(each => only(each, parts[part].members))
    .toSorted((a, b) => (textOf(a[parts[part].name]) < textOf(b[parts[part].name]) ? -1 : 1))

/** Lists by name: there they have the order in which they were made. */
const shape = (input: Input): Input => ({
  ...only(input, [...keyMembers, ...ownMembers]),
  ...Object.fromEntries(partNames.map(part => [part, ofPart(part, input[part])])),
})

const idOf = (input: Input): string => `${textOf(input['ResourceId'])}|${textOf(input['ScalableDimension'])}`

const presentOf = (target: Input, tags: unknown): Present => {
  const arn = textOf(target['ScalableTargetARN'])
  const tagTexts = Object.entries(recordOf(tags) ?? {}).map(([key, value]) => [key, textOf(value)])
  const id = `${idOf(target)}|${textOf(target['ServiceNamespace'])}`
  const title = textOf(target['ResourceId']).replace(/^service\//, '')
  return { arn, name: idOf(target), title, members: shape(target), attributes: { arn, id }, tags: Object.fromEntries(tagTexts) }
}

const listed = async ({ api }: KindContext, operation: string, member: string, filter: Input = {}): Promise<readonly Input[]> =>
  recordsOf(await pages(NextToken => api.json(service, operation, { ServiceNamespace: 'ecs', ...filter, NextToken }), member, 'NextToken'))

/** Each with its policies and scheduled actions. */
const described = async (context: KindContext, filter: Input = {}): Promise<readonly Present[]> => {
  const [targets, policies, actions] = await Promise.all([
    listed(context, 'DescribeScalableTargets', 'ScalableTargets', filter),
    ...partNames.map(part => listed(context, parts[part].describe, parts[part].listed)),
  ])
  return Promise.all(
    (targets ?? []).map(async target => {
      const mine = (all: readonly Input[] = []) => all.filter(each => idOf(each) === idOf(target))
      const { Tags } = await context.api.json(service, 'ListTagsForResource', { ResourceARN: target['ScalableTargetARN'] })
      return presentOf({ ...target, Policies: mine(policies), ScheduledActions: mine(actions) }, Tags)
    }),
  )
}

/** Puts those that are wanted, and deletes the others that there are. */
const putPart = async ({ api }: KindContext, part: Part, input: Input, before: Input): Promise<void> => {
  const key = only(input, keyMembers)
  const wanted = ofPart(part, input[part])
  for (const each of wanted) await api.json(service, parts[part].put, { ...key, ...each })
  const { name } = parts[part]
  const kept = new Set(wanted.map(each => each[name]))
  for (const each of recordsOf(before[part]).filter(one => !kept.has(one[name]))) {
    await api.json(service, parts[part].remove, { ...key, [name]: each[name] })
  }
}

const again = async (context: KindContext, input: Input): Promise<Present> => {
  const [found] = await described(context, { ResourceIds: [input['ResourceId']], ScalableDimension: input['ScalableDimension'] })
  return found ?? presentOf(input, {})
}

/**
 * Of ECS services alone: other resources are not there to be scaled.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
 */
export const scalableTarget: Kind = {
  all: context => described(context),
  create: async (context, input) => {
    await context.api.json(service, 'RegisterScalableTarget', without(input, partNames))
    for (const part of partNames) await putPart(context, part, input, {})
    return again(context, input)
  },
  change: async (context, { members }, input, changed) => {
    const own = ownMembers.filter(member => changed.includes(member))
    if (own.length > 0) await context.api.json(service, 'RegisterScalableTarget', only(input, [...keyMembers, ...own]))
    for (const part of partNames) if (changed.includes(part)) await putPart(context, part, input, members)
    return again(context, input)
  },
  remove: async ({ api }, { members }) => void (await api.json(service, 'DeregisterScalableTarget', only(members, keyMembers))),
  shape,
  fixed: keyMembers,
  service,
  nameOf: input => (typeof input['ResourceId'] === 'string' ? idOf(input) : undefined),
  sameName: 'is in the way',
}
