// Statuses in recorded-pods.json were recorded from the kubelet of Kubernetes 1.34.4 with containerd.
import { describe, expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { fromJson } from '../../../shared/kube/json.ts'
import type { Pod } from '../../../shared/kube/index.ts'
import { observationOf } from './observe.ts'
import { restartsAnnotation } from './restarts.ts'

const recorded = fromJson<Record<string, Pod>>(readFileSync(new URL('recorded-pods.json', import.meta.url), 'utf8'))
const observed = (name: string) => observationOf(recorded[name]!)!
const at = (time: string) => Date.parse(`2026-11-23T${time}Z`)

describe('recorded pods', () => {
  test('a running task', () => {
    expect(observed('running')).toEqual({
      taskArn: 'arn:aws:ecs:us-east-1:000000000000:task/test-2d01afb4/e0608719797449589b5b288ba46d98a9',
      taskId: 'e0608719797449589b5b288ba46d98a9',
      namespace: 'test-2d01afb4',
      scheduledAt: at('14:30:42'),
      node: 'kecs-test-kube-control-plane',
      networkReadyAt: at('14:30:43'),
      address: '10.244.0.98',
      hostAddress: '172.18.0.2',
      containers: [
        {
          name: 'Web_1',
          state: { is: 'running', startedAt: at('14:30:43') },
          imageDigest: 'sha256:877c355c48d07ab376b863ad78c99435ab13f214cae296bcc3ce7482ab4b7a5b',
          runtimeId: recorded['running']!.status!.containerStatuses![0]!.containerID!.slice('containerd://'.length),
          pullStartedAt: at('14:30:43'),
          pullStoppedAt: at('14:30:43'),
        },
      ],
    })
  })

  test('how often one was restarted, where it has a policy to be', () => {
    const pod = recorded['running']!
    const [status] = pod.status!.containerStatuses!
    const restarted = (annotations: Record<string, string>) =>
      observationOf({
        ...pod,
        metadata: { ...pod.metadata, annotations: { ...pod.metadata?.annotations, ...annotations } },
        status: { ...pod.status, containerStatuses: [{ ...status!, restartCount: 3 }] },
      })?.containers[0]
    const policy = { [restartsAnnotation]: JSON.stringify({ [status!.name]: { period: 60, ignoredExitCodes: [] } }) }
    expect(restarted(policy)).toMatchObject({ restartCount: 3 })
    expect(restarted({})).not.toHaveProperty('restartCount')
  })

  test('exited, while the pod still says Running', () => {
    expect(observed('exited').containers[0]!.state).toEqual({
      is: 'terminated',
      exitCode: 7,
      reason: 'Error',
      startedAt: at('14:30:44'),
      finishedAt: at('14:30:44'),
    })
    expect(observed('exited').failure).toBeUndefined()
  })

  test('killed for its memory', () => {
    expect(observed('oomKilled').containers[0]!.state).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
  })

  test('an image that cannot be pulled', () => {
    const { state, imageDigest, runtimeId, pullStartedAt, pullStoppedAt } = observed('pullFailed').containers[0]!
    expect(state).toMatchObject({ is: 'waiting', reason: 'ErrImagePull' })
    expect(state.is === 'waiting' && state.message).toContain('localhost:1/no/such:image')
    expect([imageDigest, runtimeId, pullStoppedAt]).toEqual([undefined, undefined, undefined])
    expect(pullStartedAt).toBe(at('14:30:47'))
  })

  test('stopped before it ever ran: no times but that of its end', () => {
    const { stoppingSince, containers } = observed('stoppedWhilePulling')
    expect(stoppingSince).toBe(at('14:30:49'))
    expect(containers[0]!.state).toEqual({
      is: 'terminated',
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'The container could not be located when the pod was terminated',
      finishedAt: at('14:30:49'),
    })
  })

  test('a command that does not exist never started, whatever the epoch says', () => {
    const { state } = observed('startError').containers[0]!
    expect(state).toMatchObject({ is: 'terminated', exitCode: 128, reason: 'StartError', finishedAt: at('14:30:53') })
    expect(state).not.toHaveProperty('startedAt')
  })

  test('no node is big enough', () => {
    const task = observed('unschedulable')
    expect(task.unschedulable).toStartWith('0/1 nodes are available: 1 Insufficient memory.')
    expect(task).not.toHaveProperty('scheduledAt')
    expect(task).not.toHaveProperty('node')
    expect(task.containers).toEqual([{ name: 'app', state: { is: 'waiting' } }])
  })

  test('stopping began a grace period before the time of deletion', () => {
    expect(observed('stopping').stoppingSince).toBe(at('14:31:00'))
    expect(observed('stopping').containers[0]!.state.is).toBe('running')
  })

  test('stopped by its own handler', () => {
    expect(observed('stopped').containers[0]!.state).toMatchObject({ exitCode: 3, finishedAt: at('14:31:01') })
    expect(observed('stopped').failure).toBeUndefined()
  })

  test('refused by the kubelet', () => {
    expect(observed('outOfCpu').failure).toEqual({
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 62500, used: 850, capacity: 2000",
    })
    // It came to its node, though the kubelet left no condition that says so.
    expect(observed('outOfCpu').scheduledAt).toBe(at('14:31:04'))
  })
})

describe('what else pods tell', () => {
  const running = recorded['running']!

  test('a pod that is no task is none', () => {
    expect(observationOf({ metadata: { name: 'other', namespace: 'default' } })).toBeUndefined()
  })

  test('a pod whose node is gone: what took it says why, and its containers are over', () => {
    const gone = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }
    const conditions = [{ ...gone, lastTransitionTime: '2026-11-23T15:00:00Z' }]
    const task = observationOf({ ...running, status: { ...running.status, phase: 'Failed', conditions } })
    expect(task?.failure).toEqual({ reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' })
    expect(task?.containers[0]?.state).toEqual({
      is: 'terminated',
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      startedAt: at('14:30:43'),
      finishedAt: at('15:00:00'),
    })
  })

  test('an annotation that somebody broke leaves the names that Kubernetes knows', () => {
    const annotations = { ...running.metadata?.annotations, 'kecs.dev/containers': '{' }
    expect(observationOf({ ...running, metadata: { ...running.metadata, annotations } })?.containers[0]?.name).toBe('web-1-93f4c8d0')
  })
})

describe('a container that its node’s agent is to change', () => {
  const withState = (state: object): Pod => {
    const pod = structuredClone(recorded['running']!)
    Object.assign(pod.status!.containerStatuses![0]!, { state })
    return pod
  }
  const stateOf = (state: object) => observationOf(withState(state))!.containers[0]!.state

  test('waits while the agent was not told of it', () => {
    const message = 'failed to create container: kecs: the agent was not told of this task yet'
    expect(stateOf({ waiting: { reason: 'CreateContainerError', message } })).toEqual({ is: 'waiting' })
    expect(stateOf({ waiting: { reason: 'CreateContainerError', message: 'no such device' } })).toMatchObject({
      reason: 'CreateContainerError',
    })
  })

  test('has not started where the agent was away', () => {
    const message = 'runc create failed: "/run/x/proc/kecs-agent-is-away" cannot be mounted because it is inside /proc'
    // The kubelet may first tell that it waits to try again, which it never does.
    expect(stateOf({ waiting: { reason: 'RunContainerError', message } })).toEqual({
      is: 'waiting',
      reason: 'RunContainerError',
      message: 'the agent of the node, which gives the container its ulimits, devices, swap and tmpfs, was away as it was created',
    })
    expect(stateOf({ terminated: { exitCode: 128, reason: 'StartError', message } })).toMatchObject({
      reason: 'StartError',
      message: 'the agent of the node, which gives the container its ulimits, devices, swap and tmpfs, was away as it was created',
    })
  })
})
