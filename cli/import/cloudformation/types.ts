import { shortName } from '../names.ts'
import { type Input, type KindName, recordOf, textOf, without } from '../wanted.ts'
import { ecsInput, taskDefinitionInput, typedMembers } from './properties.ts'

/** A type of resource that an import makes. */
export interface ResourceType {
  readonly kind: KindName
  /** What `Ref` answers. */
  readonly ref: string
  /** What `Fn::GetAtt` answers, by the attribute's name in the template. */
  readonly attributes: Readonly<Record<string, string>>
  /** The API's input; names that the template leaves open are made of the stack's and the logical id. */
  input(properties: Input, stack: string, id: string): Input
  /** The member with the name, for people. */
  readonly nameMember: string
}

const named = (properties: Input, member: string, parts: readonly string[], most: number): Input =>
  properties[member] === undefined ? { ...properties, [member]: shortName(parts, most) } : properties

const namespace = (Type: 'DNS_PRIVATE' | 'DNS_PUBLIC' | 'HTTP'): ResourceType => ({
  kind: 'namespace',
  ref: 'id',
  attributes: { Arn: 'arn', Id: 'id', HostedZoneId: 'hostedZoneId' },
  input: properties => ({ Type, ...recordOf(typedMembers(properties)) }),
  nameMember: 'Name',
})

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECS.html and those of ELBv2 and Cloud Map */
export const resourceTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::ECS::Cluster': {
    kind: 'cluster',
    ref: 'name',
    attributes: { Arn: 'arn' },
    input: (properties, stack, id) => named(ecsInput(properties), 'clusterName', [stack, id], 255),
    nameMember: 'clusterName',
  },
  'AWS::ECS::CapacityProvider': {
    kind: 'capacity provider',
    ref: 'name',
    attributes: {},
    input: (properties, stack, id) => named(ecsInput(properties), 'name', [stack, id], 255),
    nameMember: 'name',
  },
  'AWS::ECS::TaskDefinition': {
    kind: 'task definition',
    ref: 'arn',
    attributes: { TaskDefinitionArn: 'arn' },
    input: (properties, stack, id) => named(taskDefinitionInput(properties), 'family', [stack, id], 255),
    nameMember: 'family',
  },
  'AWS::ECS::Service': {
    kind: 'service',
    ref: 'arn',
    attributes: { Name: 'name', ServiceArn: 'arn' },
    input: (properties, stack, id) => {
      const input = without(named(ecsInput(properties), 'serviceName', [stack, id], 255), ['forceNewDeployment'])
      // CloudFormation's default, which the API has not.
      return input['schedulingStrategy'] === 'DAEMON' ? input : { desiredCount: 1, ...input }
    },
    nameMember: 'serviceName',
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    kind: 'load balancer',
    ref: 'arn',
    attributes: {
      LoadBalancerArn: 'arn',
      DNSName: 'dnsName',
      CanonicalHostedZoneID: 'canonicalHostedZoneId',
      LoadBalancerName: 'name',
      LoadBalancerFullName: 'fullName',
    },
    input: (properties, stack, id) => named(properties, 'Name', [stack, id], 32),
    nameMember: 'Name',
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    kind: 'target group',
    ref: 'arn',
    attributes: { TargetGroupArn: 'arn', TargetGroupName: 'name', TargetGroupFullName: 'fullName' },
    input: (properties, stack, id) => named(properties, 'Name', [stack, id], 32),
    nameMember: 'Name',
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    kind: 'listener',
    ref: 'arn',
    attributes: { ListenerArn: 'arn' },
    input: properties => properties,
    nameMember: '',
  },
  'AWS::ElasticLoadBalancingV2::ListenerRule': {
    kind: 'rule',
    ref: 'arn',
    attributes: { RuleArn: 'arn' },
    input: properties => properties,
    nameMember: '',
  },
  'AWS::ServiceDiscovery::PrivateDnsNamespace': namespace('DNS_PRIVATE'),
  'AWS::ServiceDiscovery::PublicDnsNamespace': namespace('DNS_PUBLIC'),
  'AWS::ServiceDiscovery::HttpNamespace': namespace('HTTP'),
  'AWS::ServiceDiscovery::Service': {
    kind: 'discovery service',
    ref: 'id',
    attributes: { Arn: 'arn', Id: 'id', Name: 'name' },
    input: (properties, _stack, id) => named({ ...recordOf(typedMembers(properties)) }, 'Name', [id], 127),
    nameMember: 'Name',
  },
  'AWS::ApplicationAutoScaling::ScalableTarget': {
    kind: 'scalable target',
    ref: 'id',
    attributes: { Id: 'id' },
    // The role is AWS' own for services of ECS.
    input: properties => without({ ...recordOf(typedMembers(properties)) }, ['RoleARN']),
    nameMember: '',
  },
}

/** What people call it: its name, or the logical id where it has none. */
export const shownName = ({ nameMember, kind }: ResourceType, input: Input, id: string): string =>
  kind === 'service' ? textOf(input[nameMember]) : textOf(input[nameMember]) || id
