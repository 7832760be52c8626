import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { aNode } from '../../test/support/runtime-nodes.ts'
import { definitionRow, taskRow } from '../../test/support/task-rows.ts'
import type { RuntimeNode } from '../runtime/runtime.ts'
import { Adjusters } from './adjusters.ts'

const never = new AbortController().signal
const node = (name: string, isReady = true): RuntimeNode => aNode(name, { isReady })
const app = { name: 'app', image: 'nginx', memory: 64, essential: true }
const asking = definitionRow({ containerDefinitions: [{ ...app, ulimits: [{ name: 'nofile', softLimit: 1, hardLimit: 1 }] }] })
const able = { is: 'able', runtime: 'containerd v2.1.4' } as const
const unable = { is: 'unable', why: 'no NRI' } as const
const away = { is: 'away', why: 'closed' } as const

const world = (nodes: readonly RuntimeNode[] = [node('one')]) => {
  const clock = new FakeClock()
  const adjusters = new Adjusters({ clock, runtime: { nodes: () => nodes } })
  const row = taskRow(asking)
  const createdAt = clock.now() / 1000
  return { clock, adjusters, row: { ...row, task: { ...row.task, createdAt } } }
}

test('a task that asks for nothing waits for nobody', async () => {
  const { adjusters, row } = world()
  expect(await adjusters.of(row, definitionRow(), never)).toBeUndefined()
})

test('it runs where it gets what it asks for; nowhere, if no node can', async () => {
  const { adjusters, row } = world([node('one'), node('two'), node('three')])
  adjusters.note('one', unable)
  adjusters.note('two', able)
  expect(await adjusters.of(row, asking, never)).toEqual(['two'])
  adjusters.note('three', able)
  expect(await adjusters.of(row, asking, never)).toEqual(['two', 'three'])
  expect(await adjusters.of({ ...row, nodeName: 'three' }, asking, never)).toEqual(['three'])
  expect(await adjusters.of({ ...row, nodeName: 'one' }, asking, never)).toBeUndefined()
})

test('machines that are not ready are not waited for', async () => {
  const { adjusters, row } = world([node('one'), node('two', false)])
  adjusters.note('one', unable)
  expect(await adjusters.of(row, asking, never)).toBeUndefined()
})

test('an agent that has not told yet is waited for', async () => {
  const { adjusters, row } = world()
  const asked = adjusters.of(row, asking, never)
  adjusters.note('one', able)
  expect(await asked).toEqual(['one'])
})

test('while the agent is away the task is tried again, and after a minute told why it cannot run', async () => {
  const { adjusters, row, clock } = world()
  const leave = adjusters.join('one')
  adjusters.note('one', able)
  leave()
  const attempt = async (): Promise<string> => {
    const asked = adjusters.of(row, asking, never).then(
      () => 'it runs',
      (error: unknown) => String(error),
    )
    await clock.advance(2_000)
    return asked
  }
  const what = 'the agent of node one, which gives containers their ulimits, devices, swap and tmpfs, is away'
  expect(await attempt()).toBe(`Error: ${what}`)
  // It is tried again as soon as an agent tells anything.
  expect(adjusters.note('one', away)).toEqual([row.task.taskArn])
  expect(adjusters.note('one', away)).toEqual([])
  await clock.advance(60_000)
  expect(await attempt()).toBe(`TaskRefused: ResourceInitializationError: ${what}.`)
  adjusters.note('one', away)
  expect(await attempt()).toBe(`TaskRefused: ResourceInitializationError: ${what}.`)
})

test('an agent that came back before its old connection ended is there', async () => {
  const { adjusters, row } = world()
  const leaveOld = adjusters.join('one')
  adjusters.join('one')
  adjusters.note('one', able)
  leaveOld()
  expect(await adjusters.of(row, asking, never)).toEqual(['one'])
})
