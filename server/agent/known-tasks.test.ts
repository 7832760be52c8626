import { expect, test } from 'bun:test'
import { agentTask, otherTask } from '../../test/support/agent-task.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { KnownTasks } from './known-tasks.ts'

const first = agentTask()
const second = otherTask()
const idOf = (task: typeof first): string => task.containers[0]?.id ?? ''

const knowing = (...tasks: (typeof first)[]): KnownTasks => {
  const known = new KnownTasks(new FakeClock())
  known.accept({ is: 'listed', tasks })
  return known
}

test('a container finds itself by its id, from its own address alone', async () => {
  const known = knowing(first, second)
  expect((await known.byContainer(idOf(first), '10.1.0.7', 0))?.task).toEqual(first)
  expect(await known.byContainer(idOf(first), '10.1.0.8', 0)).toBeUndefined()
  expect(await known.byContainer(idOf(first), '10.1.0.9', 0)).toBeUndefined()
  expect(await known.byContainer('none', '10.1.0.7', 0)).toBeUndefined()
})

test('credentials are given to the task that they are for', async () => {
  const known = knowing(first, second)
  expect(await known.byCredentials(second.credentials.id, '10.1.0.8', 0)).toEqual(second)
  expect(await known.byCredentials(second.credentials.id, '10.1.0.7', 0)).toBeUndefined()
})

test('before Kubernetes tells its address a task is known by its id, but not from the address of another', async () => {
  const { address: _, ...unaddressed } = first
  const known = knowing(unaddressed, second)
  expect((await known.byContainer(idOf(first), '10.1.0.7', 0))?.task.taskArn).toBe(first.taskArn)
  expect(await known.byContainer(idOf(first), '10.1.0.8', 0)).toBeUndefined()
})

test('an address is the running task’s, not that of the stopped one that had it before', async () => {
  const known = knowing(agentTask({ knownStatus: 'STOPPED' }), otherTask({ address: '10.1.0.7' }))
  expect((await known.byAddress('10.1.0.7', 0))?.taskArn).toBe(second.taskArn)
})

test('a task that is gone is forgotten with its ids', async () => {
  const known = knowing(first)
  known.accept({ is: 'gone', taskArn: first.taskArn })
  expect(await known.byContainer(idOf(first), '10.1.0.7', 0)).toBeUndefined()
  expect(await known.byCredentials(first.credentials.id, '10.1.0.7', 0)).toBeUndefined()
  expect(known.all()).toEqual([])
})

test('who asks before the control plane told of it waits', async () => {
  const known = knowing()
  const asked = known.byContainer(idOf(first), '10.1.0.7', 900)
  known.accept({ is: 'changed', task: first })
  expect((await asked)?.task).toEqual(first)
})

test('who is not told of is not waited for without end', async () => {
  const clock = new FakeClock()
  const known = new KnownTasks(clock)
  const asked = known.byContainer(idOf(first), '10.1.0.7', 900)
  await clock.advance(901)
  expect(await asked).toBeUndefined()
})
