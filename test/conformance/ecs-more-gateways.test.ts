// Gateways, driven by the AWS SDK.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  AssociateGatewayWithClusterCommand,
  CreateGatewayCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteGatewayCommand,
  DeleteServiceCommand,
  DescribeGatewayCommand,
  DescribeGatewayResourcesCommand,
  DescribeGatewayRouteCommand,
  DisassociateGatewayFromClusterCommand,
  ListGatewayClusterAssociationsCommand,
  ListGatewayRoutesCommand,
  ListGatewaysCommand,
  paginateListGateways,
  UpdateGatewayCommand,
} from '@aws-sdk/client-ecs'
import { app, EcsSuite, refusal } from '../support/ecs-suite.ts'

const suite = new EcsSuite('gateways')
beforeAll(() => suite.open(), 60_000)
afterAll(() => suite.close(), 300_000)

const create = (name: string, more: object = {}) =>
  suite.ecs.send(
    new CreateGatewayCommand({
      name: suite.named(name),
      infrastructureRoleArn: 'arn:aws:iam::000000000000:role/infrastructure',
      configuration: { hostSharedAlb: { networkConfiguration: { subnets: ['subnet-1', 'subnet-2'] } } },
      deletionProtection: false,
      ...more,
    }),
  )

test('are made, associated with clusters, changed and deleted', async () => {
  const cluster = await suite.cluster('gateway')
  const { gatewayArn = '', status } = await create('gateway', { tags: [{ key: 'team', value: 'red' }] })
  suite.undo(() => suite.ecs.send(new DeleteGatewayCommand({ gateway: gatewayArn })))
  expect(status).toBe('ACTIVE')
  expect(gatewayArn).toMatch(new RegExp(`:gateway/${suite.named('gateway')}/[0-9a-f]{32}$`))
  const { gateway } = await suite.ecs.send(new DescribeGatewayCommand({ gateway: suite.named('gateway') }))
  expect(gateway).toMatchObject({
    gatewayArn,
    accessType: 'PUBLIC',
    deletionProtection: false,
    propagateTags: 'GATEWAY',
    tags: [{ key: 'team', value: 'red' }],
    configuration: {
      hostSharedAlb: {
        scheme: 'internet-facing',
        port: 443,
        protocol: 'HTTPS',
        maxAlbCount: 10,
        currentAlbCount: 0,
        httpDesync: 'defensive',
        networkConfiguration: { subnets: ['subnet-1', 'subnet-2'] },
      },
    },
  })
  const associate = new AssociateGatewayWithClusterCommand({ gateway: gatewayArn, cluster })
  expect(await suite.ecs.send(associate)).toMatchObject({ gatewayArn, clusterArn: cluster, status: 'ACTIVE' })
  const associations = await suite.ecs.send(new ListGatewayClusterAssociationsCommand({ cluster }))
  expect(associations.gatewayClusterAssociations).toEqual([{ gatewayArn, clusterArn: cluster, status: 'ACTIVE' }])
  expect(await refusal(suite.ecs.send(new DeleteGatewayCommand({ gateway: gatewayArn })))).toStartWith('ClientException: ')

  const update = new UpdateGatewayCommand({
    gateway: gatewayArn,
    deletionProtection: true,
    configuration: { hostSharedAlb: { maxAlbCount: 3, networkConfiguration: { inboundSecurityGroup: 'sg-1' } } },
  })
  expect((await suite.ecs.send(update)).status).toBe('UPDATE_IN_PROGRESS')
  const changed = await suite.ecs.send(new DescribeGatewayCommand({ gateway: gatewayArn }))
  expect(changed.gateway?.configuration?.hostSharedAlb).toMatchObject({
    maxAlbCount: 3,
    networkConfiguration: { subnets: ['subnet-1', 'subnet-2'], inboundSecurityGroup: 'sg-1' },
  })
  expect((await suite.ecs.send(new DescribeGatewayResourcesCommand({ gateway: gatewayArn }))).gatewayResources).toMatchObject({
    gatewayArn,
    resources: { hostSharedAlb: [] },
  })
  expect((await suite.ecs.send(new ListGatewayRoutesCommand({ gateway: gatewayArn }))).gatewayRoutes).toEqual([])
  const disassociate = new DisassociateGatewayFromClusterCommand({ gateway: gatewayArn, cluster })
  expect((await suite.ecs.send(disassociate)).status).toBe('DISASSOCIATING')
  expect(await refusal(suite.ecs.send(disassociate))).toStartWith('ResourceNotFoundException: ')
  expect(await refusal(suite.ecs.send(new DeleteGatewayCommand({ gateway: gatewayArn })))).toContain('deletion protection')
  await suite.ecs.send(new UpdateGatewayCommand({ gateway: gatewayArn, deletionProtection: false }))
  expect((await suite.ecs.send(new DeleteGatewayCommand({ gateway: gatewayArn }))).status).toBe('DELETED')
  expect(await refusal(suite.ecs.send(new DescribeGatewayCommand({ gateway: gatewayArn })))).toBe(
    'GatewayNotFoundException: Gateway not found.',
  )
})

test('have a route for each port that a service of their clusters connects, as long as both are there', async () => {
  const cluster = await suite.cluster('routed')
  const { gatewayArn = '' } = await create('routed')
  suite.undo(() => suite.ecs.send(new DeleteGatewayCommand({ gateway: gatewayArn })))
  const ports = ['web', 'admin'].map((portName, index) => ({ name: portName, containerPort: 80 + index }))
  const { taskDefinitionArn } = await suite.taskDefinition('routed', { containerDefinitions: [{ ...app, portMappings: ports }] })
  const serve = (gatewayConnectors: CreateServiceCommandInput['gatewayConnectors']) =>
    suite.ecs.send(
      new CreateServiceCommand({
        cluster,
        serviceName: suite.named('routed'),
        taskDefinition: taskDefinitionArn,
        desiredCount: 0,
        gatewayConnectors,
      }),
    )
  expect(await refusal(serve([{ portName: 'none' }]))).toStartWith('InvalidParameterException: portName(none)')
  const { service } = await serve([{ portName: 'web' }, { portName: 'admin', filters: { accessTypes: ['PRIVATE'] } }])
  const routes = async (more: object = {}) =>
    (await suite.ecs.send(new ListGatewayRoutesCommand({ gateway: gatewayArn, ...more }))).gatewayRoutes ?? []
  expect(await routes()).toEqual([])
  await suite.ecs.send(new AssociateGatewayWithClusterCommand({ gateway: gatewayArn, cluster }))
  // The gateway is public: the port for private ones is not its own.
  const [route, ...others] = await routes()
  const serviceArn = service?.serviceArn
  expect(others).toEqual([])
  expect(route).toMatchObject({ gatewayArn, clusterArn: cluster, serviceArn, serviceContainerPortName: 'web', status: 'ACTIVE' })
  expect(route?.gatewayRouteArn).toMatch(/:gateway-route\/[\w-]+\/[0-9a-f]{32}\/[0-9a-f]{32}$/)
  expect(await routes({ service: suite.named('routed') })).toEqual([route ?? {}])
  for (const more of [{ service: 'none' }, { serviceContainerPortName: 'admin' }, { status: ['CREATE_FAILED'] }]) {
    expect(await routes(more)).toEqual([])
  }
  const described = await suite.ecs.send(new DescribeGatewayRouteCommand({ gatewayRouteArn: route?.gatewayRouteArn }))
  expect(described.gatewayRoute).toMatchObject({ serviceArn, serviceContainerPortName: 'web', status: 'ACTIVE' })
  await suite.ecs.send(new DeleteServiceCommand({ cluster, service: serviceArn, force: true }))
  expect(await routes()).toEqual([])
  await suite.ecs.send(new DisassociateGatewayFromClusterCommand({ gateway: gatewayArn, cluster }))
})

test('are listed page by page, and refused with the errors of the model', async () => {
  const names = ['page-1', 'page-2', 'page-3']
  for (const name of names) {
    await create(name, { clientToken: name })
    suite.undo(() => suite.ecs.send(new DeleteGatewayCommand({ gateway: suite.named(name) })))
  }
  expect((await create('page-1', { clientToken: 'page-1' })).name).toBe(suite.named('page-1'))
  expect(await refusal(create('page-1'))).toStartWith('InvalidParameterException: ')
  const seen: string[] = []
  for await (const page of paginateListGateways({ client: suite.ecs, pageSize: 2 }, { names: names.map(name => suite.named(name)) })) {
    seen.push(...(page.gateways ?? []).map(({ name = '' }) => name))
  }
  expect(seen).toEqual(names.map(name => suite.named(name)))
  expect((await suite.ecs.send(new ListGatewaysCommand({ names: [suite.named('page-1')], status: ['DELETED'] }))).gateways).toEqual([])
  expect(await refusal(create('none', { configuration: {} }))).toStartWith('InvalidParameterException: ')
  const route = new DescribeGatewayRouteCommand({
    gatewayRouteArn: `arn:aws:ecs:us-east-1:000000000000:gateway-route/g/${'f'.repeat(32)}`,
  })
  expect(await refusal(suite.ecs.send(route))).toStartWith('ResourceNotFoundException: ')
})
