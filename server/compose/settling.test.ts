// States on the way, as AWS shows them of what takes a moment there: seen in the answer, and over half a second later.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { ControlWorld } from '../../test/support/control-world.ts'

let world: ControlWorld
beforeEach(async () => {
  world = new ControlWorld()
  await world.clock.advance(5)
})
afterEach(() => world.stop())

/** An answer as JSON, or `CODE: message`. */
const call = async (signingName: string, operation: string, input: object): Promise<unknown> => {
  const service = world.services.find(({ model }) => model.signingName === signingName)
  if (service === undefined) throw new Error(`no service ${signingName}`)
  const { status, text } = await world.call(service, operation, JSON.stringify(input))
  const body = JSON.parse(text)
  return status < 400 ? body : `${body.__type}: ${body.message ?? body.Message}`
}
const ecs = (operation: string, input: object): Promise<unknown> => call('ecs', operation, input)
const after = (milliseconds: number): Promise<void> => world.clock.advance(milliseconds)

const role = 'arn:aws:iam::000000000000:role/r'
const managedInstancesProvider = {
  infrastructureRoleArn: role,
  instanceLaunchTemplate: {
    ec2InstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/p',
    networkConfiguration: { subnets: ['subnet-0123456789abcdef0'] },
  },
}

describe('a cluster with capacity providers', () => {
  const strategy = { capacityProviders: ['FARGATE'], defaultCapacityProviderStrategy: [] }
  const described = () => ecs('DescribeClusters', { clusters: ['web'] })

  test('is PROVISIONING, and can be used all the same; then ACTIVE', async () => {
    const made = { status: 'PROVISIONING', attachmentsStatus: 'UPDATE_IN_PROGRESS', capacityProviders: ['FARGATE'] }
    expect(await ecs('CreateCluster', { clusterName: 'web', ...strategy })).toMatchObject({ cluster: made })
    expect(await ecs('CreateCluster', { clusterName: 'web', ...strategy })).toMatchObject({ cluster: made })
    expect(await ecs('ListClusters', {})).toMatchObject({ clusterArns: ['arn:aws:ecs:us-east-1:000000000000:cluster/web'] })
    await after(499)
    expect(await described()).toMatchObject({ clusters: [made] })
    await after(1)
    expect(await described()).toMatchObject({ clusters: [{ status: 'ACTIVE', attachmentsStatus: 'UPDATE_COMPLETE' }] })
  })

  test('stays ACTIVE while others are attached, and takes no more until they are', async () => {
    await ecs('CreateCluster', { clusterName: 'web' })
    const put = () => ecs('PutClusterCapacityProviders', { cluster: 'web', ...strategy })
    expect(await put()).toMatchObject({ cluster: { status: 'ACTIVE', attachmentsStatus: 'UPDATE_IN_PROGRESS' } })
    expect(await put()).toStartWith('UpdateInProgressException: The specified cluster is in a busy state.')
    await after(500)
    expect(await described()).toMatchObject({ clusters: [{ status: 'ACTIVE', attachmentsStatus: 'UPDATE_COMPLETE' }] })
    expect(await put()).toHaveProperty('cluster')
  })

  test('is DEPROVISIONING before it is INACTIVE; its name can be used again at once', async () => {
    await ecs('CreateCluster', { clusterName: 'web', ...strategy })
    await after(500)
    expect(await ecs('DeleteCluster', { cluster: 'web' })).toMatchObject({ cluster: { status: 'DEPROVISIONING' } })
    expect(await ecs('RunTask', { cluster: 'web', taskDefinition: 'web' })).toBe(
      'ClusterNotFoundException: The referenced cluster was inactive.',
    )
    await after(500)
    expect(await described()).toMatchObject({ clusters: [{ status: 'INACTIVE' }] })
    await ecs('CreateCluster', { clusterName: 'web', ...strategy })
    await ecs('DeleteCluster', { cluster: 'web' })
    expect(await ecs('CreateCluster', { clusterName: 'web' })).toMatchObject({ cluster: { status: 'ACTIVE' } })
  })

  test('one without is ACTIVE and INACTIVE at once', async () => {
    expect(await ecs('CreateCluster', { clusterName: 'web' })).toMatchObject({ cluster: { status: 'ACTIVE' } })
    expect(await ecs('DeleteCluster', { cluster: 'web' })).toMatchObject({ cluster: { status: 'INACTIVE' } })
  })
})

describe('a capacity provider', () => {
  const described = (name: string) => ecs('DescribeCapacityProviders', { capacityProviders: [name] })

  test('of managed instances is PROVISIONING, ACTIVE, UPDATE_IN_PROGRESS, DEPROVISIONING and INACTIVE', async () => {
    await ecs('CreateCluster', { clusterName: 'web' })
    const given = { cluster: 'web', managedInstancesProvider }
    expect(await ecs('CreateCapacityProvider', { name: 'managed', ...given })).toMatchObject({
      capacityProvider: { status: 'PROVISIONING', updateStatus: 'CREATE_IN_PROGRESS' },
    })
    await after(500)
    expect(await described('managed')).toMatchObject({ capacityProviders: [{ status: 'ACTIVE', updateStatus: 'CREATE_COMPLETE' }] })
    expect(await ecs('UpdateCapacityProvider', { name: 'managed', ...given })).toMatchObject({
      capacityProvider: { status: 'ACTIVE', updateStatus: 'UPDATE_IN_PROGRESS' },
    })
    await after(500)
    expect(await described('managed')).toMatchObject({ capacityProviders: [{ status: 'ACTIVE', updateStatus: 'UPDATE_COMPLETE' }] })
    expect(await ecs('DeleteCapacityProvider', { capacityProvider: 'managed', cluster: 'web' })).toMatchObject({
      capacityProvider: { status: 'DEPROVISIONING', updateStatus: 'DELETE_IN_PROGRESS' },
    })
    await after(500)
    expect(await described('managed')).toMatchObject({ capacityProviders: [{ status: 'INACTIVE', updateStatus: 'DELETE_COMPLETE' }] })
  })

  test('of an Auto Scaling group is ACTIVE until it is gone', async () => {
    const autoScalingGroupArn = 'arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/a'
    const made = await ecs('CreateCapacityProvider', { name: 'group', autoScalingGroupProvider: { autoScalingGroupArn } })
    expect(made).toMatchObject({ capacityProvider: { status: 'ACTIVE' } })
    expect(made).not.toHaveProperty('capacityProvider.updateStatus')
    const deleting = { status: 'ACTIVE', updateStatus: 'DELETE_IN_PROGRESS' }
    expect(await ecs('DeleteCapacityProvider', { capacityProvider: 'group' })).toMatchObject({ capacityProvider: deleting })
    expect(await described('group')).toMatchObject({ capacityProviders: [deleting] })
    await after(500)
    expect(await described('group')).toMatchObject({ capacityProviders: [{ status: 'INACTIVE', updateStatus: 'DELETE_COMPLETE' }] })
  })
})

test('a gateway is UPDATE_IN_PROGRESS, and what it is taken from DISASSOCIATING', async () => {
  await ecs('CreateCluster', { clusterName: 'web' })
  const configuration = { hostSharedAlb: { networkConfiguration: { subnets: ['subnet-1', 'subnet-2'] } } }
  const made = { name: 'gw', infrastructureRoleArn: role, deletionProtection: false, configuration }
  expect(await ecs('CreateGateway', made)).toMatchObject({ status: 'ACTIVE' })
  expect(await ecs('UpdateGateway', { gateway: 'gw', propagateTags: 'GATEWAY' })).toMatchObject({ status: 'UPDATE_IN_PROGRESS' })
  expect(await ecs('ListGateways', { status: ['UPDATE_IN_PROGRESS'] })).toMatchObject({ gateways: [{ name: 'gw' }] })
  await after(500)
  expect(await ecs('DescribeGateway', { gateway: 'gw' })).toMatchObject({ gateway: { status: 'UPDATE_COMPLETE' } })

  const both = { gateway: 'gw', cluster: 'web' }
  const associations = () => ecs('ListGatewayClusterAssociations', { gateway: 'gw' })
  await ecs('AssociateGatewayWithCluster', both)
  expect(await ecs('DisassociateGatewayFromCluster', both)).toMatchObject({ status: 'DISASSOCIATING' })
  expect(await associations()).toMatchObject({ gatewayClusterAssociations: [{ status: 'DISASSOCIATING' }] })
  expect(await ecs('DisassociateGatewayFromCluster', both)).toStartWith('ResourceNotFoundException: ')
  await after(500)
  expect(await associations()).toEqual({ gatewayClusterAssociations: [] })
  await ecs('AssociateGatewayWithCluster', both)
  expect(await associations()).toMatchObject({ gatewayClusterAssociations: [{ status: 'ACTIVE' }] })
  await ecs('DisassociateGatewayFromCluster', both)
  expect(await ecs('DeleteGateway', { gateway: 'gw' })).toMatchObject({ status: 'DELETED' })
})

test('a daemon task definition that is deleted is DELETE_IN_PROGRESS', async () => {
  const containerDefinitions = [{ name: 'app', image: 'busybox', memory: 16 }]
  await ecs('RegisterDaemonTaskDefinition', { family: 'logs', containerDefinitions })
  await ecs('DeleteDaemonTaskDefinition', { daemonTaskDefinition: 'logs:1' })
  const described = () => ecs('DescribeDaemonTaskDefinition', { daemonTaskDefinition: 'logs:1' })
  expect(await described()).toMatchObject({ daemonTaskDefinition: { status: 'DELETE_IN_PROGRESS' } })
  const listed = { daemonTaskDefinitions: [{ status: 'DELETE_IN_PROGRESS' }] }
  expect(await ecs('ListDaemonTaskDefinitions', { status: 'DELETE_IN_PROGRESS' })).toMatchObject(listed)
  await after(500)
  expect(await described()).toMatchObject({ daemonTaskDefinition: { status: 'DELETED' } })
  expect(await ecs('ListDaemonTaskDefinitions', { status: 'ALL' })).toMatchObject({ daemonTaskDefinitions: [] })
})

test('an operation of Cloud Map is PENDING before it is a SUCCESS', async () => {
  const answer = await call('servicediscovery', 'CreateHttpNamespace', { Name: 'app' })
  const { OperationId = '' } = typeof answer === 'object' && answer !== null && 'OperationId' in answer ? answer : {}
  const got = () => call('servicediscovery', 'GetOperation', { OperationId })
  expect(await got()).toMatchObject({ Operation: { Status: 'PENDING', Type: 'CREATE_NAMESPACE' } })
  await after(500)
  expect(await got()).toMatchObject({ Operation: { Status: 'SUCCESS' } })
})
