import { expect, test } from 'bun:test'
import { refusalOf } from '../../../../test/support/refusal.ts'
import { clusterRow, definitionRow, taskRow, testContext } from '../../../../test/support/task-rows.ts'
import { tasks } from '../../../store/tables.ts'
import { isProtected } from '../tasks/protection.ts'
import { getTaskProtection } from './get-task-protection.ts'
import { updateTaskProtection } from './update-task-protection.ts'

const definition = definitionRow()

async function withTask(group: string) {
  const context = await testContext({ clusters: [clusterRow()], definitions: [definition] })
  const row = taskRow(definition, { group })
  await context.store.commit(transaction => transaction.put(tasks, row))
  return { context, arn: row.task.taskArn }
}

test('a task of a service is protected for two hours, or as long as asked, from now on', async () => {
  const { context, arn } = await withTask('service:web')
  const update = (expiresInMinutes?: number, protectionEnabled = true) =>
    updateTaskProtection(context, {
      cluster: 'default',
      tasks: [arn],
      protectionEnabled,
      ...(expiresInMinutes === undefined ? {} : { expiresInMinutes }),
    })
  const get = () => getTaskProtection(context, { cluster: 'default', tasks: [arn] })
  expect(get()).toEqual({ protectedTasks: [{ taskArn: arn, protectionEnabled: false }], failures: [] })
  const seconds = context.clock.now() / 1000
  const twoHours = { protectedTasks: [{ taskArn: arn, protectionEnabled: true, expirationDate: seconds + 7200 }], failures: [] }
  expect(await update()).toEqual(twoHours)
  expect(get()).toEqual(twoHours)
  expect((await update(1)).protectedTasks?.[0]?.expirationDate).toBe(seconds + 60)

  const row = context.store.table(tasks).get(arn)
  if (row === undefined) throw new Error('the task is gone')
  expect(isProtected(row, context.clock.now() + 59_999)).toBe(true)
  expect(isProtected(row, context.clock.now() + 60_000)).toBe(false)
  expect((await update(undefined, false)).protectedTasks).toEqual([{ taskArn: arn, protectionEnabled: false }])
  expect(context.store.table(tasks).get(arn)?.protectedUntil).toBeUndefined()
})

test('a task on its own cannot be protected', async () => {
  const { context, arn } = await withTask('family:web')
  expect(await updateTaskProtection(context, { cluster: 'default', tasks: [arn], protectionEnabled: true })).toEqual({
    protectedTasks: [],
    failures: [{ arn, reason: 'TASK_NOT_VALID' }],
  })
})

test.each([0, 2881, -5])('%p minutes are refused', async expiresInMinutes => {
  const { context, arn } = await withTask('service:web')
  const update = () => updateTaskProtection(context, { cluster: 'default', tasks: [arn], protectionEnabled: true, expiresInMinutes })
  expect(await refusalOf(update)).toStartWith('InvalidParameterException: ')
})

test('no task, and more than ten, are refused', async () => {
  const { context } = await withTask('service:web')
  const update = (count: number) =>
    updateTaskProtection(context, {
      cluster: 'default',
      tasks: Array.from({ length: count }, (_, index) => String(index).padStart(32, '0')),
      protectionEnabled: true,
    })
  expect(await refusalOf(() => update(0))).toBe('InvalidParameterException: Tasks cannot be empty.')
  expect(await refusalOf(() => update(11))).toBe('InvalidParameterException: taskIds can have at most 10 items.')
})
