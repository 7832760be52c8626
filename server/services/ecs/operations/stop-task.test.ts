import { expect, test } from 'bun:test'
import { clusterRow, testContext } from '../../../../test/support/task-rows.ts'
import { ServiceError } from '../../../aws/errors.ts'
import type { StopTaskRequest } from '../../../aws/generated/ecs.ts'
import { tasks } from '../../../store/tables.ts'
import type { EcsContext } from '../context.ts'
import { runTask } from './run-task.ts'
import { stopTask } from './stop-task.ts'

const started = async (context: EcsContext): Promise<string> => {
  const { tasks: rows = [] } = await runTask(context, { taskDefinition: 'web' })
  return rows[0]?.taskArn ?? ''
}
const errorOf = async (context: EcsContext, request: StopTaskRequest) => {
  const error: unknown = await stopTask(context, request).catch((reason: unknown) => reason)
  if (!(error instanceof ServiceError)) throw new Error(`no ServiceError but ${String(error)}`)
  return { code: error.code, message: error.message }
}

test('a stopped task is asked to stop, no more: the rest comes with its end', async () => {
  const context = await testContext()
  const arn = await started(context)
  await context.clock.advance(1500)
  const { task } = await stopTask(context, { task: arn.slice(-32) })
  expect(task).toMatchObject({
    taskArn: arn,
    desiredStatus: 'STOPPED',
    lastStatus: 'PENDING',
    stopCode: 'UserInitiated',
    stoppedReason: 'Task stopped by user',
    stoppingAt: 1_700_000_001.5,
    version: 2,
  })
  expect(task).not.toHaveProperty('stoppedAt')
  expect(context.woken).toEqual([arn, arn])
})

test('a reason is kept word for word', async () => {
  const context = await testContext()
  expect((await stopTask(context, { task: await started(context), reason: 'No longer needed' })).task?.stoppedReason).toBe(
    'No longer needed',
  )
})

test('what asked first stays the reason, also when the task has stopped', async () => {
  const context = await testContext()
  const arn = await started(context)
  const first = await stopTask(context, { task: arn, reason: 'first' })
  expect(await stopTask(context, { task: arn, reason: 'second' })).toEqual(first)
  const row = context.store.table(tasks).get(arn)
  if (row === undefined) throw new Error('no task')
  await context.store.commit(transaction => transaction.put(tasks, { ...row, task: { ...row.task, lastStatus: 'STOPPED' } }))
  expect((await stopTask(context, { task: arn })).task).toMatchObject({ lastStatus: 'STOPPED', stoppedReason: 'first', version: 2 })
})

test('errors', async () => {
  const context = await testContext({ clusters: [clusterRow(), clusterRow('other'), clusterRow('gone', { status: 'INACTIVE' })] })
  const arn = await started(context)
  const missing = 'f'.repeat(32)
  expect(await errorOf(context, { task: missing })).toEqual({
    code: 'InvalidParameterException',
    message: 'The referenced task was not found.',
  })
  expect(await errorOf(context, { cluster: 'other', task: arn.slice(-32) })).toMatchObject({ code: 'InvalidParameterException' })
  expect(await errorOf(context, { task: 'None' })).toMatchObject({ message: 'taskId length should be one of [32,36]' })
  expect(await errorOf(context, { task: arn, reason: 'x'.repeat(1025) })).toEqual({
    code: 'InvalidParameterException',
    message: 'reason longer than 1024.',
  })
  expect(await errorOf(context, { cluster: 'nobody', task: arn })).toMatchObject({ code: 'ClusterNotFoundException' })
  expect(await errorOf(context, { cluster: 'gone', task: missing })).toMatchObject({ code: 'ClusterNotFoundException' })
})
