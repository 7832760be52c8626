import { AwsRefusal } from '../../apply/api.ts'
import { pause } from '../../wait.ts'
import { type Input, only, recordsOf, textOf, without, written } from '../wanted.ts'
import { type Kind, type KindContext, type Present } from './kind.ts'
import { attributesOf, elb, elbPages, elbTags, fullName, textMembers } from './load-balancing.ts'

const fixed = ['Name', 'Protocol', 'Port', 'VpcId', 'TargetType', 'ProtocolVersion', 'IpAddressType']
const checks = [
  'HealthCheckEnabled',
  'HealthCheckProtocol',
  'HealthCheckPort',
  'HealthCheckPath',
  'HealthCheckIntervalSeconds',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'UnhealthyThresholdCount',
  'Matcher',
]

const targetKey = (target: Input): string => `${textOf(target['Id'])}:${written(target['Port'])}`

const shape = (input: Input): Input => {
  const { TargetGroupAttributes, Targets } = input
  return textMembers({
    ...only(input, [...fixed, ...checks]),
    ...(TargetGroupAttributes !== undefined && { TargetGroupAttributes: attributesOf(TargetGroupAttributes) }),
    // Those that tasks are registered as stand beside them.
    ...(Targets !== undefined && { Targets: Object.fromEntries(recordsOf(Targets).map(target => [targetKey(target), 'registered'])) }),
  })
}

const read = async ({ api }: KindContext, found: Input, tags: Readonly<Record<string, string>>): Promise<Present> => {
  const [arn, name] = [textOf(found['TargetGroupArn']), textOf(found['TargetGroupName'])]
  const [{ Attributes }, { TargetHealthDescriptions }] = await Promise.all([
    elb(api, 'DescribeTargetGroupAttributes', { TargetGroupArn: arn }),
    elb(api, 'DescribeTargetHealth', { TargetGroupArn: arn }),
  ])
  const Targets = recordsOf(TargetHealthDescriptions).map(each => each['Target'])
  const isWithPort = (target: unknown): Input[] => recordsOf([target]).flatMap(each => [each, without(each, ['Port'])])
  const members = shape({ ...found, Name: name, TargetGroupAttributes: Attributes, Targets: Targets.flatMap(isWithPort) })
  return { arn, name, members, attributes: { arn, name, fullName: fullName(arn) }, tags }
}

const one = async (context: KindContext, arn: string): Promise<Present> => {
  const [found = {}] = await elbPages(context.api, 'DescribeTargetGroups', 'TargetGroups', { TargetGroupArns: [arn] })
  return read(context, found, (await elbTags(context, [arn])).get(arn) ?? {})
}

const setRest = async ({ api }: KindContext, arn: string, input: Input): Promise<void> => {
  const { TargetGroupAttributes, Targets } = input
  if (TargetGroupAttributes !== undefined) {
    await elb(api, 'ModifyTargetGroupAttributes', { TargetGroupArn: arn, Attributes: TargetGroupAttributes })
  }
  if (recordsOf(Targets).length > 0) await elb(api, 'RegisterTargets', { TargetGroupArn: arn, Targets })
}

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html */
export const targetGroup: Kind = {
  all: async context => {
    const found = await elbPages(context.api, 'DescribeTargetGroups', 'TargetGroups')
    const tags = await elbTags(
      context,
      found.map(each => textOf(each['TargetGroupArn'])),
    )
    return Promise.all(found.map(each => read(context, each, tags.get(textOf(each['TargetGroupArn'])) ?? {})))
  },
  create: async (context, input) => {
    const { TargetGroups } = await elb(context.api, 'CreateTargetGroup', without(input, ['TargetGroupAttributes', 'Targets']))
    const arn = textOf(recordsOf(TargetGroups)[0]?.['TargetGroupArn'])
    await setRest(context, arn, input)
    return one(context, arn)
  },
  change: async (context, { arn }, input, changed) => {
    const health = only(
      input,
      checks.filter(member => changed.includes(member)),
    )
    if (Object.keys(health).length > 0) await elb(context.api, 'ModifyTargetGroup', { TargetGroupArn: arn, ...health })
    await setRest(context, arn, input)
    return one(context, arn)
  },
  // Who deletes all that there is does not wait five minutes for requests that nobody makes.
  retire: async (context, { arn }) =>
    setRest(context, arn, { TargetGroupAttributes: [{ Key: 'deregistration_delay.timeout_seconds', Value: '0' }] }),
  remove: async ({ api, signal }, { arn }) => {
    for (let tries = 0; ; tries++) {
      try {
        return void (await elb(api, 'DeleteTargetGroup', { TargetGroupArn: arn }))
      } catch (error) {
        if (!(error instanceof AwsRefusal && error.code === 'ResourceInUse') || tries >= 20) throw error
        await pause(500, signal)
      }
    }
  },
  shape,
  fixed,
  service: 'elbv2',
  nameOf: input => textOf(input['Name']),
  sameName: 'is in the way',
}
