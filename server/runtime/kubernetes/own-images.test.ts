import { expect, test } from 'bun:test'
import { taskSpec } from '../../../test/support/task-spec.ts'
import type { TaskSpec } from '../runtime.ts'
import { podOf } from './pod.ts'
import { nodeImagesOf, pinned, withEcrNames, withNodeImages } from './own-images.ts'

const task = (image: string): TaskSpec => taskSpec([{ name: 'app', image }])
/** A registry to whose repository `app` something was pushed. */
const registry = { host: 'localhost:4650', holds: async (repository: string) => repository === '000000000000/us-east-1/app' }
const containerOf = async (image: string) => {
  const options = { instance: 'kecs', podLevelResources: true, containerRestarts: true, nodeDataDir: '/data' }
  return podOf(withNodeImages(task(image), await nodeImagesOf(task(image), registry)), options).spec?.containers[0]
}

const ecr = '000000000000.dkr.ecr.us-east-1.amazonaws.com/app:1'

test.each([
  [ecr, 'localhost:4566/000000000000/us-east-1/app:1'],
  ['000000000000.dkr.ecr.us-east-1.amazonaws.com/app@sha256:01', 'localhost:4566/000000000000/us-east-1/app@sha256:01'],
  ['localhost:4650/000000000000/eu-west-1/other:1', 'localhost:4566/000000000000/eu-west-1/other:1'],
])('%s is pulled from the registry at the node’s own door, anew for each task', async (image, name) => {
  expect(await containerOf(image)).toMatchObject({ image: name, imagePullPolicy: 'Always' })
})

test.each(['nginx', '000000000000.dkr.ecr.us-east-1.amazonaws.com/other:1', '123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1'])(
  '%s is taken as it is named',
  async image => expect(await containerOf(image)).toMatchObject({ image, imagePullPolicy: 'IfNotPresent' }),
)

test('where no registry runs all are', async () => {
  const container = podOf(withNodeImages(task(ecr), await nodeImagesOf(task(ecr), undefined)), {
    instance: 'kecs',
    podLevelResources: true,
    containerRestarts: true,
    nodeDataDir: '/data',
  }).spec?.containers[0]
  expect(container).toMatchObject({ image: ecr, imagePullPolicy: 'IfNotPresent' })
})

test('what kubelets say of it has the name of ECR', () => {
  expect(
    withEcrNames(
      'failed to resolve reference "localhost:4566/000000000000/us-east-1/app:1": localhost:4566/000000000000/us-east-1/app:1: not found',
    ),
  ).toBe(`failed to resolve reference "${ecr}": ${ecr}: not found`)
})

test('a tag of it by what it stands for now; nothing else', async () => {
  const digest = `sha256:${'0'.repeat(64)}`
  const asked: string[] = []
  const manifest = async (repository: string, reference: string) => {
    asked.push(`${repository} ${reference}`)
    return reference === 'none' ? undefined : { digest, mediaType: '', text: '' }
  }
  const own = 'localhost:4566/000000000000/us-east-1/app'
  expect(await pinned(`${own}:1`, { manifest })).toBe(`${own}@${digest}`)
  expect(await pinned(own, { manifest })).toBe(`${own}@${digest}`)
  expect(await pinned(`${own}:none`, { manifest })).toBe(`${own}:none`)
  expect(await pinned(`${own}@${digest}`, { manifest })).toBe(`${own}@${digest}`)
  expect(await pinned('nginx:1', { manifest })).toBe('nginx:1')
  expect(await pinned(`${own}:1`, undefined)).toBe(`${own}:1`)
  expect(asked).toEqual(['000000000000/us-east-1/app 1', '000000000000/us-east-1/app latest', '000000000000/us-east-1/app none'])
})
