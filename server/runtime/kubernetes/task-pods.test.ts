import { describe, expect, test } from 'bun:test'
import type { Pod } from '../../../shared/kube/index.ts'
import { taskId, taskSpec } from '../../../test/support/task-spec.ts'
import { podOf } from './pod.ts'
import { TaskPods } from './task-pods.ts'

const spec = taskSpec([{ name: 'Web_1', image: 'nginx' }], { memo: '{"format":1}' })
const pod = podOf(spec, { instance: 'kecs', podLevelResources: true, containerRestarts: true, nodeDataDir: '/data' })

test('what is kept with a task is on its pod, and not in this process', () => {
  expect(pod.metadata.annotations).toMatchObject({ 'kecs.dev/memo': '{"format":1}' })
  const pods = new TaskPods(() => 0)
  expect(pods.note(pod).map(({ taskArn }) => taskArn)).toEqual([spec.taskArn])
  const { annotations = {} } = pods.pod(taskId)?.metadata ?? {}
  expect(annotations['kecs.dev/memo']).toBeUndefined()
  expect(annotations['kecs.dev/containers']).toBe('{"web-1-93f4c8d0":"Web_1"}')
  expect(pods.observation(taskId)?.containers.map(({ name }) => name)).toEqual(['Web_1'])
})

const runtimeId = '5f'.repeat(32)

/** A pod whose container ended so, as Kubernetes tells it. */
const ended = (
  terminated: { readonly exitCode: number; readonly reason: string },
  { deletionTimestamp, resourceVersion = '7' }: { readonly deletionTimestamp?: string; readonly resourceVersion?: string } = {},
): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, uid: 'uid', resourceVersion, ...(deletionTimestamp !== undefined && { deletionTimestamp }) },
  spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: 'node-a' },
  status: {
    phase: 'Failed',
    containerStatuses: [
      {
        name: 'web-1-93f4c8d0',
        image: 'nginx',
        imageID: '',
        ready: false,
        restartCount: 0,
        containerID: `containerd://${runtimeId}`,
        state: {
          terminated: {
            ...terminated,
            containerID: `containerd://${runtimeId}`,
            startedAt: '2026-01-01T00:00:00Z',
            finishedAt: '2026-01-01T00:00:05Z',
          },
        },
      },
    ],
  },
})

const killed = { exitCode: 137, reason: 'Error' }

const asking = () => {
  const asked: (readonly [node: string, runtimeId: string])[] = []
  const pods = new TaskPods(
    () => Date.UTC(2026, 0, 1, 0, 0, 6),
    (...what) => void asked.push(what),
  )
  return { asked, pods, state: () => pods.observation(taskId)?.containers[0]?.state }
}

describe('a container that was killed', () => {
  test('runs until it is known whether that was for memory', () => {
    const { asked, pods, state } = asking()
    pods.note(ended(killed))
    pods.note(ended(killed))
    expect(asked).toEqual([['node-a', runtimeId]])
    expect(state()).toMatchObject({ is: 'running', startedAt: Date.UTC(2026, 0, 1) + 999 })
    expect(pods.explained(runtimeId, true).map(({ taskArn }) => taskArn)).toEqual([spec.taskArn])
    expect(state()).toMatchObject({ is: 'terminated', exitCode: 137, reason: 'OOMKilled' })
    // Whatever is told of the pod later.
    pods.note(ended(killed, { deletionTimestamp: '2026-01-01T00:00:10Z', resourceVersion: '8' }))
    expect(state()).toMatchObject({ is: 'terminated', exitCode: 137, reason: 'OOMKilled' })
  })

  test('for something else has Kubernetes’ reason', () => {
    const { pods, state } = asking()
    pods.note(ended(killed))
    pods.explained(runtimeId, false)
    expect(state()).toMatchObject({ is: 'terminated', exitCode: 137, reason: 'Error' })
  })

  test.each([
    ['by a stop', ended(killed, { deletionTimestamp: '2026-01-01T00:00:10Z' })],
    ['as Kubernetes knows', ended({ exitCode: 137, reason: 'OOMKilled' })],
    ['not at all', ended({ exitCode: 1, reason: 'Error' })],
  ])('%s is nobody’s question', (_, told) => {
    const { asked, pods, state } = asking()
    pods.note(told)
    expect(asked).toEqual([])
    expect(state()?.is).toBe('terminated')
  })

  test('is stopped before anybody said', () => {
    const { pods, state } = asking()
    pods.note(ended(killed))
    pods.note(ended(killed, { deletionTimestamp: '2026-01-01T00:00:10Z', resourceVersion: '8' }))
    expect(state()).toMatchObject({ is: 'terminated', reason: 'Error' })
    pods.explained(runtimeId, true)
    expect(state()).toMatchObject({ is: 'terminated', reason: 'OOMKilled' })
  })

  test('and whose pod is gone is nobody’s any more', () => {
    const { pods } = asking()
    pods.note(ended(killed))
    pods.release(ended(killed))
    expect(pods.explained(runtimeId, true)).toEqual([])
  })

  test('ended so where nobody can be asked', () => {
    const pods = new TaskPods(() => 0)
    pods.note(ended(killed))
    expect(pods.observation(taskId)?.containers[0]?.state).toMatchObject({ is: 'terminated', reason: 'Error' })
  })
})
