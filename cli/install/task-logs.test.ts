import { expect, test } from 'bun:test'
import { KubeError, type Pod } from '../../shared/kube/index.ts'
import { labelPrefix, labels } from '../../shared/names.ts'
import { type PodReader, taskLogs } from './task-logs.ts'

const podWith = (id: string, phase = 'Pending'): Pod => ({
  metadata: {
    name: `web-${id}`,
    namespace: 'one',
    labels: { [labels.taskId]: id },
    annotations: { [`${labelPrefix}/containers`]: JSON.stringify({ 'app-1': 'App_1' }) },
  },
  spec: { containers: [{ name: 'app-1' }] },
  status: { phase },
})

const notBegun = () =>
  new KubeError('container "app-1" in pod "web-abc" is waiting to start', { status: 400, reason: 'BadRequest', request: 'GET log' })

/** A cluster whose pods are listed, and whose container's log is answered, as the nth of what is given; the last one stays. */
const cluster = (pods: readonly (readonly Pod[])[], logs: readonly (readonly string[] | Error)[]) => {
  const asked = { pods: 0, logs: 0 }
  const next = <Value>(values: readonly Value[], which: keyof typeof asked): Value => values[Math.min(asked[which]++, values.length - 1)]!
  const reader: PodReader = {
    find: async () => next(pods, 'pods')[0],
    list: async () => next(pods, 'pods'),
    async *logs() {
      const answer = next(logs, 'logs')
      if (answer instanceof Error) throw answer
      yield* answer
    },
  }
  return { reader, asked }
}

const printed = async (reader: PodReader, given: { task?: string; follow?: boolean; signal?: AbortSignal } = {}) => {
  const lines: string[] = []
  await taskLogs(
    reader,
    { name: 'kecs' },
    {
      task: given.task ?? 'abc',
      follow: given.follow ?? false,
      signal: given.signal ?? new AbortController().signal,
      write: (container, line) => lines.push(`${container} ${line}`),
    },
  )
  return lines
}

test('lines come with the name that the task definition has', async () => {
  const { reader } = cluster([[podWith('abcdef', 'Running'), podWith('fff')]], [['one', 'two']])
  expect(await printed(reader)).toEqual(['App_1 one', 'App_1 two'])
  expect(await printed(reader, { task: 'arn:aws:ecs:us-east-1:000000000000:task/one/abcdef' })).toEqual(['App_1 one', 'App_1 two'])
})

test('a container that has not begun has no lines; who follows gets those that come', async () => {
  expect(await printed(cluster([[podWith('abc')]], [notBegun()]).reader)).toEqual([])
  expect(await printed(cluster([[podWith('abc')]], [notBegun(), notBegun(), ['first']]).reader, { follow: true })).toEqual(['App_1 first'])
})

test('who follows waits for a pod that comes, and not for a container that never begins', async () => {
  expect(await printed(cluster([[], [podWith('abc', 'Running')]], [['first']]).reader, { follow: true })).toEqual(['App_1 first'])
  const failed = cluster([[podWith('abc')], [podWith('abc', 'Failed')]], [notBegun()])
  expect(await printed(failed.reader, { follow: true })).toEqual([])
  expect(failed.asked).toEqual({ pods: 2, logs: 1 })
  expect(await printed(cluster([[podWith('abc')], []], [notBegun()]).reader, { follow: true })).toEqual([])
})

test('an interrupt ends the wait', async () => {
  const abort = new AbortController()
  setTimeout(() => abort.abort(), 20)
  const { reader } = cluster([[podWith('abc')]], [notBegun()])
  expect(await printed(reader, { follow: true, signal: abort.signal })).toEqual([])
})

test('what is not one task is told', async () => {
  expect(printed(cluster([[]], []).reader)).rejects.toThrow('Nothing of a task "abc" is in the cluster')
  expect(printed(cluster([[podWith('abcd'), podWith('abce')]], []).reader)).rejects.toThrow('2 tasks have an id that begins with "abc"')
  expect(
    printed(cluster([[podWith('abc', 'Failed')]], [new KubeError('gone', { status: 410, reason: 'Gone', request: 'GET log' })]).reader),
  ).rejects.toThrow('gone')
})
