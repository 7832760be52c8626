// What other services own is asked of the backend, and refused in AWS' words where it is not there.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import {
  AddTrustStoreRevocationsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  CreateTrustStoreCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  SetSubnetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { createLog } from '../../server/log.ts'
import { type RunningServer, startServer } from '../../server/main.ts'
import { type OwnedBackend, serveOwned } from '../support/owned.ts'

const certificate = 'arn:aws:acm:us-east-1:000000000000:certificate/732eb8a4-4be8-41ab-9f40-f25b911f1339'
const pem = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUc8l2QsMHDx9CurtRn81MQQB5AecwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJa2VjcyB0ZXN0MCAXDTI2MTEyNjE5NTQwNVoYDzIxMjYxMTAy
MTk1NDA1WjAUMRIwEAYDVQQDDAlrZWNzIHRlc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATP1/yiNuDL8swHhwg9kOT4OELwd/dpYEAqS3r6SH0umbnureqgyjWk
BuIYYbPFS64RrImZj+y1uFOK7V5JHj2ko1MwUTAdBgNVHQ4EFgQUvQaR6L7gZBXj
a/RPqaopW/+Xpq0wHwYDVR0jBBgwFoAUvQaR6L7gZBXja/RPqaopW/+Xpq0wDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAu7/c1ET+o7gERJVDwJCu
LnwfgbfEpFgA3pHaNh9TOZICIC3Orr4FNADXJE0JT+wwiw2uWPD+DfsVhZPXPmxl
TrgG
-----END CERTIFICATE-----
`

const open: (() => Promise<unknown>)[] = []
const serve = async (backendUrl: string) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kecs-owners-'))
  const common = { host: '127.0.0.1', apiPort: 0, adminPort: 0, runtime: 'simulated', instance: 'owners', logLevel: 'error' } as const
  const log = createLog(common, { write: () => true })
  const server: RunningServer = await startServer({ ...common, dataDir, backendUrl }, { strict: true, log })
  open.push(() => server.stop().then(() => rm(dataDir, { recursive: true })))
  const config = {
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  }
  return { ecs: new ECSClient(config), elb: new ElasticLoadBalancingV2Client(config) }
}

const refusal = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'not refused',
    ({ name, message }: Error) => `${name}: ${message}`,
  )

let backend: OwnedBackend
let ecs: ECSClient
let elb: ElasticLoadBalancingV2Client
beforeAll(async () => {
  backend = serveOwned({
    subnets: {
      'subnet-a': ['vpc-1', 'us-east-1a'],
      'subnet-b': ['vpc-1', 'us-east-1b'],
      'subnet-b2': ['vpc-1', 'us-east-1b'],
      'subnet-c': ['vpc-1', 'us-east-1c'],
      'subnet-other': ['vpc-2', 'us-east-1c'],
    },
    securityGroups: { 'sg-1': 'vpc-1', 'sg-2': 'vpc-2' },
    certificates: [certificate],
    serverCertificates: ['old'],
    roles: ['known'],
    functions: ['known'],
    objects: { 'bucket/ca.pem': pem + pem, 'bucket/text': 'no certificate', 'bucket/list.crl': 'a list' },
  })
  open.push(() => backend.stop())
  ;({ ecs, elb } = await serve(backend.url))
})
afterAll(async () => {
  for (const close of open.reverse()) await close()
})

let names = 0
const balancer = (Subnets: string[], SecurityGroups?: string[]) =>
  elb.send(new CreateLoadBalancerCommand({ Name: `lb-${(names += 1)}`, Subnets, ...(SecurityGroups && { SecurityGroups }) }))

describe('Elastic Load Balancing asks', () => {
  test('EC2 for subnets, their zones and VPC', async () => {
    const { LoadBalancers: [made] = [] } = await balancer(['subnet-c', 'subnet-a'], ['sg-1'])
    expect(made).toMatchObject({
      VpcId: 'vpc-1',
      AvailabilityZones: [
        { SubnetId: 'subnet-c', ZoneName: 'us-east-1c' },
        { SubnetId: 'subnet-a', ZoneName: 'us-east-1a' },
      ],
    })
    const arn = made?.LoadBalancerArn
    expect(await refusal(balancer(['subnet-a', 'subnet-x']))).toBe("SubnetNotFoundException: The subnet ID 'subnet-x' does not exist")
    expect(await refusal(balancer(['subnet-b', 'subnet-b2']))).toStartWith(
      'InvalidConfigurationRequestException: A load balancer cannot be attached to multiple subnets',
    )
    expect(await refusal(balancer(['subnet-a', 'subnet-other']))).toStartWith('InvalidSubnetException: ')
    expect(await refusal(elb.send(new SetSubnetsCommand({ LoadBalancerArn: arn, Subnets: ['subnet-a', 'subnet-x'] })))).toStartWith(
      'SubnetNotFoundException: ',
    )
    expect(await refusal(balancer(['subnet-a', 'subnet-b'], ['sg-9']))).toBe(
      "InvalidSecurityGroupException: Security group 'sg-9' does not exist",
    )
    expect(await refusal(balancer(['subnet-a', 'subnet-b'], ['sg-2']))).toBe(
      'InvalidConfigurationRequestException: One or more security groups are invalid',
    )
  })

  test('EC2 for the VPC of a target group, Lambda for a function', async () => {
    const group = { Name: 'group', Protocol: 'HTTP', Port: 80, TargetType: 'ip' } as const
    expect(await refusal(elb.send(new CreateTargetGroupCommand({ ...group, VpcId: 'vpc-9' })))).toBe(
      "ValidationError: The VPC ID 'vpc-9' is not found",
    )
    await elb.send(new CreateTargetGroupCommand({ ...group, VpcId: 'vpc-2' }))
    const { TargetGroups: [made] = [] } = await elb.send(new CreateTargetGroupCommand({ Name: 'function', TargetType: 'lambda' }))
    const register = (name: string) =>
      elb.send(
        new RegisterTargetsCommand({
          TargetGroupArn: made?.TargetGroupArn,
          Targets: [{ Id: `arn:aws:lambda:us-east-1:000000000000:function:${name}` }],
        }),
      )
    expect(await refusal(register('none'))).toStartWith(
      'InvalidTargetException: The following targets do not exist and cannot be registered:',
    )
    await register('known')
  })

  test('ACM and IAM for certificates', async () => {
    const { LoadBalancers: [made] = [] } = await balancer(['subnet-a', 'subnet-b'])
    const listener = (CertificateArn: string, Port: number) =>
      elb.send(
        new CreateListenerCommand({
          LoadBalancerArn: made?.LoadBalancerArn,
          Protocol: 'HTTPS',
          Port,
          Certificates: [{ CertificateArn }],
          DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }],
        }),
      )
    const missing = certificate.replace(/.$/, '0')
    expect(await refusal(listener(missing, 443))).toBe(`CertificateNotFoundException: Certificate '${missing}' not found`)
    const old = 'arn:aws:iam::000000000000:server-certificate/path/old'
    expect(await refusal(listener(`${old}er`, 443))).toStartWith('CertificateNotFoundException: ')
    await listener(certificate, 443)
    await listener(old, 444)
  })

  test('S3 for the objects of trust stores', async () => {
    const store = (key: string) =>
      elb.send(
        new CreateTrustStoreCommand({ Name: `s-${(names += 1)}`, CaCertificatesBundleS3Bucket: 'bucket', CaCertificatesBundleS3Key: key }),
      )
    expect(await refusal(store('none'))).toStartWith('CaCertificatesBundleNotFoundException: ')
    expect(await refusal(store('text'))).toStartWith('InvalidCaCertificatesBundleException: ')
    const { TrustStores: [made] = [] } = await store('ca.pem')
    expect(made?.NumberOfCaCertificates).toBe(2)
    const revoke = (S3Key: string) =>
      elb.send(
        new AddTrustStoreRevocationsCommand({ TrustStoreArn: made?.TrustStoreArn, RevocationContents: [{ S3Bucket: 'bucket', S3Key }] }),
      )
    expect(await refusal(revoke('none'))).toStartWith('RevocationContentNotFoundException: ')
    await revoke('list.crl')
  })
})

describe('ECS asks EC2', () => {
  test('for subnets and security groups of tasks and services', async () => {
    await ecs.send(new CreateClusterCommand({}))
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: 'web',
        networkMode: 'awsvpc',
        containerDefinitions: [{ name: 'app', image: 'busybox', memory: 16 }],
      }),
    )
    const network = (subnets: string[], securityGroups: string[] = []) => ({ awsvpcConfiguration: { subnets, securityGroups } })
    const run = (...args: Parameters<typeof network>) =>
      ecs.send(new RunTaskCommand({ taskDefinition: 'web', networkConfiguration: network(...args) }))
    const missing =
      "InvalidParameterException: Error retrieving subnet information for [subnet-a, subnet-x]: The subnet ID 'subnet-x' does not exist (ErrorCode: InvalidSubnetID.NotFound)"
    expect(await refusal(run(['subnet-a', 'subnet-x']))).toBe(missing)
    expect(await refusal(run(['subnet-a'], ['sg-9']))).toBe(
      "InvalidParameterException: Error retrieving security group information for [sg-9]: The security group 'sg-9' does not exist (ErrorCode: InvalidGroup.NotFound)",
    )
    expect(await refusal(run(['subnet-a'], ['sg-2']))).toBe(
      'InvalidParameterException: Security Group sg-2 does not appear to belong to the same VPC as the input subnets.',
    )
    await run(['subnet-a'], ['sg-1'])
    const service = { serviceName: 'web', taskDefinition: 'web', desiredCount: 0 }
    expect(await refusal(ecs.send(new CreateServiceCommand({ ...service, networkConfiguration: network(['subnet-a', 'subnet-x']) })))).toBe(
      missing,
    )
    await ecs.send(new CreateServiceCommand({ ...service, networkConfiguration: network(['subnet-a']) }))
    expect(
      await refusal(ecs.send(new UpdateServiceCommand({ service: 'web', networkConfiguration: network(['subnet-a', 'subnet-x']) }))),
    ).toBe(missing)
  })

  test('IAM for roles of tasks', async () => {
    const arnOf = (name: string): string => `arn:aws:iam::000000000000:role/${name}`
    const definition = { family: 'roles', containerDefinitions: [{ name: 'app', image: 'busybox', memory: 16 }] }
    await ecs.send(new RegisterTaskDefinitionCommand({ ...definition, taskRoleArn: arnOf('known'), executionRoleArn: 'known' }))
    const { tasks } = await ecs.send(new RunTaskCommand({ taskDefinition: 'roles' }))
    expect(tasks).toHaveLength(1)
    await ecs.send(new RegisterTaskDefinitionCommand({ ...definition, taskRoleArn: arnOf('known'), executionRoleArn: 'unknown' }))
    expect(await refusal(ecs.send(new RunTaskCommand({ taskDefinition: 'roles' })))).toBe(
      `ClientException: ECS was unable to assume the role '${arnOf('unknown')}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`,
    )
  })

  test('as the account and region of the call, and not again for what it was just told', async () => {
    const asked = backend.asked.filter(what => what.startsWith('ec2 '))
    expect(new Set(asked.map(what => what.split(' ').at(-1)))).toEqual(new Set(['test/us-east-1']))
    await balancer(['subnet-a', 'subnet-b'], ['sg-1'])
    expect(backend.asked.filter(what => what.startsWith('ec2 '))).toEqual(asked)
  })
})

describe('where there is nobody to ask', () => {
  test('what a backend has not is taken as it is given', async () => {
    const poor = serveOwned({
      subnets: {},
      securityGroups: {},
      certificates: [],
      serverCertificates: [],
      roles: [],
      functions: [],
      objects: {},
      lacking: ['ec2'],
    })
    open.push(() => poor.stop())
    const { elb: client } = await serve(poor.url)
    const { LoadBalancers } = await client.send(new CreateLoadBalancerCommand({ Name: 'lb', Subnets: ['subnet-1', 'subnet-2'] }))
    expect(LoadBalancers).toHaveLength(1)
  })

  test('a backend that is away makes calls fail that may be tried again, and changes nothing', async () => {
    const { elb: client } = await serve('http://127.0.0.1:1')
    const create = client.send(new CreateLoadBalancerCommand({ Name: 'lb', Subnets: ['subnet-1', 'subnet-2'] }))
    expect(await create.catch(({ $metadata }: { $metadata: { httpStatusCode: number } }) => $metadata.httpStatusCode)).toBe(500)
  })
})
