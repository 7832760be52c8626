import { expect, test } from 'bun:test'
import type { ContainerDefinition } from '../../aws/generated/ecs.ts'
import { taskId, taskSpec } from '../../../test/support/task-spec.ts'
import type { TaskSpec } from '../runtime.ts'
import { podOf } from './pod.ts'
import { imageRepository } from './registry-auth.ts'
import { taskSecretOf } from './task-secret.ts'

const spec = (containers: readonly ContainerDefinition[], secrets?: TaskSpec['secrets']): TaskSpec =>
  taskSpec(containers, secrets === undefined ? {} : { secrets })
const pod = (task: TaskSpec) => podOf(task, { instance: 'kecs', podLevelResources: true, containerRestarts: true, nodeDataDir: '/data' })
const text = (data: Readonly<Record<string, string>> | undefined, key: string): string =>
  Buffer.from(data?.[key] ?? '', 'base64').toString()

test('a task without secrets has no Secret', () => {
  const task = spec([{ name: 'app', image: 'nginx' }])
  expect(taskSecretOf(task, 'kecs')).toBeUndefined()
  expect(pod(task).spec).not.toHaveProperty('imagePullSecrets')
})

test('the pod names what the Secret has, and holds no value', () => {
  const task = spec(
    [
      { name: 'app', image: 'nginx', environment: [{ name: 'PLAIN', value: 'seen' }] },
      { name: 'Side_1', image: 'nginx' },
    ],
    {
      app: { environment: { PASSWORD: 'hidden-$(A)', 'odd name': 'hidden-too' }, logOptions: {} },
      Side_1: { environment: { PASSWORD: 'hidden-other' }, logOptions: { token: 'hidden-option' } },
    },
  )
  const made = pod(task)
  const secret = taskSecretOf(task, 'kecs')
  expect(JSON.stringify(made)).not.toContain('hidden')
  expect(secret).toMatchObject({
    type: 'Opaque',
    metadata: { namespace: 'default-us-east-1', labels: { 'kecs.dev/instance': 'kecs', 'kecs.dev/task-id': taskId } },
  })
  const values = (made.spec?.containers ?? []).map(({ env = [] }) =>
    env
      .filter(({ value }) => value !== '')
      .map(({ name, value, valueFrom }) => [name, value ?? text(secret?.data, valueFrom?.secretKeyRef?.key ?? '')]),
  )
  expect(values).toEqual([
    [
      ['PLAIN', 'seen'],
      ['PASSWORD', 'hidden-$(A)'],
      ['odd name', 'hidden-too'],
    ],
    [['PASSWORD', 'hidden-other']],
  ])
  const referred = made.spec?.containers[0]?.env?.[1]?.valueFrom?.secretKeyRef?.name
  expect(referred).toBe(secret?.metadata.name ?? 'none')
})

test('credentials of a private registry are what kubelets pull with', () => {
  const registry = { username: 'user', password: 'hidden' }
  const task = spec([{ name: 'app', image: 'registry.example.com:5000/team/app:1' }], {
    app: { environment: {}, logOptions: {}, registry },
  })
  const secret = taskSecretOf(task, 'kecs')
  expect(secret?.type).toBe('kubernetes.io/dockerconfigjson')
  expect(JSON.parse(text(secret?.data, '.dockerconfigjson'))).toEqual({
    auths: {
      'registry.example.com:5000/team/app': { username: 'user', password: 'hidden', auth: Buffer.from('user:hidden').toString('base64') },
    },
  })
  expect(pod(task).spec?.imagePullSecrets).toEqual([{ name: `task-${taskId}` }])
})

test.each([
  ['nginx', 'https://index.docker.io/v1/'],
  ['team/app:1', 'https://index.docker.io/v1/'],
  ['docker.io/team/app', 'https://index.docker.io/v1/'],
  ['ghcr.io/team/app:1', 'ghcr.io/team/app'],
  ['localhost:5000/app@sha256:0123', 'localhost:5000/app'],
])('credentials for %s are kept under %s', (image, repository) => expect(imageRepository(image)).toBe(repository))
