// The official SDKs against a listening API: what a user drives.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  ClusterNotFoundException,
  ConflictException,
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from '@aws-sdk/client-ecs'
import {
  CreateListenerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  LoadBalancerNotFoundException,
  ModifyTargetGroupCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Listening } from './listen.ts'
import { createTestApi } from './test-api.ts'

const credentials = { accessKeyId: '123456789012', secretAccessKey: 'secret' }
const api = createTestApi()
let listening: Listening
let ecs: ECSClient
let elbv2: ElasticLoadBalancingV2Client

beforeAll(async () => {
  listening = await api.server.listen('127.0.0.1', 0)
  const options = { endpoint: listening.url, region: 'eu-west-3', credentials }
  ecs = new ECSClient(options)
  elbv2 = new ElasticLoadBalancingV2Client(options)
})
afterAll(async () => {
  ecs.destroy()
  elbv2.destroy()
  await listening.stop()
})

/** What a call failed with, and how often the SDK tried. */
async function failureOf(
  call: Promise<unknown>,
): Promise<{ name: string; message: string; attempts: number; status: number; error: unknown }> {
  try {
    await call
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata: { attempts: number; httpStatusCode: number } }
    return { name, message, attempts: $metadata.attempts, status: $metadata.httpStatusCode, error }
  }
  throw new Error('the call succeeded')
}

describe('AWS SDK v3, JSON 1.1', () => {
  test('a call answers, for the account of the key and the region of the scope', async () => {
    const { cluster, $metadata } = await ecs.send(new CreateClusterCommand({ clusterName: 'one' }))
    expect(cluster?.clusterArn).toBe('arn:aws:ecs:eu-west-3:123456789012:cluster/one')
    expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect($metadata.attempts).toBe(1)
  })

  test('timestamps are numbers with a fraction', async () => {
    const { tasks } = await ecs.send(new DescribeTasksCommand({ tasks: ['a'] }))
    expect(tasks?.[0]?.createdAt?.getTime()).toBe(1795424523250)
  })

  test('a modelled error is its class, with its members, and is not tried again', async () => {
    const missing = await failureOf(ecs.send(new DeleteClusterCommand({ cluster: 'none' })))
    expect(missing.error).toBeInstanceOf(ClusterNotFoundException)
    expect(missing).toMatchObject({ message: 'Cluster not found.', attempts: 1, status: 400 })
    const busy = await failureOf(ecs.send(new DeleteClusterCommand({ cluster: 'busy' })))
    expect(busy.error).toBeInstanceOf(ConflictException)
    expect((busy.error as ConflictException).resourceIds).toEqual(['task-1'])
  })

  test('a missing member is refused in the words of ECS', async () => {
    expect(await failureOf(ecs.send(new RunTaskCommand({ taskDefinition: undefined })))).toMatchObject({
      name: 'InvalidParameterException',
      message: 'TaskDefinition can not be blank.',
      attempts: 1,
      status: 400,
    })
    expect(await failureOf(ecs.send(new RegisterTaskDefinitionCommand({ family: undefined, containerDefinitions: [] })))).toMatchObject({
      name: 'ClientException',
      message: 'Family can not be blank.',
    })
  })

  test('a value outside an enumeration is refused with the values', async () => {
    const launchType = 'MAINFRAME' as 'EC2'
    expect(await failureOf(ecs.send(new RunTaskCommand({ taskDefinition: 'a', launchType })))).toMatchObject({
      name: 'InvalidParameterException',
      message:
        "1 validation error detected: Value 'MAINFRAME' at 'launchType' failed to satisfy constraint: Member must satisfy enum value set: [EC2, EXTERNAL, FARGATE, MANAGED_INSTANCES]",
    })
  })

  test('a wrong type is a SerializationException', async () => {
    const family = 7 as unknown as string
    expect(await failureOf(ecs.send(new RegisterTaskDefinitionCommand({ family, containerDefinitions: [] })))).toMatchObject({
      name: 'SerializationException',
      message: 'NUMBER_VALUE cannot be converted to String',
      attempts: 1,
    })
  })

  test('an operation that is not there yet says so, and is not tried again', async () => {
    expect(await failureOf(ecs.send(new ListServicesCommand({})))).toMatchObject({
      name: 'UnsupportedFeatureException',
      message: 'kecs does not implement ListServices yet; docs/coverage.md lists what it does.',
      attempts: 1,
      status: 400,
    })
  })

  test('what is unexpected is a ServerException: nothing leaks, all is logged', async () => {
    const once = new ECSClient({ endpoint: listening.url, region: 'us-east-1', credentials, maxAttempts: 1 })
    const failure = await failureOf(once.send(new CreateClusterCommand({ clusterName: 'broken' })))
    expect(failure).toMatchObject({ name: 'ServerException', status: 500, message: 'Service Unavailable. Please try again later.' })
    const requestId = (failure.error as { $metadata: { requestId: string } }).$metadata.requestId
    const line = api.logged.find(({ fields }) => 'requestId' in fields && fields.requestId === requestId)
    expect(line?.fields).toMatchObject({ err: new Error('the disk is on fire'), operation: 'CreateCluster' })
    once.destroy()
  })
})

describe('AWS SDK v3, query', () => {
  test('a call answers: lists, structures, timestamps, escaped text', async () => {
    const { LoadBalancers } = await elbv2.send(new DescribeLoadBalancersCommand({ Names: [] }))
    expect(LoadBalancers).toEqual([
      {
        LoadBalancerArn: 'arn:aws:elasticloadbalancing:eu-west-3:123456789012:loadbalancer/app/a&b/0123456789abcdef',
        CreatedTime: new Date(1795424523250),
        State: { Code: 'active' },
        AvailabilityZones: [{ ZoneName: 'us-east-1a', SubnetId: '<subnet>' }],
        SecurityGroups: [],
      },
    ])
    // An empty list arrives as an empty list, not as a list of an empty name.
    expect(api.inputs.at(-1)).toEqual({ Names: [] })
  })

  test('nested lists and numbers arrive as they were sent and come back', async () => {
    const DefaultActions = [
      {
        Type: 'forward' as const,
        ForwardConfig: {
          TargetGroups: [
            { TargetGroupArn: 'arn:1', Weight: 1 },
            { TargetGroupArn: 'arn:2', Weight: 2 },
          ],
        },
      },
    ]
    const { Listeners } = await elbv2.send(
      new CreateListenerCommand({ LoadBalancerArn: 'arn:lb', Port: 80, Protocol: 'HTTP', DefaultActions }),
    )
    expect(Listeners).toEqual([{ Port: 80, Protocol: 'HTTP', DefaultActions }])
    expect(api.inputs.at(-1)).toEqual({ LoadBalancerArn: 'arn:lb', Port: 80, Protocol: 'HTTP', DefaultActions })
  })

  test('an answer without members is read', async () => {
    const { $metadata } = await elbv2.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: 'arn' }))
    expect($metadata.httpStatusCode).toBe(200)
  })

  test('a modelled error is its class and is not tried again', async () => {
    const failure = await failureOf(elbv2.send(new DescribeLoadBalancersCommand({ Names: ['missing'] })))
    expect(failure.error).toBeInstanceOf(LoadBalancerNotFoundException)
    expect(failure).toMatchObject({ message: "Load balancers '[missing]' not found", attempts: 1, status: 400 })
  })

  test('limits are checked in the words of the model', async () => {
    const Protocol = 'http' as 'HTTP'
    const call = elbv2.send(new CreateListenerCommand({ LoadBalancerArn: 'arn', Port: 0, Protocol, DefaultActions: [] }))
    expect(await failureOf(call)).toMatchObject({
      name: 'ValidationError',
      message:
        "2 validation errors detected: Value 'http' at 'protocol' failed to satisfy constraint: Member must satisfy enum value set: [GENEVE, HTTP, HTTPS, QUIC, TCP, TCP_QUIC, TCP_UDP, TLS, UDP]; " +
        "Value '0' at 'port' failed to satisfy constraint: Member must have value greater than or equal to 1",
      attempts: 1,
    })
    expect(await failureOf(elbv2.send(new ModifyTargetGroupCommand({ TargetGroupArn: undefined })))).toMatchObject({
      name: 'ValidationError',
      message: "1 validation error detected: Value null at 'targetGroupArn' failed to satisfy constraint: Member must not be null",
    })
  })

  test('an operation that is not there yet says so, and is not tried again', async () => {
    expect(await failureOf(elbv2.send(new CreateTargetGroupCommand({ Name: 'a' })))).toMatchObject({
      name: 'UnsupportedOperation',
      message: 'kecs does not implement CreateTargetGroup yet; docs/coverage.md lists what it does.',
      attempts: 1,
      status: 400,
    })
  })
})
