import { type Input, only, recordsOf, textOf, without } from '../wanted.ts'
import { type Kind, type KindContext, type Present } from './kind.ts'
import { attributesOf, elb, elbPages, elbTags, textMembers } from './load-balancing.ts'

const changeable = ['Port', 'Protocol', 'DefaultActions', 'Certificates', 'SslPolicy', 'AlpnPolicy', 'MutualAuthentication']

/** The default certificate is the first; further ones have calls of their own. */
const shape = (input: Input): Input => {
  const { ListenerAttributes, ExtraCertificates } = input
  const named = (each: Input) => only(each, ['CertificateArn'])
  return textMembers({
    ...only(input, [...changeable, 'LoadBalancerArn']),
    ...(input['Certificates'] !== undefined && { Certificates: recordsOf(input['Certificates']).map(named) }),
    ...(ExtraCertificates !== undefined && {
      ExtraCertificates: Object.fromEntries(recordsOf(ExtraCertificates).map(each => [textOf(each['CertificateArn']), 'added'])),
    }),
    ...(ListenerAttributes !== undefined && { ListenerAttributes: attributesOf(ListenerAttributes) }),
  })
}

const read = async ({ api }: KindContext, found: Input, tags: Readonly<Record<string, string>>): Promise<Present> => {
  const arn = textOf(found['ListenerArn'])
  const [{ Attributes }, certificates] = await Promise.all([
    elb(api, 'DescribeListenerAttributes', { ListenerArn: arn }),
    elbPages(api, 'DescribeListenerCertificates', 'Certificates', { ListenerArn: arn }),
  ])
  const members = shape({ ...found, ListenerAttributes: Attributes, ExtraCertificates: certificates })
  const name = `${textOf(found['LoadBalancerArn'])}:${textOf(found['Port'])}`
  return { arn, name, title: `${balancerOf(arn)}:${textOf(found['Port'])}`, members, attributes: { arn }, tags }
}

/** The load balancer's name in the ARN of a listener or rule: `…:listener/app/NAME/…`. */
const balancerOf = (arn: string): string => arn.split('/')[2] ?? ''

const one = async (context: KindContext, arn: string): Promise<Present> => {
  const [found = {}] = await elbPages(context.api, 'DescribeListeners', 'Listeners', { ListenerArns: [arn] })
  return read(context, found, (await elbTags(context, [arn])).get(arn) ?? {})
}

const withTags = async (context: KindContext, found: readonly Input[], arnMember: string) => {
  const tags = await elbTags(
    context,
    found.map(each => textOf(each[arnMember])),
  )
  return found.map(each => [each, tags.get(textOf(each[arnMember])) ?? {}] as const)
}

const allListeners = async ({ api }: KindContext): Promise<readonly Input[]> => {
  const balancers = await elbPages(api, 'DescribeLoadBalancers', 'LoadBalancers')
  const found = await Promise.all(
    balancers.map(({ LoadBalancerArn }) => elbPages(api, 'DescribeListeners', 'Listeners', { LoadBalancerArn })),
  )
  return found.flat()
}

const setRest = async ({ api }: KindContext, arn: string, input: Input): Promise<void> => {
  const { ListenerAttributes, ExtraCertificates } = input
  if (ListenerAttributes !== undefined) {
    await elb(api, 'ModifyListenerAttributes', { ListenerArn: arn, Attributes: ListenerAttributes })
  }
  if (recordsOf(ExtraCertificates).length > 0) {
    await elb(api, 'AddListenerCertificates', { ListenerArn: arn, Certificates: ExtraCertificates })
  }
}

/**
 * `ExtraCertificates` of the input are those of AddListenerCertificates.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
 */
export const listener: Kind = {
  all: async context => {
    const found = await withTags(context, await allListeners(context), 'ListenerArn')
    return Promise.all(found.map(([each, tags]) => read(context, each, tags)))
  },
  create: async (context, input) => {
    const { Listeners } = await elb(context.api, 'CreateListener', without(input, ['ListenerAttributes', 'ExtraCertificates']))
    const arn = textOf(recordsOf(Listeners)[0]?.['ListenerArn'])
    await setRest(context, arn, input)
    return one(context, arn)
  },
  change: async (context, { arn }, input, changed) => {
    const members = only(
      input,
      changeable.filter(member => changed.includes(member)),
    )
    if (Object.keys(members).length > 0) await elb(context.api, 'ModifyListener', { ListenerArn: arn, ...members })
    await setRest(context, arn, input)
    return one(context, arn)
  },
  remove: async ({ api }, { arn }) => void (await elb(api, 'DeleteListener', { ListenerArn: arn })),
  shape,
  fixed: ['LoadBalancerArn'],
  service: 'elbv2',
  // The API refuses a second one of a port or priority.
  nameOf: () => undefined,
  sameName: 'is in the way',
}

const ruleShape = (input: Input): Input => textMembers(only(input, ['ListenerArn', 'Priority', 'Conditions', 'Actions', 'Transforms']))

const readRule = (found: Input, tags: Readonly<Record<string, string>>): Present => {
  const arn = textOf(found['RuleArn'])
  // A rule's ARN is its listener's with one more part.
  const ListenerArn = arn.replace(/:listener-rule\//, ':listener/').replace(/\/[^/]*$/, '')
  const name = `${ListenerArn}:${textOf(found['Priority'])}`
  const title = `${balancerOf(arn)} rule ${textOf(found['Priority'])}`
  return { arn, name, title, members: ruleShape({ ...found, ListenerArn }), attributes: { arn }, tags }
}

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html */
export const rule: Kind = {
  all: async context => {
    const listeners = await allListeners(context)
    const found = await Promise.all(listeners.map(({ ListenerArn }) => elbPages(context.api, 'DescribeRules', 'Rules', { ListenerArn })))
    const rules = found.flat().filter(({ IsDefault }) => IsDefault !== 'true')
    return (await withTags(context, rules, 'RuleArn')).map(([each, tags]) => readRule(each, tags))
  },
  create: async ({ api }, input) => {
    const { Rules } = await elb(api, 'CreateRule', input)
    return readRule(recordsOf(Rules)[0] ?? {}, {})
  },
  change: async ({ api }, { arn, tags }, input, changed) => {
    if (changed.includes('Priority')) {
      await elb(api, 'SetRulePriorities', { RulePriorities: [{ RuleArn: arn, Priority: input['Priority'] }] })
    }
    const members = only(
      input,
      ['Conditions', 'Actions', 'Transforms'].filter(member => changed.includes(member)),
    )
    if (Object.keys(members).length > 0) await elb(api, 'ModifyRule', { RuleArn: arn, ...members })
    const [found = {}] = await elbPages(api, 'DescribeRules', 'Rules', { RuleArns: [arn] })
    return readRule(found, tags)
  },
  remove: async ({ api }, { arn }) => void (await elb(api, 'DeleteRule', { RuleArn: arn })),
  shape: ruleShape,
  fixed: ['ListenerArn'],
  service: 'elbv2',
  // The API refuses a second one of a port or priority.
  nameOf: () => undefined,
  sameName: 'is in the way',
}
