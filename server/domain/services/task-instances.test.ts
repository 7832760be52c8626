import { describe, expect, test } from 'bun:test'
import { aTask, aTaskId } from '../../../test/support/task-fixture.ts'
import type { DiscoveryServiceRow, InstanceRow } from '../../store/servicediscovery-tables.ts'
import type { TaskRow, TaskServiceRegistry } from '../../store/tables.ts'
import { nodeMachineId } from '../container-instance.ts'
import { type InstancesAround, moveInstances } from './task-instances.ts'

const registryArn = 'arn:aws:servicediscovery:us-east-1:000000000000:service/srv-1'
const service = (more: Partial<DiscoveryServiceRow['service']> = {}): DiscoveryServiceRow => ({
  scope: '000000000000/us-east-1',
  namespaceArn: 'n',
  service: { Id: 'srv-1', Arn: registryArn, Name: 'web', NamespaceId: 'ns-1', HealthCheckCustomConfig: {}, ...more },
  attributes: {},
  tags: [],
  instancesRevision: 1,
  requestDigest: '',
})
const withSrv = service({ DnsConfig: { DnsRecords: [{ Type: 'SRV', TTL: 10 }] } })

const around = (more: Partial<InstancesAround> = {}): InstancesAround => ({
  service: () => service(),
  instance: () => undefined,
  isChecked: false,
  node: 'node-1',
  nodeAddress: '172.18.0.2',
  now: 5_000,
  ...more,
})

const task = (lastStatus: string, registry: Partial<TaskServiceRegistry> = {}, more: Partial<TaskRow['task']> = {}): TaskRow => {
  const made = aTask(['app'])
  const containers = [{ name: 'app', networkInterfaces: [{ privateIpv4Address: '10.0.0.7' }] }]
  return {
    ...made,
    serviceArn: 'arn:aws:ecs:us-east-1:000000000000:service/default/front',
    serviceRegistries: [{ registryArn, ...registry }],
    task: { ...made.task, containers, lastStatus, availabilityZone: 'us-east-1a', ...more },
  }
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/create-service-discovery.html */
const attributes = {
  AWS_INSTANCE_IPV4: '10.0.0.7',
  AVAILABILITY_ZONE: 'us-east-1a',
  REGION: 'us-east-1',
  ECS_CLUSTER_NAME: 'default',
  ECS_SERVICE_NAME: 'front',
  ECS_TASK_DEFINITION_FAMILY: 'web',
}
const registered: InstanceRow = {
  scope: '000000000000/us-east-1',
  serviceArn: registryArn,
  instance: { Id: aTaskId, Attributes: attributes, CreatedByAccount: '000000000000' },
  customHealth: 'HEALTHY',
  registeredAt: 5_000,
}

describe('a task that runs', () => {
  test('is registered under its id by its own address, once', () => {
    const { row, changed, gone } = moveInstances(task('RUNNING', {}, { launchType: 'FARGATE' }), around())
    expect(changed).toEqual([{ instance: registered, isNew: true }])
    expect(gone).toEqual([])
    expect(row.serviceRegistries).toEqual([{ registryArn, told: 'HEALTHY' }])
    expect(moveInstances(row, around({ instance: () => registered })).row).toBe(row)
  })

  test('is not registered again when a user deregistered it', () => {
    const { row } = moveInstances(task('RUNNING'), around())
    expect(moveInstances(row, around())).toEqual({ row, changed: [], gone: [] })
  })

  test('names its machine on EC2', () => {
    expect(moveInstances(task('RUNNING'), around()).changed[0]?.instance.instance.Attributes).toEqual({
      ...attributes,
      EC2_INSTANCE_ID: nodeMachineId('node-1'),
    })
  })

  test.each<[string, Partial<TaskServiceRegistry>, string]>([
    ['the registry', { port: 8080 }, '8080'],
    ['the container', { containerName: 'app', containerPort: 9090 }, '9090'],
  ])('has the port of %s', (_, registry, port) => {
    const { changed } = moveInstances(task('RUNNING', registry), around({ service: () => withSrv }))
    expect(changed[0]?.instance.instance.Attributes).toMatchObject({ AWS_INSTANCE_IPV4: '10.0.0.7', AWS_INSTANCE_PORT: port })
  })

  test('has its machine and the host port in network mode bridge, once they are known', () => {
    const bridge: TaskRow = {
      ...task('RUNNING', { containerName: 'app', containerPort: 80 }, { containers: [{ name: 'app', networkInterfaces: [] }] }),
      hostPorts: [{ containerName: 'app', networkBindings: [{ containerPort: 80, hostPort: 32_768 }] }],
    }
    const facts = { service: () => withSrv }
    expect(moveInstances(bridge, around(facts)).changed[0]?.instance.instance.Attributes).toMatchObject({
      AWS_INSTANCE_IPV4: '172.18.0.2',
      AWS_INSTANCE_PORT: '32768',
    })
    expect(moveInstances(bridge, around({ ...facts, nodeAddress: undefined })).row).toBe(bridge)
    const { hostPorts: _, ...unbound } = bridge
    expect(moveInstances(unbound, around(facts)).row).toBe(unbound)
  })

  test('that has checks is unhealthy until they succeed, and again when they fail', () => {
    const facts = { isChecked: true, instance: () => registered }
    const first = moveInstances(task('RUNNING', {}, { healthStatus: 'UNKNOWN' }), around(facts))
    expect(first.changed).toMatchObject([{ instance: { customHealth: 'UNHEALTHY' }, isNew: true }])
    const healed = moveInstances({ ...first.row, task: { ...first.row.task, healthStatus: 'HEALTHY' } }, around(facts))
    expect(healed.changed).toMatchObject([{ instance: { customHealth: 'HEALTHY' }, isNew: false }])
    const failed = moveInstances({ ...healed.row, task: { ...healed.row.task, healthStatus: 'UNHEALTHY' } }, around(facts))
    expect(failed.changed).toMatchObject([{ instance: { customHealth: 'UNHEALTHY' }, isNew: false }])
    expect(moveInstances(failed.row, around(facts)).row).toBe(failed.row)
  })

  test('tells nothing of its health where the registry does not ask', () => {
    const { HealthCheckCustomConfig: _, ...unchecked } = service().service
    const facts = { service: () => ({ ...service(), service: unchecked }), isChecked: true, instance: () => registered }
    const { row, changed } = moveInstances(task('RUNNING'), around(facts))
    expect(changed[0]?.instance).not.toHaveProperty('customHealth')
    expect(moveInstances({ ...row, task: { ...row.task, healthStatus: 'HEALTHY' } }, around(facts)).changed).toEqual([])
  })

  test('is not registered before, nor when it is to stop, nor in a registry that is gone', () => {
    for (const status of ['PROVISIONING', 'PENDING', 'ACTIVATING']) expect(moveInstances(task(status), around()).changed).toEqual([])
    expect(moveInstances(task('RUNNING', {}, { desiredStatus: 'STOPPED' }), around()).changed).toEqual([])
    expect(moveInstances(task('RUNNING'), around({ service: () => undefined })).changed).toEqual([])
  })
})

describe('a task on its way to its end', () => {
  test.each(['DEACTIVATING', 'STOPPING', 'DEPROVISIONING', 'STOPPED'])('is deregistered once: %s', status => {
    const ending = task(status, { told: 'HEALTHY' })
    const { row, changed, gone } = moveInstances(ending, around({ instance: () => registered }))
    expect([changed, gone]).toEqual([[], [registered]])
    expect(row.serviceRegistries).toEqual([{ registryArn, told: 'HEALTHY', isDeregistered: true }])
    expect(moveInstances(row, around()).row).toBe(row)
  })

  test('has nothing to deregister where it never ran, or a user did', () => {
    const never = task('STOPPED')
    expect(moveInstances(never, around()).row).toBe(never)
    expect(moveInstances(task('STOPPED', { told: 'HEALTHY' }), around()).gone).toEqual([])
  })
})

describe('an instance of Service Connect', () => {
  const connect = { isConnect: true, containerName: 'app', containerPort: 8080 } as const

  test('says where its deployment’s task is reached, and when it was taken out', () => {
    const running = task('RUNNING', connect, { startedBy: 'ecs-svc/1234' })
    const { row, changed } = moveInstances(running, around())
    expect(changed[0]?.instance).toMatchObject({ isConnect: true, customHealth: 'HEALTHY' })
    expect(changed[0]?.instance.instance.Attributes).toEqual({
      AWS_INSTANCE_IPV4: '10.0.0.7',
      AWS_INSTANCE_PORT: '8080',
      AvailabilityZone: 'us-east-1a',
      DeploymentId: '1234',
    })
    const ending = { ...row, task: { ...row.task, lastStatus: 'DEACTIVATING' } }
    const stopped = moveInstances(ending, around({ now: 9_000, instance: () => registered }))
    expect(stopped.row.serviceRegistries).toEqual([
      { registryArn, ...connect, told: 'HEALTHY', isDeregistered: true, deregisteredAt: 9_000 },
    ])
  })

  test('is its machine’s host port in network mode bridge, and waits until that is known', () => {
    const bridged = { ...task('RUNNING', connect, { containers: [{ name: 'app' }] }) }
    expect(moveInstances(bridged, around()).changed).toEqual([])
    const bound = { ...bridged, hostPorts: [{ containerName: 'app', networkBindings: [{ containerPort: 8080, hostPort: 32_768 }] }] }
    expect(moveInstances(bound, around()).changed[0]?.instance.instance.Attributes).toMatchObject({
      AWS_INSTANCE_IPV4: '172.18.0.2',
      AWS_INSTANCE_PORT: '32768',
    })
  })
})
