import { expect, test } from 'bun:test'
import { definitionRow, taskRow, testContext } from '../../test/support/task-rows.ts'
import { deleteTaskDefinitions } from '../services/ecs/operations/delete-task-definitions.ts'
import { taskDefinitions, tasks } from '../store/tables.ts'
import { TaskDefinitionReconciler } from './task-definition.ts'

const arn = 'arn:aws:ecs:us-east-1:000000000000:task-definition/web:1'

test('a deleted task definition is gone once nothing runs of it', async () => {
  const inactive = definitionRow({}, { status: 'INACTIVE' })
  const context = await testContext({ definitions: [inactive] })
  const { store } = context
  const running = taskRow(inactive)
  await store.commit(transaction => transaction.put(tasks, running))
  const reconciler = new TaskDefinitionReconciler({ store })
  expect([...reconciler.keys()]).toEqual([])

  await deleteTaskDefinitions(context, { taskDefinitions: ['web:1'] })
  expect(context.woken).toEqual([arn])
  expect([...reconciler.keys()]).toEqual([arn])
  expect(await reconciler.reconcile(arn)).toBeGreaterThan(0)
  expect(store.table(taskDefinitions).get(arn)?.taskDefinition.status).toBe('DELETE_IN_PROGRESS')

  await store.commit(transaction => transaction.put(tasks, { ...running, task: { ...running.task, lastStatus: 'STOPPED' } }))
  expect(await reconciler.reconcile(arn)).toBeUndefined()
  expect(store.table(taskDefinitions).get(arn)).toBeUndefined()
})

test('what else needs one holds it', async () => {
  const context = await testContext({ definitions: [definitionRow({}, { status: 'INACTIVE' })] })
  await deleteTaskDefinitions(context, { taskDefinitions: ['web:1'] })
  const reconciler = new TaskDefinitionReconciler({ store: context.store, users: [(_store, used) => used === arn] })
  expect(await reconciler.reconcile(arn)).toBeGreaterThan(0)
  expect(context.store.table(taskDefinitions).get(arn)).toBeDefined()
})

test('one that is ACTIVE or INACTIVE is left alone', async () => {
  const context = await testContext({ definitions: [definitionRow(), definitionRow({ revision: 2 }, { status: 'INACTIVE' })] })
  const reconciler = new TaskDefinitionReconciler({ store: context.store })
  expect(await reconciler.reconcile(arn)).toBeUndefined()
  expect(await reconciler.reconcile(arn.replace(':1', ':2'))).toBeUndefined()
  expect(context.store.table(taskDefinitions).size).toBe(2)
})
