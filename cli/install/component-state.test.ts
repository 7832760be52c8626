import { describe, expect, test } from 'bun:test'
import type { Deployment, Node, Pod } from '../../shared/kube/index.ts'
import { workloadOf } from './workload.ts'
import { pressuresOf, stateOf } from './component-state.ts'
import { exposureOf } from './installation.ts'

const deployment = (available: number): Deployment => ({
  metadata: { name: 'traefik', generation: 1 },
  spec: { replicas: 1, selector: {}, template: {} },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: available },
})
type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]
const pod = (status: Partial<ContainerStatus>, rest: Partial<NonNullable<Pod['status']>> = {}): Pod => ({
  metadata: { name: 'traefik-1', creationTimestamp: '2026-03-01T00:00:00Z' },
  status: {
    containerStatuses: [{ name: 'traefik', image: 'traefik:v3.6.12', imageID: '', ready: false, restartCount: 0, ...status }],
    ...rest,
  },
})
const waiting = (reason: string, message?: string): Partial<ContainerStatus> => ({
  state: { waiting: { reason, ...(message ? { message } : {}) } },
})

describe('a component is', () => {
  test('absent without its Deployment', () => {
    expect(stateOf('traefik', undefined, [])).toEqual({ component: 'traefik', is: 'absent', restarts: 0 })
  })

  test('ready when its Deployment is', () => {
    expect(stateOf('traefik', workloadOf(deployment(1)), [pod({ restartCount: 2 })])).toEqual({
      component: 'traefik',
      is: 'ready',
      restarts: 2,
      pod: 'traefik-1',
    })
  })

  test('starting while its container is made or not ready', () => {
    expect(stateOf('traefik', workloadOf(deployment(0)), [])).toMatchObject({ is: 'starting' })
    expect(stateOf('traefik', workloadOf(deployment(0)), [pod(waiting('ContainerCreating'))])).toMatchObject({
      is: 'starting',
      why: 'its container is being made',
    })
    expect(stateOf('traefik', workloadOf(deployment(0)), [pod({ state: { running: {} } })])).toMatchObject({
      is: 'starting',
      why: 'runs, not ready yet',
    })
  })

  const troubles: [trouble: string, found: Pod, why: RegExp][] = [
    ['image', pod(waiting('ImagePullBackOff', 'Back-off pulling image')), /the image traefik:v3.6.12 cannot be pulled/],
    ['image', pod(waiting('InvalidImageName')), /cannot be pulled/],
    [
      'crash',
      pod({ ...waiting('CrashLoopBackOff'), lastState: { terminated: { exitCode: 3, reason: 'Error' } } }),
      /ends with exit code 3 \(Error\)/,
    ],
    ['config', pod(waiting('CreateContainerError', 'no command')), /no command/],
    ['disk', pod(waiting('CreateContainerError', 'write /x: no space left on device')), /no space left/],
    ['disk', pod({}, { reason: 'Evicted', message: 'The node was low on resource: ephemeral-storage.' }), /low on resource/],
    [
      'unschedulable',
      {
        metadata: {},
        status: { conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available: Insufficient memory.' }] },
      },
      /Insufficient memory/,
    ],
  ]
  test.each(troubles)('failing for %s', (trouble, found, why) => {
    const state = stateOf('traefik', workloadOf(deployment(0)), [found])
    expect(state).toMatchObject({ is: 'failing', trouble })
    expect(state.why).toMatch(why)
  })

  test.each([
    ['DiskPressure', 'disk', /disk space/],
    ['MemoryPressure', 'memory', /memory/],
    ['PIDPressure', 'unschedulable', /untolerated taint/],
  ] as const)('no node takes it, and one says %s', (type, trouble, why) => {
    // As Kubernetes 1.34 words it.
    const message = '0/1 nodes are available: 1 node(s) had untolerated taint(s). no new claims to deallocate.'
    const pending: Pod = { metadata: {}, status: { conditions: [{ type: 'PodScheduled', status: 'False', message }] } }
    const nodes: Node[] = [
      {
        status: {
          conditions: [
            { type, status: 'True' },
            { type: 'Ready', status: 'True' },
          ],
        },
      },
    ]
    const state = stateOf('traefik', workloadOf(deployment(0)), [pending], pressuresOf(nodes))
    expect(state).toMatchObject({ is: 'failing', trouble })
    expect(state.why).toMatch(why)
  })

  test('judged by its newest pod', () => {
    const old = { ...pod(waiting('CrashLoopBackOff')), metadata: { name: 'old', creationTimestamp: '2026-02-28T00:00:00Z' } }
    expect(stateOf('traefik', workloadOf(deployment(0)), [pod(waiting('ContainerCreating')), old])).toMatchObject({
      is: 'starting',
      pod: 'traefik-1',
    })
  })
})

test('nodes’ ports are opened on this machine alone, unless asked for', () => {
  expect(exposureOf('https://127.0.0.1:6443', '127.0.0.1')).toBe('node-port')
  expect(exposureOf('https://10.0.0.1:6443', '127.0.0.1')).toBe('port-forward')
  expect(exposureOf('https://10.0.0.1:6443', '0.0.0.0')).toBe('node-port')
})
