import { describe, expect, test } from 'bun:test'
import type { Pod } from '../../../shared/kube/index.ts'
import { lookedOf, notBegun, userLookupPod, type UserQuestion } from './user-lookup-pod.ts'

const question = (more: Partial<UserQuestion> = {}): UserQuestion => ({
  names: { user: 'node', group: '$(HOME)' },
  image: 'node:24',
  namespace: 'default-us-east-1',
  pullSecrets: {},
  placement: {},
  ...more,
})
const made = (more: Partial<UserQuestion> = {}) => userLookupPod(question(more), { name: 'user-1', instance: 'kecs' })

describe('the pod', () => {
  test('is not taken for a task’s, and has a label of its own', () => {
    expect(made().metadata).toEqual({
      name: 'user-1',
      namespace: 'default-us-east-1',
      labels: { 'kecs.dev/instance': 'kecs', 'kecs.dev/user-lookup': 'true' },
    })
  })

  test('runs the node’s program in the user’s image, with no right but to read as root', () => {
    const { containers, volumes, restartPolicy } = made().spec!
    expect(restartPolicy).toBe('Never')
    expect(containers).toHaveLength(1)
    expect(containers[0]).toMatchObject({
      image: 'node:24',
      imagePullPolicy: 'IfNotPresent',
      securityContext: {
        runAsUser: 0,
        runAsGroup: 0,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      volumeMounts: [{ mountPath: '/.kecs', readOnly: true }],
    })
    expect(containers[0]!.command!.slice(0, 4)).toEqual(['/.kecs/ld.so', '--library-path', '/.kecs', '/.kecs/awk'])
    expect(volumes).toEqual([{ name: 'kecs', hostPath: { path: '/var/lib/kecs-agent/kecs/user-lookup', type: 'Directory' } }])
  })

  test('is given names as they are, and only those that are asked for', () => {
    const named = (names: UserQuestion['names']) => made({ names }).spec!.containers[0]!.env!.filter(({ name }) => name.startsWith('KECS_'))
    expect(named({ user: 'node', group: '$(HOME)' })).toEqual([
      { name: 'KECS_USER', value: 'node' },
      { name: 'KECS_GROUP', value: '$$(HOME)' },
    ])
    expect(named({ group: 'staff' })).toEqual([{ name: 'KECS_GROUP', value: 'staff' }])
  })

  test('is placed and pulled as the task’s own', () => {
    const pullSecrets = { imagePullSecrets: [{ name: 'task-1' }] }
    const { spec } = made({ placement: { nodeName: 'node-2' }, pullSecrets, image: 'localhost:4566/000000000000/us-east-1/app:1' })
    expect(spec!.imagePullSecrets).toEqual([{ name: 'task-1' }])
    expect(spec!.containers[0]!.imagePullPolicy).toBe('Always')
    expect(JSON.stringify(spec!.affinity)).toContain('node-2')
    expect(spec!.tolerations?.map(({ key }) => key)).toEqual(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'])
  })
})

type State = NonNullable<NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]['state']>
const withState = (state: State, status: Partial<NonNullable<Pod['status']>> = {}): Pod => ({
  ...made(),
  status: {
    containerStatuses: [{ name: 'lookup', image: '', imageID: '', ready: false, restartCount: 0, state }],
    ...status,
  },
})
const ended = (message: string, exitCode = 0) => lookedOf(withState({ terminated: { exitCode, message, reason: 'Completed' } }))

describe('what came of it', () => {
  test('the numbers that the files have', () => {
    expect(ended('looked\nuser:1000:1001\ngroup:50\n')).toEqual({
      is: 'found',
      found: { user: { uid: '1000', gid: '1001' }, group: { gid: '50' } },
    })
    expect(ended('looked\nuser::\n')).toEqual({ is: 'found', found: { user: { uid: '', gid: '' } } })
  })

  test('that they do not have the names', () => {
    expect(ended('looked\n')).toEqual({ is: 'found', found: {} })
    expect(ended('looked\ngroup:50\n')).toEqual({ is: 'found', found: { group: { gid: '50' } } })
  })

  test.each([
    ['ErrImagePull', 'not found'],
    ['InvalidImageName', 'invalid'],
  ])('that the image cannot be had: %s', (reason, message) => {
    expect(lookedOf(withState({ waiting: { reason, message } }))).toEqual({ is: 'failed', failure: { reason, message } })
  })

  test('that it says of an image of the registry beside what it is called on ECS', () => {
    const message = 'failed to resolve reference "localhost:4566/000000000000/us-east-1/app:1": not found'
    expect(lookedOf(withState({ waiting: { reason: 'ErrImagePull', message } }))).toEqual({
      is: 'failed',
      failure: {
        reason: 'ErrImagePull',
        message: 'failed to resolve reference "000000000000.dkr.ecr.us-east-1.amazonaws.com/app:1": not found',
      },
    })
  })

  test('that the pod came to nothing, which says nothing of the name', () => {
    expect(lookedOf(undefined)).toEqual({ is: 'lost', why: 'its pod was deleted' })
    expect(ended('', 137)).toEqual({ is: 'lost', why: 'Completed: exit code 137' })
    expect(ended('ooked', 0)).toMatchObject({ is: 'lost' })
    const evicted = { phase: 'Failed', reason: 'Evicted', message: 'disk', containerStatuses: [] }
    expect(lookedOf(withState({}, evicted))).toEqual({ is: 'lost', why: 'Evicted: disk' })
  })

  test('nothing yet', () => {
    expect(lookedOf(made())).toBeUndefined()
    expect(lookedOf(withState({ waiting: { reason: 'ContainerCreating' } }))).toBeUndefined()
    expect(lookedOf(withState({ running: {} }))).toBeUndefined()
  })
})

test('why a pod has not begun, and that one that pulls its image has', () => {
  const condition = (type: string, status: string, message?: string) => ({ type, status, ...(message !== undefined && { message }) })
  const told = (...conditions: ReturnType<typeof condition>[]) => notBegun({ ...made(), status: { conditions } })
  expect(told(condition('PodScheduled', 'False', '0/1 nodes are available'))).toBe('0/1 nodes are available')
  expect(told(condition('PodScheduled', 'True'))).toContain('the agent of the node')
  expect(told(condition('PodScheduled', 'True'), condition('PodReadyToStartContainers', 'True'))).toBeUndefined()
})
