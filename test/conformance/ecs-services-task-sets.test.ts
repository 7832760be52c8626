// Task sets, deployments that are stopped, and services behind target groups, driven by the AWS SDK.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  CreateTaskSetCommand,
  type CreateTaskSetCommandInput,
  DeleteServiceCommand,
  DeleteTaskSetCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServicesCommand,
  DescribeTaskSetsCommand,
  StopServiceDeploymentCommand,
  UpdateServiceCommand,
  UpdateServicePrimaryTaskSetCommand,
  UpdateTaskSetCommand,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import { EcsSuite, refusal } from '../support/ecs-suite.ts'
import { until } from '../support/until.ts'

const suite = new EcsSuite('task-sets')
const waits = { maxWaitTime: 180, minDelay: 1, maxDelay: 2 }
let cluster = ''
let first = ''
let second = ''

beforeAll(async () => {
  await suite.open()
  await suite.cluster('c')
  cluster = suite.named('c')
  first = (await suite.taskDefinition('web')).taskDefinitionArn
  second = (await suite.taskDefinition('web')).taskDefinitionArn
}, 300_000)
afterAll(() => suite.close(), 300_000)

const removeLater = (service: string) =>
  suite.undo(async () => {
    await suite.ecs.send(new DeleteServiceCommand({ cluster, service, force: true }))
    await waitUntilServicesInactive({ client: suite.ecs, ...waits }, { cluster, services: [service] })
  })

async function externalService(name: string, desiredCount: number): Promise<string> {
  const serviceName = suite.named(name)
  const deploymentController = { type: 'EXTERNAL' } as const
  await suite.ecs.send(new CreateServiceCommand({ cluster, serviceName, desiredCount, deploymentController }))
  removeLater(serviceName)
  return serviceName
}
const add = async (service: string, more: Partial<CreateTaskSetCommandInput> = {}) => {
  const { taskSet } = await suite.ecs.send(new CreateTaskSetCommand({ cluster, service, taskDefinition: first, ...more }))
  return { ...taskSet, id: taskSet?.id ?? '', taskSetArn: taskSet?.taskSetArn ?? '' }
}
const taskSets = async (service: string, ids?: string[]) =>
  suite.ecs.send(new DescribeTaskSetsCommand({ cluster, service, taskSets: ids, include: ['TAGS'] }))

describe('task sets', () => {
  test('run their share of a service, one of them primary', async () => {
    const service = await externalService('whole', 2)
    const blue = await add(service, { externalId: 'blue', tags: [{ key: 'colour', value: 'blue' }] })
    expect(blue.id).toMatch(/^ecs-svc\/\d{19}$/)
    expect(blue.taskSetArn).toEndWith(`:task-set/${cluster}/${service}/${blue.id}`)
    expect(blue).toMatchObject({
      status: 'ACTIVE',
      externalId: 'blue',
      computedDesiredCount: 2,
      launchType: 'EC2',
      scale: { value: 100, unit: 'PERCENT' },
      stabilityStatus: 'STABILIZING',
      tags: [{ key: 'colour', value: 'blue' }],
    })
    const { taskSet: primary } = await suite.ecs.send(new UpdateServicePrimaryTaskSetCommand({ cluster, service, primaryTaskSet: blue.id }))
    expect(primary?.status).toBe('PRIMARY')
    const green = await add(service, { taskDefinition: second, scale: { value: 50, unit: 'PERCENT' } })
    expect(green.computedDesiredCount).toBe(1)
    await until('both are stable', async () => {
      const found = (await taskSets(service)).taskSets ?? []
      return found.length === 2 && found.every(({ stabilityStatus }) => stabilityStatus === 'STEADY_STATE')
    })
    const { services } = await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))
    expect(services?.[0]).toMatchObject({
      runningCount: 3,
      deployments: [],
      taskDefinition: first,
      deploymentController: { type: 'EXTERNAL' },
    })
    expect(services?.[0]?.taskSets).toHaveLength(2)

    await suite.ecs.send(new UpdateServicePrimaryTaskSetCommand({ cluster, service, primaryTaskSet: green.taskSetArn }))
    const after = await taskSets(service, [blue.id, green.taskSetArn, 'ecs-svc/1'])
    expect(new Map(after.taskSets?.map(({ id, status }) => [id, status]))).toEqual(
      new Map([
        [blue.id, 'ACTIVE'],
        [green.id, 'PRIMARY'],
      ]),
    )
    expect(after.failures).toMatchObject([{ reason: 'MISSING' }])

    expect(await refusal(suite.ecs.send(new DeleteTaskSetCommand({ cluster, service, taskSet: blue.id })))).toStartWith(
      'InvalidParameterException',
    )
    await suite.ecs.send(new UpdateTaskSetCommand({ cluster, service, taskSet: blue.id, scale: { value: 0, unit: 'PERCENT' } }))
    const { taskSet: gone } = await suite.ecs.send(new DeleteTaskSetCommand({ cluster, service, taskSet: blue.id }))
    expect(gone?.status).toBe('DRAINING')
    await until('it is gone', async () => (await taskSets(service)).taskSets?.length === 1)
  }, 300_000)

  test('are made once for a token, and five at most', async () => {
    const service = await externalService('limits', 0)
    const clientToken = 'once'
    const once = await add(service, { clientToken })
    expect((await add(service, { clientToken })).id).toBe(once.id)
    expect(await refusal(add(service, { clientToken, scale: { value: 1, unit: 'PERCENT' } }))).toStartWith('InvalidParameterException')
    for (let more = 1; more < 5; more += 1) await add(service)
    expect(await refusal(add(service))).toBe(
      'InvalidParameterException: 5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.',
    )
  }, 300_000)

  test('are refused for other services and where there is none', async () => {
    const ecs = suite.named('ecs')
    await suite.ecs.send(new CreateServiceCommand({ cluster, serviceName: ecs, taskDefinition: first, desiredCount: 0 }))
    removeLater(ecs)
    expect(await refusal(add(ecs))).toStartWith('InvalidParameterException: Task sets are only supported')
    expect(await refusal(add(suite.named('none')))).toBe('ServiceNotFoundException: Service not found.')
    const service = await externalService('empty', 1)
    expect(await refusal(add(service, { platformVersion: '1.4.0' }))).toBe(
      'InvalidParameterException: The platform version must be null when specifying an EC2 launch type.',
    )
    expect(
      await refusal(
        suite.ecs.send(new UpdateTaskSetCommand({ cluster, service, taskSet: 'ecs-svc/1', scale: { value: 0, unit: 'PERCENT' } })),
      ),
    ).toStartWith('TaskSetNotFoundException')
    expect(await refusal(suite.ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition: first })))).toStartWith(
      'InvalidParameterException: Unable to update task definition on services with an EXTERNAL deployment controller.',
    )
  }, 300_000)
})

test('a deployment that is stopped is rolled back', async () => {
  const service = suite.named('stopped')
  await suite.ecs.send(new CreateServiceCommand({ cluster, serviceName: service, taskDefinition: first, desiredCount: 1 }))
  removeLater(service)
  const shown = async () => (await suite.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }))).services?.[0]
  await until('it is deployed', async () => (await shown())?.deployments?.[0]?.rolloutState === 'COMPLETED')
  const { service: updating } = await suite.ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition: second }))
  const serviceDeploymentArn = updating?.currentServiceDeployment ?? ''
  const answer = await suite.ecs.send(new StopServiceDeploymentCommand({ serviceDeploymentArn }))
  expect(answer.serviceDeploymentArn).toBe(serviceDeploymentArn)
  const ended = await until('it is rolled back', async () => {
    const { serviceDeployments } = await suite.ecs.send(
      new DescribeServiceDeploymentsCommand({ serviceDeploymentArns: [serviceDeploymentArn] }),
    )
    return serviceDeployments?.[0]?.status?.startsWith('ROLLBACK_S') === true ? serviceDeployments[0] : undefined
  })
  expect(ended.status).toBe('ROLLBACK_SUCCESSFUL')
  expect((await shown())?.taskDefinition).toBe(first)
}, 300_000)
