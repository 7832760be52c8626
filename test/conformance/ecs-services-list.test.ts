// How services are listed, driven by the AWS SDK.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  ListServicesCommand,
  paginateListServices,
  waitUntilServicesInactive,
} from '@aws-sdk/client-ecs'
import { EcsSuite, refusal } from '../support/ecs-suite.ts'

const suite = new EcsSuite('list-services')
const waits = { maxWaitTime: 180, minDelay: 1, maxDelay: 2 }
let cluster = ''
let first = ''

beforeAll(async () => {
  await suite.open()
  await suite.cluster('cluster')
  cluster = suite.named('cluster')
  first = (await suite.taskDefinition('web')).taskDefinitionArn
}, 300_000)
afterAll(() => suite.close(), 300_000)

test('ListServices gives pages of 10 unless asked otherwise, and filters', async () => {
  await suite.cluster('listed')
  const listed = suite.named('listed')
  const names = Array.from({ length: 12 }, (_, index) => suite.named(`l${String(index).padStart(2, '0')}`))
  for (const serviceName of names) {
    await suite.ecs.send(new CreateServiceCommand({ cluster: listed, serviceName, taskDefinition: first, desiredCount: 0 }))
  }
  suite.undo(async () => {
    for (const service of names) await suite.ecs.send(new DeleteServiceCommand({ cluster: listed, service, force: true }))
    for (const from of [0, 10]) {
      await waitUntilServicesInactive({ client: suite.ecs, ...waits }, { cluster: listed, services: names.slice(from, from + 10) })
    }
  })
  const page = await suite.ecs.send(new ListServicesCommand({ cluster: listed }))
  expect(page.serviceArns).toHaveLength(10)
  const all: string[] = []
  for await (const { serviceArns = [] } of paginateListServices({ client: suite.ecs, pageSize: 5 }, { cluster: listed }))
    all.push(...serviceArns)
  expect(all.map(arn => arn.slice(arn.lastIndexOf('/') + 1))).toEqual(names)
  expect((await suite.ecs.send(new ListServicesCommand({ cluster: listed, launchType: 'FARGATE' }))).serviceArns).toEqual([])
  expect(
    (await suite.ecs.send(new ListServicesCommand({ cluster: listed, schedulingStrategy: 'REPLICA', maxResults: 100 }))).serviceArns,
  ).toHaveLength(12)
  const { nextToken } = page
  expect(await refusal(suite.ecs.send(new ListServicesCommand({ cluster, nextToken })))).toBe('InvalidParameterException: Invalid token.')
}, 300_000)
