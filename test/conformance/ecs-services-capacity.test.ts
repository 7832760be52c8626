// Capacity provider strategies of services: how their tasks are shared out, driven by the AWS SDK.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  UpdateServiceCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs'
import { EcsSuite } from '../support/ecs-suite.ts'

const suite = new EcsSuite('capacity')
const waits = { maxWaitTime: 180, minDelay: 1, maxDelay: 2 }
let cluster = ''

beforeAll(async () => {
  await suite.open()
  await suite.cluster('c')
  cluster = suite.named('c')
  await suite.ecs.send(
    new PutClusterCapacityProvidersCommand({
      cluster,
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [
        { capacityProvider: 'FARGATE', base: 1, weight: 1 },
        { capacityProvider: 'FARGATE_SPOT', weight: 2 },
      ],
    }),
  )
}, 300_000)
afterAll(() => suite.close(), 300_000)

test('tasks are shared out by base and weights, as the service has them and as it grows', async () => {
  const fargate = { networkMode: 'awsvpc', requiresCompatibilities: ['FARGATE'], cpu: '256', memory: '512' } as const
  const { taskDefinitionArn: taskDefinition } = await suite.taskDefinition('web', {
    ...fargate,
    requiresCompatibilities: [...fargate.requiresCompatibilities],
  })
  const serviceName = suite.named('web')
  const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } }
  const { service } = await suite.ecs.send(
    new CreateServiceCommand({ cluster, serviceName, taskDefinition, desiredCount: 4, networkConfiguration }),
  )
  suite.undo(async () => {
    await suite.ecs.send(new DeleteServiceCommand({ cluster, service: serviceName, force: true }))
    await waitUntilServicesInactive({ client: suite.ecs, ...waits }, { cluster, services: [serviceName] })
  })
  expect(service?.launchType).toBeUndefined()
  expect(service?.capacityProviderStrategy).toEqual([
    { capacityProvider: 'FARGATE', base: 1, weight: 1 },
    { capacityProvider: 'FARGATE_SPOT', base: 0, weight: 2 },
  ])
  await waitUntilServicesStable({ client: suite.ecs, ...waits }, { cluster, services: [serviceName] })
  // One by its base, of the three others one and two.
  expect(await shares(serviceName)).toEqual({ FARGATE: 2, FARGATE_SPOT: 2 })
  await suite.ecs.send(new UpdateServiceCommand({ cluster, service: serviceName, desiredCount: 7 }))
  await waitUntilServicesStable({ client: suite.ecs, ...waits }, { cluster, services: [serviceName] })
  expect(await shares(serviceName)).toEqual({ FARGATE: 3, FARGATE_SPOT: 4 })
}, 300_000)

/** How many tasks of a service are on each capacity provider. */
async function shares(serviceName: string): Promise<Record<string, number>> {
  const { taskArns: tasks = [] } = await suite.ecs.send(new ListTasksCommand({ cluster, serviceName }))
  const { tasks: found = [] } = await suite.ecs.send(new DescribeTasksCommand({ cluster, tasks }))
  expect(new Set(found.map(({ launchType }) => launchType))).toEqual(new Set(['FARGATE']))
  const counts: Record<string, number> = {}
  for (const { capacityProviderName = '' } of found) counts[capacityProviderName] = (counts[capacityProviderName] ?? 0) + 1
  return counts
}
