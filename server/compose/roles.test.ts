// Roles that IAM has or has not, as RunTask, services, daemons and the others meet them.
import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { ControlWorld } from '../../test/support/control-world.ts'
import { BackendUnreachable } from '../backend/backend.ts'
import { createOwners } from '../backend/owners.ts'
import { serviceEvents } from '../store/service-tables.ts'
import { tasks } from '../store/tables.ts'

let world: ControlWorld
/** What IAM has, by ARN. */
let there: Set<string>
let isAway: boolean
beforeEach(async () => {
  there = new Set()
  isAway = false
  const nobody = createOwners({ backend: undefined, clock: { now: () => 0, after: () => () => {} } })
  const hasRole = async (role: string): Promise<boolean> => {
    if (isAway) throw new BackendUnreachable('away')
    return there.has(role)
  }
  world = new ControlWorld({ owners: { ...nobody, hasRole } })
  await world.clock.advance(5)
  await ecs('CreateCluster', { clusterName: 'default' })
})
afterEach(() => world.stop())

const arnOf = (name: string): string => `arn:aws:iam::000000000000:role/${name}`
const unassumable = (name: string): string =>
  `ECS was unable to assume the role '${arnOf(name)}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`
const noInfrastructure = (name: string): string =>
  `ECS was unable to assume the configured ECS Infrastructure Role '${arnOf(name)}'. Please verify that the role being passed has the proper trust relationship with Amazon ECS.`

/** An answer as JSON, or `CODE: message`. */
const call = async (signingName: string, operation: string, input: object): Promise<unknown> => {
  const service = world.services.find(({ model }) => model.signingName === signingName)
  if (service === undefined) throw new Error(`no service ${signingName}`)
  const answering = world.call(service, operation, JSON.stringify(input))
  await world.clock.advance(0)
  const { status, text } = await answering
  const body = JSON.parse(text)
  return status < 400 ? body : `${body.__type}: ${body.message ?? body.Message}`
}
const ecs = (operation: string, input: object): Promise<unknown> => call('ecs', operation, input)

const app = { name: 'app', image: 'busybox', memory: 16 }
const register = (family: string, roles: object, more: object = {}): Promise<unknown> =>
  ecs('RegisterTaskDefinition', { family, containerDefinitions: [app], ...roles, ...more })

const messages = (): readonly string[] =>
  [...world.store.table(serviceEvents).all()].flatMap(({ events }) => events.map(({ message }) => message ?? ''))
const statuses = (): readonly (string | undefined)[] => [...world.store.table(tasks).all()].map(({ task }) => task.lastStatus)

describe('roles of tasks', () => {
  test('a task definition is registered with roles that are not there', async () => {
    expect(await register('web', { taskRoleArn: arnOf('task'), executionRoleArn: arnOf('execution') })).toHaveProperty('taskDefinition')
  })

  test('RunTask and StartTask are refused, whichever of the roles is missing, in the definition or the overrides', async () => {
    await register('web', { taskRoleArn: arnOf('task'), executionRoleArn: 'execution' })
    there = new Set(['execution'])
    expect(await ecs('RunTask', { taskDefinition: 'web' })).toBe(`ClientException: ${unassumable('task')}`)
    there = new Set([arnOf('task')])
    expect(await ecs('RunTask', { taskDefinition: 'web' })).toBe(`ClientException: ${unassumable('execution')}`)
    there = new Set([arnOf('task'), 'execution'])
    expect(await ecs('RunTask', { taskDefinition: 'web' })).toHaveProperty('tasks.0.taskArn')
    const overrides = { taskRoleArn: arnOf('other') }
    expect(await ecs('RunTask', { taskDefinition: 'web', overrides })).toBe(`ClientException: ${unassumable('other')}`)
    const containerInstances = ['0'.repeat(32)]
    expect(await ecs('StartTask', { taskDefinition: 'web', overrides, containerInstances })).toBe(
      `ClientException: ${unassumable('other')}`,
    )
  })

  test('a backend that does not answer is not a role that is missing', async () => {
    await register('web', { taskRoleArn: arnOf('task') })
    isAway = true
    expect(await ecs('RunTask', { taskDefinition: 'web' })).toStartWith('ServerException: ')
    expect(statuses()).toEqual([])
  })

  test("a service's tasks stop with the reason, its events say it, and it goes on once the role is there", async () => {
    await register('web', { taskRoleArn: arnOf('task') })
    await ecs('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 })
    await world.clock.advance(500)
    const [first] = world.store.table(tasks).all()
    expect(first?.task).toMatchObject({ stopCode: 'TaskFailedToStart', stoppedReason: unassumable('task') })
    expect(messages()).toContain(`(service web) failed to launch a task with (error ${unassumable('task')}).`)
    there = new Set([arnOf('task')])
    await world.clock.advance(60_000)
    expect(statuses()).toContain('RUNNING')
  })

  test('a deployment circuit breaker counts them', async () => {
    await register('web', { taskRoleArn: arnOf('task') })
    const deploymentCircuitBreaker = { enable: true, rollback: false }
    await ecs('CreateService', {
      serviceName: 'web',
      taskDefinition: 'web',
      desiredCount: 1,
      deploymentConfiguration: { deploymentCircuitBreaker },
    })
    await world.clock.advance(15 * 60_000)
    expect(await ecs('DescribeServices', { services: ['web'] })).toHaveProperty('services.0.deployments.0.rolloutState', 'FAILED')
  })

  test('a task definition whose roles were there once keeps being launched: LocalStack forgets them', async () => {
    await register('web', { taskRoleArn: arnOf('task') })
    there = new Set([arnOf('task')])
    await ecs('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 })
    await world.clock.advance(1_000)
    there = new Set()
    await ecs('UpdateService', { service: 'web', desiredCount: 3 })
    await world.clock.advance(1_000)
    expect(statuses()).toEqual(['RUNNING', 'RUNNING', 'RUNNING'])
    await register('web', { taskRoleArn: arnOf('task') })
    await ecs('UpdateService', { service: 'web', taskDefinition: 'web:2' })
    await world.clock.advance(1_000)
    expect(messages()).toContain(`(service web) failed to launch a task with (error ${unassumable('task')}).`)
  })

  test('while the backend is away a service waits for half a minute, and then starts: nobody says that the role is none', async () => {
    await register('web', { taskRoleArn: arnOf('task') })
    isAway = true
    await ecs('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 })
    await world.clock.advance(29_000)
    expect(statuses()).not.toContain('RUNNING')
    await world.clock.advance(3_000)
    expect(statuses()).toEqual(['RUNNING'])
    expect(world.complaints.join()).toContain("whether a task's roles exist cannot be asked")
  })

  test('a task that is stopped while it waits for the answer is not started', async () => {
    await register('web', { taskRoleArn: arnOf('task') })
    isAway = true
    await ecs('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 1 })
    await world.clock.advance(2_000)
    await ecs('DeleteService', { service: 'web', force: true })
    await world.clock.advance(40_000)
    expect(statuses()).toEqual(['STOPPED'])
  })
})

describe('roles that ECS and its neighbours assume', () => {
  const ebs = { volumeConfigurations: [{ name: 'data', managedEBSVolume: { roleArn: arnOf('ebs'), sizeInGiB: 1 } }] }
  const mounted = { ...app, mountPoints: [{ sourceVolume: 'data', containerPath: '/data' }] }
  const withVolume = {
    containerDefinitions: [mounted],
    networkMode: 'awsvpc',
    volumes: [{ name: 'data', configuredAtLaunch: true }],
  }
  const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } }

  test('of volumes: RunTask and CreateService are refused', async () => {
    await register('stateful', {}, withVolume)
    const refused = `InvalidParameterException: ${noInfrastructure('ebs')}`
    expect(await ecs('RunTask', { taskDefinition: 'stateful', networkConfiguration, ...ebs })).toBe(refused)
    const service = { serviceName: 's', taskDefinition: 'stateful', desiredCount: 0, networkConfiguration, ...ebs }
    expect(await ecs('CreateService', service)).toBe(refused)
    there = new Set([arnOf('ebs')])
    expect(await ecs('CreateService', service)).toMatchObject({ service: { serviceName: 's' } })
  })

  test('of gateways, managed instances and Express services', async () => {
    const configuration = { hostSharedAlb: { networkConfiguration: { subnets: ['subnet-1', 'subnet-2'] } } }
    expect(await ecs('CreateGateway', { name: 'gw', infrastructureRoleArn: arnOf('gw'), configuration })).toBe(
      `InvalidParameterException: ${noInfrastructure('gw')}`,
    )
    const managedInstancesProvider = {
      infrastructureRoleArn: arnOf('infrastructure'),
      instanceLaunchTemplate: {
        ec2InstanceProfileArn: 'arn:aws:iam::000000000000:instance-profile/p',
        networkConfiguration: { subnets: ['subnet-0123456789abcdef0'] },
      },
    }
    expect(await ecs('CreateCapacityProvider', { name: 'managed', cluster: 'default', managedInstancesProvider })).toBe(
      'ClientException: The specified infrastructure role arn is invalid. Specify a valid role ARN and try again.',
    )
    const express = { infrastructureRoleArn: arnOf('express'), executionRoleArn: arnOf('execution'), primaryContainer: { image: 'nginx' } }
    expect(await ecs('CreateExpressGatewayService', express)).toBe(`AccessDeniedException: Cannot assume role ${arnOf('express')}`)
  })

  test('of scalable targets, but for services, which have a linked role', async () => {
    const common = { MinCapacity: 1, MaxCapacity: 2, RoleARN: arnOf('scaling') }
    const elsewhere = { ServiceNamespace: 'elasticmapreduce', ResourceId: 'instancegroup/j-1/ig-1' }
    const ScalableDimension = 'elasticmapreduce:instancegroup:InstanceCount'
    expect(await call('application-autoscaling', 'RegisterScalableTarget', { ...elsewhere, ScalableDimension, ...common })).toBe(
      `ValidationException: Unable to assume IAM role: ${arnOf('scaling')}`,
    )
    await register('web', {})
    await ecs('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 0 })
    const service = { ServiceNamespace: 'ecs', ResourceId: 'service/default/web', ScalableDimension: 'ecs:service:DesiredCount' }
    expect(await call('application-autoscaling', 'RegisterScalableTarget', { ...service, ...common })).toHaveProperty('ScalableTargetARN')
  })
})
