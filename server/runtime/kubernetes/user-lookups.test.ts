import { expect, test } from 'bun:test'
import { FakeClock, settle } from '../../../test/support/fake-clock.ts'
import { KubeError, type Manifest, type Pod } from '../../../shared/kube/index.ts'
import type { TaskRef } from '../runtime.ts'
import type { LookupPods, PodName } from './lookup-pods.ts'
import { UserLookups } from './user-lookups.ts'
import type { UserQuestion } from './user-lookup-pod.ts'

type Status = NonNullable<Pod['status']>

/** Pods as Kubernetes keeps them. */
class Pods implements LookupPods {
  readonly made: Pod[] = []
  readonly there = new Map<string, Pod>()
  refusal: Error | undefined
  readonly #followers = new Map<string, () => void>()

  async create(pod: Pod & Manifest): Promise<void> {
    if (this.refusal !== undefined) throw this.refusal
    if (this.there.has(pod.metadata.name)) return
    this.made.push(pod)
    this.there.set(pod.metadata.name, pod)
  }

  async remove({ name }: PodName): Promise<void> {
    this.there.delete(name)
    this.#followers.get(name)?.()
  }

  async list(): Promise<readonly PodName[]> {
    return [...this.there.keys()].map(name => ({ name, namespace: 'default-us-east-1' }))
  }

  follow({ name }: PodName, isEnough: (pod: Pod | undefined) => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (isEnough(this.there.get(name))) resolve()
      }
      signal.addEventListener('abort', () => reject(signal.reason))
      this.#followers.set(name, look)
      look()
    })
  }

  /** What the kubelet says of a pod. */
  async tell(name: string, status: Status): Promise<void> {
    this.there.set(name, { ...this.there.get(name), status })
    this.#followers.get(name)?.()
    await settle()
  }
}

const world = () => {
  const pods = new Pods()
  const clock = new FakeClock()
  const changed: string[] = []
  const problems: unknown[] = []
  const lookups = new UserLookups({
    pods,
    instance: 'kecs',
    clock,
    changed: ({ taskId }) => changed.push(taskId),
    onProblem: (...problem) => problems.push(problem),
  })
  return { pods, clock, changed, problems, lookups }
}
const task = (taskId: string): TaskRef => ({ taskArn: `arn:${taskId}`, taskId, namespace: 'default-us-east-1' })
const question = (more: Partial<UserQuestion> = {}): UserQuestion => ({
  names: { user: 'node' },
  image: 'node:24',
  namespace: 'default-us-east-1',
  pullSecrets: {},
  placement: {},
  ...more,
})
const nameOf = (pod: Pod | undefined): string => pod?.metadata?.name ?? ''
const state = (told: NonNullable<NonNullable<Status['containerStatuses']>[number]['state']>): Status => ({
  containerStatuses: [{ name: 'lookup', image: '', imageID: '', ready: false, restartCount: 0, state: told }],
})
const looked = (text: string): Status => state({ terminated: { exitCode: 0, message: `looked\n${text}` } })
const node = { is: 'found', found: { user: { uid: '1000', gid: '1000' } } } as const

test('tasks that ask the same at once ask it of one pod, which goes when it has answered', async () => {
  const { pods, lookups, changed } = world()
  for (const id of ['a', 'b', 'c']) expect(lookups.of(task(id), question())).toEqual({ is: 'coming' })
  await settle()
  expect(lookups.of(task('a'), question())).toEqual({ is: 'coming' })
  expect(pods.made.map(nameOf)).toEqual([expect.stringMatching(/^user-a-[0-9a-f]{8}-1$/)])

  await pods.tell(nameOf(pods.made[0]), looked('user:1000:1000\n'))
  expect(changed.sort()).toEqual(['a', 'b', 'c'])
  for (const id of ['a', 'b', 'c']) expect(lookups.of(task(id), question())).toEqual(node)
  expect(pods.there.size).toBe(0)
  expect(pods.made.length).toBe(1)
})

test('what was found counts for the next for a minute, of a digest for ever', async () => {
  const { pods, lookups, clock } = world()
  const fixed = question({ image: `node@sha256:${'0'.repeat(64)}` })
  for (const each of [question(), fixed]) lookups.of(task('a'), each)
  await settle()
  for (const pod of pods.made) await pods.tell(nameOf(pod), looked('user:1000:1000\n'))
  lookups.forget('a')

  expect(lookups.of(task('b'), question())).toEqual(node)
  expect(lookups.of(task('b'), question({ namespace: 'other-us-east-1' }))).toEqual(node)
  expect(lookups.of(task('b'), question({ names: { user: 'node', group: 'staff' } }))).toEqual({ is: 'coming' })
  lookups.forget('b')
  await clock.advance(60_000)
  expect(lookups.of(task('c'), fixed)).toEqual(node)
  expect(lookups.of(task('c'), question())).toEqual({ is: 'coming' })
})

test('a name that is not there is looked for anew by the next task', async () => {
  const { pods, lookups } = world()
  lookups.of(task('a'), question())
  await settle()
  await pods.tell(nameOf(pods.made[0]), looked(''))
  expect(lookups.of(task('a'), question())).toEqual({ is: 'found', found: {} })
  expect(lookups.of(task('b'), question())).toEqual({ is: 'coming' })
  // What was told to the first stays.
  expect(lookups.of(task('a'), question())).toEqual({ is: 'found', found: {} })
})

test('an image that cannot be pulled', async () => {
  const { pods, lookups, changed } = world()
  lookups.of(task('a'), question())
  await settle()
  await pods.tell(nameOf(pods.made[0]), state({ waiting: { reason: 'ErrImagePull', message: 'not found' } }))
  expect(changed).toEqual(['a'])
  expect(lookups.of(task('a'), question())).toEqual({ is: 'failed', failure: { reason: 'ErrImagePull', message: 'not found' } })
  expect(pods.there.size).toBe(0)
})

test('images with credentials are asked for by each task for itself', async () => {
  const { pods, lookups } = world()
  for (const id of ['a', 'b']) lookups.of(task(id), question({ pullSecrets: { imagePullSecrets: [{ name: `task-${id}` }] } }))
  await settle()
  expect(pods.made.map(({ spec }) => spec?.imagePullSecrets?.[0]?.name)).toEqual(['task-a', 'task-b'])
})

test('a pod goes when nobody waits for it any more', async () => {
  const { pods, lookups, changed } = world()
  lookups.of(task('a'), question())
  lookups.of(task('b'), question())
  await settle()
  lookups.forget('a')
  await settle()
  expect(pods.there.size).toBe(1)
  lookups.forget('b')
  await settle()
  expect(pods.there.size).toBe(0)
  expect(changed).toEqual([])
  // The next one begins anew.
  expect(lookups.of(task('b'), question())).toEqual({ is: 'coming' })
  await settle()
  expect(pods.there.size).toBe(1)
})

test('a cluster that goes takes what its tasks wait for with it', async () => {
  const { pods, lookups } = world()
  lookups.of(task('a'), question())
  await settle()
  lookups.forgetNamespace('other-us-east-1')
  await settle()
  expect(pods.there.size).toBe(1)
  lookups.forgetNamespace('default-us-east-1')
  await settle()
  expect(pods.there.size).toBe(0)
})

test('a pod that is lost is made again, a few times', async () => {
  const { pods, lookups, clock } = world()
  lookups.of(task('a'), question())
  await settle()
  await pods.remove({ name: nameOf(pods.made[0]), namespace: 'default-us-east-1' })
  await clock.advance(500)
  expect(pods.made.length).toBe(2)
  const evicted: Status = { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource' }
  for (const attempt of [2, 3, 4]) {
    await pods.tell(nameOf(pods.made[attempt - 1]), evicted)
    await clock.advance(500)
  }
  expect(pods.made.length).toBe(4)
  expect(lookups.of(task('a'), question())).toEqual({
    is: 'failed',
    failure: {
      reason: 'StartError',
      message: "kecs could not look up user 'node' in the image: Evicted: The node was low on resource",
    },
  })
})

test('a pod that never comes to a node, or never begins there, ends it after a minute; pulling takes its time', async () => {
  const { pods, lookups, clock } = world()
  lookups.of(task('a'), question())
  lookups.of(task('b'), question({ image: 'huge:1' }))
  await settle()
  const isTrue = (type: string) => ({ type, status: 'True' })
  await pods.tell(nameOf(pods.made[1]), { conditions: [isTrue('PodScheduled'), isTrue('PodReadyToStartContainers')] })
  await clock.advance(60_000)
  expect(lookups.of(task('a'), question())).toMatchObject({ is: 'failed', failure: { reason: 'StartError' } })
  expect(lookups.of(task('b'), question({ image: 'huge:1' }))).toEqual({ is: 'coming' })
  expect(pods.there.size).toBe(1)
})

test('what Kubernetes refuses is told, and tried again by the next call', async () => {
  const { pods, lookups, changed } = world()
  pods.refusal = new KubeError('no namespace', { status: 404, reason: 'NotFound', request: 'POST' })
  lookups.of(task('a'), question())
  await settle()
  expect(changed).toEqual(['a'])
  expect(() => lookups.of(task('a'), question())).toThrow('no namespace')
  pods.refusal = undefined
  expect(lookups.of(task('a'), question())).toEqual({ is: 'coming' })
  await settle()
  expect(pods.made.length).toBe(1)
})

test('a pod of the process before is removed; one that is still there is taken as it is', async () => {
  const { pods, lookups } = world()
  lookups.of(task('a'), question())
  await settle()
  const again = world()
  for (const [name, pod] of pods.there) again.pods.there.set(name, pod)
  again.lookups.of(task('a'), question())
  await settle()
  expect(again.pods.made.length).toBe(0)
  await again.pods.tell(nameOf(pods.made[0]), looked('user:1000:1000\n'))
  expect(again.lookups.of(task('a'), question())).toEqual(node)

  await lookups.clear()
  expect(pods.there.size).toBe(0)
})
