import { expect, test } from 'bun:test'
import { clusterRow, definitionRow, fargate, fargateDefinition, testContext } from '../../../../test/support/task-rows.ts'
import { ServiceError } from '../../../aws/errors.ts'
import type { ListTasksRequest, RunTaskRequest } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { listTasks } from './list-tasks.ts'
import { runTask } from './run-task.ts'
import { stopTask } from './stop-task.ts'

const arnsOf = async (context: EcsContext, request: Partial<RunTaskRequest> = {}): Promise<string[]> => {
  const { tasks = [] } = await runTask(context, { taskDefinition: 'web', ...request })
  return tasks.map(task => task.taskArn ?? '').sort()
}
const listed = (context: EcsContext, request: ListTasksRequest = {}) => listTasks(context, request).taskArns
const errorOf = (context: EcsContext, request: ListTasksRequest) => {
  try {
    listTasks(context, request)
  } catch (error) {
    if (error instanceof ServiceError) return { code: error.code, message: error.message }
    throw error
  }
  return undefined
}

test("a cluster's tasks are listed, those that should run unless asked otherwise", async () => {
  const context = await testContext({ clusters: [clusterRow(), clusterRow('other')] })
  const [one = '', two = ''] = await arnsOf(context, { count: 2 })
  const others = await arnsOf(context, { cluster: 'other' })
  await stopTask(context, { task: one })
  expect(listed(context)).toEqual([two])
  expect(listed(context, { desiredStatus: 'STOPPED' })).toEqual([one])
  expect(listed(context, { desiredStatus: 'PENDING' })).toEqual([])
  expect(listed(context, { cluster: 'other' })).toEqual(others)
})

test('filters choose', async () => {
  const definitions = [definitionRow(), definitionRow({ family: 'web-2' }), fargateDefinition()]
  const context = await testContext({ definitions })
  const web = await arnsOf(context, { startedBy: 'me' })
  const other = await arnsOf(context, { taskDefinition: 'web-2', startedBy: 'you' })
  const onFargate = await arnsOf(context, fargate)
  expect(listed(context, { family: 'web' })).toEqual(web)
  expect(listed(context, { startedBy: 'you' })).toEqual(other)
  expect(listed(context, { startedBy: 'you', desiredStatus: 'RUNNING' })).toEqual(other)
  expect(listed(context, { launchType: 'FARGATE' })).toEqual(onFargate)
  expect(listed(context, { launchType: 'EC2' })).toEqual([...web, ...other].sort())
  expect(listed(context, { launchType: 'EC2', family: 'web-2' })).toEqual(other)
  expect(listed(context, { containerInstance: 'f'.repeat(32) })).toEqual([])
  expect(listed(context, { daemonName: 'nobody' })).toEqual([])
})

test('pages follow one another to the end, also over rows that do not match and rows that come and go', async () => {
  const context = await testContext()
  const wanted: string[] = []
  for (let count = 0; count < 5; count++) {
    wanted.push(...(await arnsOf(context, { startedBy: 'me', count: 2 })))
    await arnsOf(context, { startedBy: 'you' })
  }
  const found: string[] = []
  const filter: ListTasksRequest = { startedBy: 'me', maxResults: 3 }
  let page = listTasks(context, filter)
  const sizes = [page.taskArns?.length]
  found.push(...(page.taskArns ?? []))
  await stopTask(context, { task: found.at(-1) ?? '' })
  while (page.nextToken !== undefined) {
    page = listTasks(context, { ...filter, nextToken: page.nextToken })
    sizes.push(page.taskArns?.length)
    found.push(...(page.taskArns ?? []))
  }
  expect(found).toEqual(wanted.sort())
  expect(sizes).toEqual([3, 3, 3, 1])
})

test('a page has a hundred tasks unless asked otherwise', async () => {
  const context = await testContext()
  for (let count = 0; count < 11; count++) await arnsOf(context, { count: 10 })
  const first = listTasks(context, {})
  expect(first.taskArns).toHaveLength(100)
  expect(listTasks(context, { nextToken: first.nextToken }).taskArns).toHaveLength(10)
})

test('errors', async () => {
  const context = await testContext({ clusters: [clusterRow(), clusterRow('gone', { status: 'INACTIVE' })] })
  await arnsOf(context, { count: 2 })
  const { nextToken } = listTasks(context, { maxResults: 1 })
  const invalid = (message: string) => ({ code: 'InvalidParameterException', message })
  expect(errorOf(context, { startedBy: 'me', family: 'web' })).toEqual(invalid('cannot specify startedBy with other arguments'))
  expect(errorOf(context, { startedBy: 'me', launchType: 'EC2' })).toEqual(invalid('cannot specify startedBy with other arguments'))
  expect(errorOf(context, { serviceName: 'a', containerInstance: 'f'.repeat(32) })).toEqual(
    invalid('cannot specify serviceName with other arguments'),
  )
  expect(errorOf(context, { family: 'web:1' })).toEqual(invalid(String.raw`family must match ^[a-zA-Z0-9\-_]+$`))
  expect(errorOf(context, { maxResults: 0 })).toMatchObject({ code: 'InvalidParameterException' })
  expect(errorOf(context, { maxResults: 101 })).toMatchObject({ code: 'InvalidParameterException' })
  expect(errorOf(context, { nextToken: 'nonsense' })).toMatchObject({ code: 'InvalidParameterException' })
  expect(errorOf(context, { nextToken, family: 'web' })).toMatchObject({ code: 'InvalidParameterException' })
  expect(errorOf(context, { serviceName: 'nobody' })).toEqual({ code: 'ServiceNotFoundException', message: 'Service not found.' })
  expect(errorOf(context, { cluster: 'nobody' })).toEqual({ code: 'ClusterNotFoundException', message: 'Cluster not found.' })
  expect(errorOf(context, { cluster: 'gone' })).toMatchObject({ code: 'ClusterNotFoundException' })
})
