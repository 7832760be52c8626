import { expect, test } from 'bun:test'
import type { TaskSpec } from '../runtime.ts'
import { podOf } from './pod.ts'
import { fromRegistry, withEcrNames, withNodeImages } from './own-images.ts'

const task = (image: string): TaskSpec => ({
  taskArn: 'arn:aws:ecs:us-east-1:000000000000:task/default/0123456789abcdef0123456789abcdef',
  taskId: '0123456789abcdef0123456789abcdef',
  namespace: 'default-us-east-1',
  clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/default',
  clusterName: 'default',
  family: 'web',
  revision: 3,
  launchType: 'EC2',
  networkMode: 'bridge',
  containers: [{ name: 'app', image }],
  tags: {},
})
const containerOf = (image: string, host: string | undefined) =>
  podOf(withNodeImages(task(image), host), { instance: 'kecs', podLevelResources: true, containerRestarts: true, nodeDataDir: '/data' })
    .spec?.containers[0]

const ecr = '000000000000.dkr.ecr.us-east-1.amazonaws.com/app:1'

test('an image of ECR is pulled from the registry at the node’s own door, anew for each task', () => {
  expect(containerOf(ecr, 'localhost:4650')).toMatchObject({
    image: 'localhost:4566/000000000000/us-east-1/app:1',
    imagePullPolicy: 'Always',
  })
  expect(fromRegistry(task(ecr), 'localhost:4650')).toBe(true)
})

test('others, and all where no registry runs, are pulled as they are named', () => {
  expect(containerOf('nginx', 'localhost:4650')).toMatchObject({ image: 'nginx', imagePullPolicy: 'IfNotPresent' })
  expect(containerOf(ecr, undefined)).toMatchObject({ image: ecr, imagePullPolicy: 'IfNotPresent' })
  expect([fromRegistry(task('nginx'), 'localhost:4650'), fromRegistry(task(ecr), undefined)]).toEqual([false, false])
})

test('what kubelets say of it has the name of ECR', () => {
  expect(
    withEcrNames(
      'failed to resolve reference "localhost:4566/000000000000/us-east-1/app:1": localhost:4566/000000000000/us-east-1/app:1: not found',
    ),
  ).toBe(`failed to resolve reference "${ecr}": ${ecr}: not found`)
})
