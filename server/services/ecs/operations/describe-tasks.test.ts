import { expect, test } from 'bun:test'
import { clusterRow, testContext } from '../../../../test/support/task-rows.ts'
import { ServiceError } from '../../../aws/errors.ts'
import type { DescribeTasksRequest } from '../../../aws/generated/ecs.ts'
import type { EcsContext } from '../context.ts'
import { describeTasks } from './describe-tasks.ts'
import { runTask } from './run-task.ts'

const arnsOf = async (context: EcsContext, count: number, more: { readonly cluster?: string } = {}) => {
  const tags = [{ key: 'team', value: 'red' }]
  const { tasks = [] } = await runTask(context, { taskDefinition: 'web', count, tags, ...more })
  return tasks.map(task => task.taskArn ?? '')
}
const idOf = (arn: string): string => arn.slice(-32)
const errorOf = (context: EcsContext, request: DescribeTasksRequest) => {
  try {
    describeTasks(context, request)
  } catch (error) {
    if (error instanceof ServiceError) return { code: error.code, message: error.message }
    throw error
  }
  return undefined
}

test('tasks are found by id, by ARN and by the short ARN of old, each once, in the order of asking', async () => {
  const context = await testContext()
  const [one = '', two = '', three = ''] = await arnsOf(context, 3)
  const { tasks, failures } = describeTasks(context, { tasks: [idOf(three), one, one.replace('/default/', '/'), two] })
  expect(tasks?.map(task => task.taskArn)).toEqual([three, one, two])
  expect(failures).toEqual([])
})

test('tags are shown when they are asked for', async () => {
  const context = await testContext()
  const tasks = await arnsOf(context, 1)
  expect(describeTasks(context, { tasks }).tasks?.[0]?.tags).toEqual([])
  expect(describeTasks(context, { tasks, include: ['TAGS'] }).tasks?.[0]?.tags).toEqual([{ key: 'team', value: 'red' }])
})

test('health is unknown until a health check says otherwise', async () => {
  const context = await testContext()
  expect(describeTasks(context, { tasks: await arnsOf(context, 1) }).tasks?.[0]?.healthStatus).toBe('UNKNOWN')
})

test('what is not there is a failure with its ARN, beside what is', async () => {
  const context = await testContext()
  const [one = ''] = await arnsOf(context, 1)
  const missing = 'f'.repeat(32)
  expect(describeTasks(context, { tasks: [missing, one] })).toMatchObject({
    tasks: [{ taskArn: one }],
    failures: [{ arn: `arn:aws:ecs:us-east-1:000000000000:task/default/${missing}`, reason: 'MISSING' }],
  })
})

test("another cluster's task is not found by its id, and its ARN is refused", async () => {
  const context = await testContext({ clusters: [clusterRow(), clusterRow('other')] })
  const [arn = ''] = await arnsOf(context, 1, { cluster: 'other' })
  expect(describeTasks(context, { tasks: [idOf(arn)] }).failures).toMatchObject([{ reason: 'MISSING' }])
  expect(describeTasks(context, { cluster: 'other', tasks: [idOf(arn)] }).tasks).toHaveLength(1)
  expect(errorOf(context, { tasks: [arn] })).toMatchObject({ code: 'InvalidParameterException' })
})

test('errors', async () => {
  const context = await testContext({ clusters: [clusterRow(), clusterRow('gone', { status: 'INACTIVE' })] })
  const id = 'f'.repeat(32)
  expect(errorOf(context, { tasks: [] })).toEqual({ code: 'InvalidParameterException', message: 'Tasks cannot be empty.' })
  expect(errorOf(context, { tasks: Array.from({ length: 101 }, () => id) })).toEqual({
    code: 'InvalidParameterException',
    message: 'taskIds can have at most 100 items.',
  })
  expect(errorOf(context, { tasks: ['None'] })).toEqual({
    code: 'InvalidParameterException',
    message: 'taskId length should be one of [32,36]',
  })
  expect(errorOf(context, { tasks: [`a/b/${id}`] })).toEqual({
    code: 'InvalidParameterException',
    message: 'Invalid identifier: Unexpected number of separators',
  })
  expect(errorOf(context, { cluster: 'nobody', tasks: [id] })).toEqual({ code: 'ClusterNotFoundException', message: 'Cluster not found.' })
  expect(errorOf(context, { cluster: 'gone', tasks: [id] })).toMatchObject({ code: 'ClusterNotFoundException' })
})
