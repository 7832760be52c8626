import { expect, test } from 'bun:test'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { taskId, taskSpec } from '../../../test/support/task-spec.ts'
import type { TaskSpec } from '../runtime.ts'
import { observationOf } from './observe.ts'
import { podOf } from './pod.ts'
import { imagesWithNames, withUsers } from './task-users.ts'
import type { UserQuestion } from './user-lookup-pod.ts'
import type { Lookup } from './user-lookups.ts'

const spec = (containers: readonly ContainerDefinition[], more: Partial<TaskSpec> = {}): TaskSpec =>
  taskSpec(containers, { areLogsDelivered: true, ...more })
const found = (user: { uid: string; gid: string }): Lookup => ({ is: 'found', found: { user } })
const podWith = (task: TaskSpec, lookUp: (question: UserQuestion) => Lookup) => {
  const users = withUsers(task, lookUp)
  if (users === 'coming') return 'coming'
  const { startFailures } = users
  return podOf(users.spec, { instance: 'kecs', podLevelResources: true, containerRestarts: true, nodeDataDir: '/data', startFailures })
}
const onNode = (pod: ReturnType<typeof podOf>) => observationOf({ ...pod, spec: { ...pod.spec!, nodeName: 'node-1' } })?.containers

test('users are numbers in the pod; all names are asked for at once', () => {
  const asked: UserQuestion[] = []
  const lookUp = (question: UserQuestion): Lookup => {
    asked.push(question)
    return found({ uid: '101', gid: '102' })
  }
  const task = spec([
    { name: 'web', image: 'nginx', user: 'nginx' },
    { name: 'side', image: 'busybox', user: '5:6' },
    { name: 'plain', image: 'busybox' },
  ])
  expect(imagesWithNames(task)).toEqual(['nginx'])
  const pod = podWith(task, lookUp)
  expect(pod !== 'coming' && pod.spec?.containers.map(({ securityContext }) => securityContext)).toEqual([
    { runAsUser: 101, runAsGroup: 102 },
    { runAsUser: 5, runAsGroup: 6 },
    undefined,
  ])
  expect(asked).toEqual([{ names: { user: 'nginx' }, image: 'nginx', namespace: 'default-us-east-1', pullSecrets: {}, placement: task }])

  const seen: string[] = []
  const two = spec(['a', 'b'].map(name => ({ name, image: name, user: 'app' })))
  expect(podWith(two, ({ image }) => (seen.push(image), { is: 'coming' }))).toBe('coming')
  expect(seen).toEqual(['a', 'b'])
})

test('only a container with credentials of its own is asked for with them', () => {
  const secrets = { own: { environment: {}, logOptions: {}, registry: { username: 'u', password: 'p' } } }
  const asked = new Map<string, unknown>()
  const task = spec(
    ['own', 'other'].map(name => ({ name, image: `registry.example/${name}`, user: 'app' })),
    { secrets },
  )
  podWith(task, ({ image, pullSecrets }) => (asked.set(image, pullSecrets), found({ uid: '1', gid: '1' })))
  expect(asked.get('registry.example/own')).toEqual({ imagePullSecrets: [{ name: `task-${taskId}` }] })
  expect(asked.get('registry.example/other')).toEqual({})
})

test('a container that cannot start does not, with its reason, and the others do', () => {
  const task = spec([
    { name: 'web', image: 'nginx', user: 'nope' },
    { name: 'Pull_1', image: 'none', user: 'app' },
    { name: 'side', image: 'busybox' },
  ])
  const pull = { reason: 'ErrImagePull', message: 'not found' }
  const pod = podWith(task, ({ image }) => (image === 'none' ? { is: 'failed', failure: pull } : { is: 'found', found: {} }))
  if (pod === 'coming') throw new Error('coming')
  expect(pod.spec?.containers.map(({ image }) => image)).toEqual([
    expect.stringMatching(/^CANNOT START /),
    expect.stringMatching(/^CANNOT START /),
    'busybox',
  ])
  expect(onNode(pod)?.map(({ name, state }) => [name, state])).toEqual([
    [
      'web',
      {
        is: 'waiting',
        reason: 'StartError',
        message: 'Error response from daemon: unable to find user nope: no matching entries in passwd file',
      },
    ],
    ['Pull_1', { is: 'waiting', ...pull }],
    ['side', { is: 'waiting' }],
  ])
  // What finds no node fails for that.
  expect(observationOf(pod)?.containers.map(({ state }) => state)).toEqual([{ is: 'waiting' }, { is: 'waiting' }, { is: 'waiting' }])
})

test('one that waits for others fails when it is its turn', () => {
  const task = spec([
    { name: 'web', image: 'nginx', user: 'nope', dependsOn: [{ containerName: 'db', condition: 'HEALTHY' }] },
    { name: 'db', image: 'postgres' },
  ])
  const pod = podWith(task, () => ({ is: 'found', found: {} }))
  if (pod === 'coming') throw new Error('coming')
  expect(onNode(pod)?.[0]).toMatchObject({ name: 'web', isHeld: true, state: { is: 'waiting' } })
  const [web, db] = pod.spec!.containers
  const held: unknown = JSON.parse(pod.metadata.annotations?.['kecs.dev/held-images'] ?? '{}')
  expect(held).toEqual({ web: expect.stringMatching(/^CANNOT START /) })
  const letGo = { ...pod, spec: { ...pod.spec!, nodeName: 'node-1', containers: [{ ...web!, image: 'CANNOT START now' }, db!] } }
  expect(observationOf(letGo)?.containers[0]?.state).toMatchObject({ is: 'waiting', reason: 'StartError' })
})

test('without an agent nothing is looked up, and the pod is refused', () => {
  const { areLogsDelivered: _, ...without } = spec([{ name: 'web', image: 'nginx', user: 'nginx' }])
  expect(imagesWithNames(without)).toEqual([])
  expect(() =>
    podWith(without, () => {
      throw new Error('asked')
    }),
  ).toThrow('where no agent runs on the nodes')
})
