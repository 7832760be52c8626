// Calls that are repeated, by a client's token or with equal settings: what the first made is answered again, after a
// restart too, and a token or a name that stands for something else is refused.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { model as autoscaling } from '../../server/aws/generated/application-autoscaling.ts'
import { model as ecs } from '../../server/aws/generated/ecs.ts'
import { model as elbv2 } from '../../server/aws/generated/elbv2.ts'
import { model as discovery } from '../../server/aws/generated/servicediscovery.ts'
import { shapeOf } from '../../server/aws/shape.ts'
import type { ServiceModel } from '../../server/aws/service.ts'
import { RestartedInstance } from '../support/restarted-instance.ts'
import { type Calls, callsOf } from './paging/listings.ts'

interface Repeated {
  readonly model: ServiceModel
  readonly operation: string
  readonly input: object
  /** Finds what was made in an answer: the same for each repetition. */
  readonly made: RegExp
  /** What makes the call another one, and how that is refused; an update of what is there where it is absent. */
  readonly other: object
  readonly refused?: { readonly code: string; readonly message: string }
}

let instance: RestartedInstance
let table: readonly Repeated[]
const first = new Map<Repeated, string>()

const role = 'arn:aws:iam::000000000000:role/r'
const subnets = ['subnet-1', 'subnet-2']
const fixed = [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }]
const fleet = {
  ServiceNamespace: 'ec2',
  ResourceId: 'spot-fleet-request/sfr-1',
  ScalableDimension: 'ec2:spot-fleet-request:TargetCapacity',
}
const step = (ScalingAdjustment: number): object => ({
  PolicyType: 'StepScaling',
  StepScalingPolicyConfiguration: {
    AdjustmentType: 'ChangeInCapacity',
    StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment }],
  },
})
const managedInstancesProvider = {
  infrastructureRoleArn: role,
  instanceLaunchTemplate: {
    ec2InstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/p',
    networkConfiguration: { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-01234567'] },
  },
}

const ecsCalls = async ({ done, arnOf }: Calls): Promise<readonly Repeated[]> => {
  const clusterArn = await arnOf(ecs, 'CreateCluster', { clusterName: 'c' }, 'clusterArn')
  await done(ecs, 'RegisterTaskDefinition', { family: 'web', containerDefinitions: [{ name: 'app', image: 'busybox', memory: 4 }] })
  await done(ecs, 'CreateService', { cluster: 'c', serviceName: 'external', deploymentController: { type: 'EXTERNAL' } })
  await done(ecs, 'CreateCapacityProvider', { name: 'managed', cluster: 'c', managedInstancesProvider })
  const daemonTaskDefinitionArn = await arnOf(
    ecs,
    'RegisterDaemonTaskDefinition',
    { family: 'd', containerDefinitions: [{ name: 'app', image: 'busybox', memory: 4 }] },
    'daemonTaskDefinitionArn',
  )
  const capacityProviderArns = ['arn:aws:ecs:us-east-1:000000000000:capacity-provider/managed']
  const invalid = (message: string) => ({ code: 'InvalidParameterException', message })
  const of = { model: ecs }
  return [
    {
      ...of,
      operation: 'CreateCluster',
      input: { clusterName: 'again', settings: [{ name: 'containerInsights', value: 'enabled' }] },
      made: /"clusterArn":"[^"]*"/,
      other: { settings: [{ name: 'containerInsights', value: 'disabled' }] },
      refused: invalid('Arguments on this idempotent request are inconsistent with arguments used in previous request(s).'),
    },
    {
      ...of,
      operation: 'RunTask',
      input: { cluster: 'c', taskDefinition: 'web', count: 2, clientToken: 'token' },
      made: /arn:aws:ecs:us-east-1:000000000000:task\/c\/\w+/g,
      other: { count: 3 },
      refused: { code: 'ConflictException', message: 'The client token was used before with other parameters.' },
    },
    {
      ...of,
      operation: 'CreateService',
      input: { cluster: 'c', serviceName: 's', taskDefinition: 'web', desiredCount: 0, clientToken: 'token' },
      made: /"serviceArn":"[^"]*"|"id":"ecs-svc[^"]*"/g,
      other: { serviceName: 'other' },
      refused: invalid('Creation of service was not idempotent.'),
    },
    {
      ...of,
      operation: 'CreateTaskSet',
      input: { cluster: 'c', service: 'external', taskDefinition: 'web', clientToken: 'token' },
      made: /"taskSetArn":"[^"]*"/,
      other: { scale: { unit: 'PERCENT', value: 50 } },
      refused: invalid('Creation of task set was not idempotent.'),
    },
    {
      ...of,
      operation: 'CreateDaemon',
      input: { clusterArn, daemonName: 'd', daemonTaskDefinitionArn, capacityProviderArns, clientToken: 'token' },
      made: /"daemonArn":"[^"]*"|"deploymentArn":"[^"]*"/g,
      other: { tags: [{ key: 'a', value: 'b' }] },
      refused: invalid('Creation of daemon was not idempotent. Daemon: d'),
    },
    {
      ...of,
      operation: 'CreateGateway',
      input: {
        name: 'g',
        infrastructureRoleArn: role,
        configuration: { hostSharedAlb: { networkConfiguration: { subnets } } },
        clientToken: 'token',
      },
      made: /"gatewayArn":"[^"]*"/,
      other: { deletionProtection: false },
      refused: invalid('Creation of gateway was not idempotent.'),
    },
  ]
}

const elbCalls = async ({ arnOf }: Calls): Promise<readonly Repeated[]> => {
  const balancer = await arnOf(elbv2, 'CreateLoadBalancer', { Name: 'base', Subnets: subnets }, 'LoadBalancerArn')
  const listener = await arnOf(
    elbv2,
    'CreateListener',
    { LoadBalancerArn: balancer, Protocol: 'HTTP', Port: 79, DefaultActions: fixed },
    'ListenerArn',
  )
  const of = { model: elbv2 }
  const differs = (what: string, name: string): string => `A ${what} with the same name '${name}' exists, but with different settings`
  return [
    {
      ...of,
      operation: 'CreateLoadBalancer',
      input: { Name: 'a', Subnets: subnets, Tags: [{ Key: 'k', Value: 'v' }] },
      made: /<LoadBalancerArn>[^<]*|<DNSName>[^<]*/g,
      other: { Scheme: 'internal' },
      refused: { code: 'DuplicateLoadBalancerName', message: differs('load balancer', 'a') },
    },
    {
      ...of,
      operation: 'CreateTargetGroup',
      input: { Name: 'g', Protocol: 'HTTP', Port: 80, VpcId: 'vpc-1', TargetType: 'ip' },
      made: /<TargetGroupArn>[^<]*/,
      other: { Port: 81 },
      refused: { code: 'DuplicateTargetGroupName', message: differs('target group', 'g') },
    },
    {
      ...of,
      operation: 'CreateListener',
      input: { LoadBalancerArn: balancer, Protocol: 'HTTP', Port: 80, DefaultActions: fixed },
      made: /<ListenerArn>[^<]*/,
      other: { DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } }] },
      refused: { code: 'DuplicateListener', message: `A listener already exists on this port for this load balancer '${balancer}'` },
    },
    {
      ...of,
      operation: 'CreateRule',
      input: { ListenerArn: listener, Priority: 1, Conditions: [{ Field: 'path-pattern', Values: ['/a'] }], Actions: fixed },
      made: /<RuleArn>[^<]*/,
      other: { Conditions: [{ Field: 'path-pattern', Values: ['/b'] }] },
      refused: { code: 'PriorityInUse', message: "Priority '1' is currently in use" },
    },
    {
      ...of,
      operation: 'AddListenerCertificates',
      input: {
        ListenerArn: await arnOf(
          elbv2,
          'CreateListener',
          {
            LoadBalancerArn: balancer,
            Protocol: 'HTTPS',
            Port: 443,
            Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/default' }],
            DefaultActions: fixed,
          },
          'ListenerArn',
        ),
        Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/a' }],
      },
      made: /<CertificateArn>[^<]*/g,
      other: {},
    },
  ]
}

const discoveryCalls = async ({ done }: Calls): Promise<readonly Repeated[]> => {
  await done(discovery, 'CreateHttpNamespace', { Name: 'base' })
  await done(discovery, 'CreatePublicDnsNamespace', { Name: 'base.example.com' })
  await done(discovery, 'CreatePrivateDnsNamespace', { Name: 'base.internal', Vpc: 'vpc-1' })
  const namespaces = JSON.parse(await done(discovery, 'ListNamespaces', {})).Namespaces
  const idOf = (type: string): string => String(namespaces.find(({ Type }: { readonly Type: string }) => Type === type).Id)
  const service = JSON.parse(await done(discovery, 'CreateService', { Name: 'base', NamespaceId: idOf('HTTP') })).Service.Id
  const making = (operation: string, Name: string, more: object = {}): Repeated => ({
    model: discovery,
    operation,
    input: { Name, CreatorRequestId: operation, ...more },
    made: /"OperationId":"[^"]*"/,
    other: { Description: 'other' },
    refused: { code: 'DuplicateRequest', message: `Another operation of type ${operation} and id {} has completed` },
  })
  const updating = (operation: string, type: string): Repeated => ({
    model: discovery,
    operation,
    input: { Id: idOf(type), UpdaterRequestId: operation, Namespace: { Description: 'd' } },
    made: /"OperationId":"[^"]*"/,
    other: { Namespace: { Description: 'other' } },
    refused: { code: 'DuplicateRequest', message: `Another operation of type ${operation} and id {} has completed` },
  })
  return [
    making('CreateHttpNamespace', 'h'),
    making('CreatePublicDnsNamespace', 'p.example.com'),
    making('CreatePrivateDnsNamespace', 'p.internal', { Vpc: 'vpc-1' }),
    updating('UpdateHttpNamespace', 'HTTP'),
    updating('UpdatePublicDnsNamespace', 'DNS_PUBLIC'),
    updating('UpdatePrivateDnsNamespace', 'DNS_PRIVATE'),
    {
      model: discovery,
      operation: 'CreateService',
      input: { Name: 's', NamespaceId: idOf('HTTP'), CreatorRequestId: 'token' },
      made: /"Id":"srv-[^"]*"/,
      other: { Description: 'other' },
      refused: { code: 'ServiceAlreadyExists', message: 'Service already exists.' },
    },
    {
      model: discovery,
      operation: 'RegisterInstance',
      input: { ServiceId: service, InstanceId: 'i', CreatorRequestId: 'token', Attributes: { a: 'b' } },
      made: /"OperationId":"[^"]*"/,
      other: { Attributes: { a: 'c' } },
      refused: { code: 'DuplicateRequest', message: 'Another operation of type RegisterInstance and id {} has completed' },
    },
  ]
}

const scalingCalls = async ({ done }: Calls): Promise<readonly Repeated[]> => {
  await done(autoscaling, 'RegisterScalableTarget', { ...fleet, MinCapacity: 1, MaxCapacity: 2 })
  return [
    {
      model: autoscaling,
      operation: 'RegisterScalableTarget',
      input: { ...fleet, MinCapacity: 1, MaxCapacity: 3 },
      made: /"ScalableTargetARN":"[^"]*"/,
      other: { MaxCapacity: 4 },
    },
    {
      model: autoscaling,
      operation: 'PutScalingPolicy',
      input: { ...fleet, PolicyName: 'p', ...step(1) },
      made: /"PolicyARN":"[^"]*"/,
      other: step(2),
    },
  ]
}

beforeAll(async () => {
  instance = await RestartedInstance.start()
  const calls = callsOf((model, operation, input) => instance.done(model, operation, input))
  table = [...(await ecsCalls(calls)), ...(await elbCalls(calls)), ...(await discoveryCalls(calls)), ...(await scalingCalls(calls))]
}, 300_000)
afterAll(() => instance.close())

/** In no order: tasks are answered in any. */
const foundIn = (text: string, made: RegExp): string => [...new Set(text.match(made))].sort().join(' ')
const call = async ({ model, operation, input, made }: Repeated, more: object = {}): Promise<string> =>
  foundIn(await instance.done(model, operation, { ...input, ...more }), made)

test('every operation that takes a token is here', () => {
  const taking = [ecs, elbv2, discovery, autoscaling].flatMap(model =>
    Object.entries(model.operations).flatMap(([operation, { input }]) => {
      const shape = shapeOf(input)
      const isTaking =
        shape.kind === 'structure' && shape.members.some(({ name }) => /^(clientToken|(Creator|Updater)RequestId)$/.test(name))
      return isTaking ? [`${model.signingName} ${operation}`] : []
    }),
  )
  const here = new Set(table.map(({ model, operation }) => `${model.signingName} ${operation}`))
  expect(taking.filter(operation => !here.has(operation))).toEqual([])
  expect(taking.length).toBeGreaterThan(10)
})

const repeats = async (): Promise<unknown[]> => {
  const wrong: unknown[] = []
  for (const row of table) {
    const again = await call(row)
    if (again === '' || again !== first.get(row)) wrong.push([row.operation, again, first.get(row)])
  }
  return wrong
}

const refusals = async (): Promise<unknown[]> => {
  const wrong: unknown[] = []
  for (const { model, operation, input, other, refused, made } of table) {
    const { code, message = '', text } = await instance.ask(model, operation, { ...input, ...other })
    const isRight =
      refused === undefined ? foundIn(text, made) !== '' && code === undefined : code === refused.code && isSaid(message, refused.message)
    if (!isRight) wrong.push([operation, code, message])
  }
  return wrong
}
const isSaid = (message: string, text: string): boolean => new RegExp(`^${text.split('{}').map(RegExp.escape).join('.*')}$`).test(message)

describe('a call that is repeated', () => {
  test('answers what the first one made', async () => {
    for (const row of table) first.set(row, await call(row))
    expect(await repeats()).toEqual([])
  }, 300_000)

  test('makes something once, however many come at once', async () => {
    for (const row of table) {
      const { model, input } = row
      const fresh = Object.fromEntries(
        Object.entries(input).map(([name, value]) => [
          name,
          /^(clientToken|(Creator|Updater)RequestId)$/.test(name) ? `${value}-2` : value,
        ]),
      )
      // Where a name is taken under the first token it is refused; where it is not, one thing is made.
      const answers = await Promise.all([1, 2, 3, 4].map(() => instance.ask(model, row.operation, fresh)))
      const different = [...new Set(answers.map(({ code, text }) => code ?? foundIn(text, row.made)))]
      expect([row.operation, ...different]).toEqual([row.operation, different[0] ?? ''])
    }
  }, 300_000)

  test('is refused where it asks for something else', async () => {
    expect(await refusals()).toEqual([])
  }, 300_000)

  test('is known, and told from others, after a restart', async () => {
    await instance.restart()
    expect(await repeats()).toEqual([])
    expect(await refusals()).toEqual([])
  }, 300_000)
})
