// Express Gateway services, driven by the AWS SDK.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateExpressGatewayServiceCommand,
  DeleteExpressGatewayServiceCommand,
  DescribeExpressGatewayServiceCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  UpdateExpressGatewayServiceCommand,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import { EcsSuite, refusal } from '../support/ecs-suite.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('express')
beforeAll(() => suite.open(), 60_000)
afterAll(() => suite.close(), 120_000)

const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`

test('Express services run a container image, change it and end', async () => {
  const cluster = await suite.cluster('life')
  const serviceName = suite.named('life')
  const { service } = await suite.ecs.send(
    new CreateExpressGatewayServiceCommand({
      cluster,
      serviceName,
      infrastructureRoleArn: role('infrastructure'),
      executionRoleArn: role('execution'),
      primaryContainer: {
        image: 'busybox:latest',
        command: ['sleep', '600'],
        containerPort: 8080,
        environment: [{ name: 'A', value: '1' }],
      },
      tags: [{ key: 'team', value: 'red' }],
    }),
  )
  const serviceArn = service?.serviceArn ?? ''
  suite.undo(() => suite.ecs.send(new DeleteExpressGatewayServiceCommand({ serviceArn })))
  expect(serviceArn).toEndWith(`:service/${serviceName}/${serviceName}`)
  expect(service).toMatchObject({
    cluster: serviceName,
    serviceName,
    infrastructureRoleArn: role('infrastructure'),
    status: { statusCode: 'ACTIVE' },
    tags: [{ key: 'team', value: 'red' }],
  })
  expect(service?.activeConfigurations?.[0]).toMatchObject({
    executionRoleArn: role('execution'),
    cpu: '256',
    memory: '512',
    healthCheckPath: '/ping',
    primaryContainer: { image: 'busybox:latest', containerPort: 8080 },
    scalingTarget: { minTaskCount: 1 },
    ingressPaths: [],
  })
  const { taskDefinition } = await suite.ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: service?.activeConfigurations?.[0]?.taskDefinitionArn }),
  )
  expect(taskDefinition).toMatchObject({
    networkMode: 'awsvpc',
    requiresCompatibilities: ['FARGATE'],
    containerDefinitions: [{ image: 'busybox:latest', command: ['sleep', '600'], portMappings: [{ containerPort: 8080 }] }],
  })
  const running = async () => {
    const { services } = await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [serviceName] }))
    return services?.[0]
  }
  await until('the task runs', async () => (await running())?.runningCount === 1, { withinMs: 90_000 })

  const updated = await suite.ecs.send(
    new UpdateExpressGatewayServiceCommand({
      serviceArn,
      cpu: '512',
      memory: '1024',
      healthCheckPath: '/health',
      scalingTarget: { minTaskCount: 2, maxTaskCount: 4 },
    }),
  )
  expect(updated.service?.targetConfiguration).toMatchObject({
    cpu: '512',
    memory: '1024',
    healthCheckPath: '/health',
    primaryContainer: { image: 'busybox:latest' },
    scalingTarget: { minTaskCount: 2, maxTaskCount: 4, autoScalingTargetValue: 60 },
  })
  expect(updated.service?.targetConfiguration?.serviceRevisionArn).not.toBe(service?.activeConfigurations?.[0]?.serviceRevisionArn)
  expect((await running())?.desiredCount).toBe(2)
  const described = await suite.ecs.send(new DescribeExpressGatewayServiceCommand({ serviceArn, include: ['TAGS'] }))
  expect(described.service).toMatchObject({ serviceArn, tags: [{ key: 'team', value: 'red' }], currentDeployment: expect.any(String) })

  const deleted = await suite.ecs.send(new DeleteExpressGatewayServiceCommand({ serviceArn }))
  expect(deleted.service?.status?.statusCode).toBe('DRAINING')
  await waitUntilServicesInactive({ client: suite.ecs, maxWaitTime: 150, minDelay: 1, maxDelay: 2 }, { cluster, services: [serviceName] })
  const last = await suite.ecs.send(new DescribeExpressGatewayServiceCommand({ serviceArn }))
  expect(last.service).toMatchObject({ status: { statusCode: 'INACTIVE' }, activeConfigurations: [] })
  expect(await refusal(suite.ecs.send(new UpdateExpressGatewayServiceCommand({ serviceArn, cpu: '256' })))).toBe(
    'ServiceNotActiveException: Cannot perform this operation on a service in INACTIVE status.',
  )
}, 300_000)

test('Express services are refused with the errors of the model', async () => {
  const cluster = await suite.cluster('errors')
  const create = (more: object) =>
    suite.ecs.send(
      new CreateExpressGatewayServiceCommand({
        cluster,
        serviceName: suite.named('errors'),
        infrastructureRoleArn: role('infrastructure'),
        executionRoleArn: role('execution'),
        primaryContainer: { image: 'busybox' },
        ...more,
      }),
    )
  expect(await refusal(create({ cluster: suite.named('none') }))).toBe('ClusterNotFoundException: Cluster not found.')
  expect(await refusal(create({ healthCheckPath: 'ping' }))).toStartWith('InvalidParameterException: ')
  expect(await refusal(create({ primaryContainer: undefined }))).toStartWith('InvalidParameterException: ')
  expect(await refusal(create({ cpu: '256', memory: '8192' }))).toStartWith('ClientException: No Fargate configuration exists')
  expect(await refusal(create({ scalingTarget: { minTaskCount: 3, maxTaskCount: 2 } }))).toStartWith('InvalidParameterException: ')
  const serviceArn = cluster.replace(':cluster/', ':service/').concat('/none')
  expect(await refusal(suite.ecs.send(new DescribeExpressGatewayServiceCommand({ serviceArn })))).toStartWith('ResourceNotFoundException: ')
  expect(await refusal(suite.ecs.send(new DeleteExpressGatewayServiceCommand({ serviceArn })))).toBe(
    'ServiceNotFoundException: Service not found.',
  )
})
