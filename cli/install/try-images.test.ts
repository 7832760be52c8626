import { expect, test } from 'bun:test'
import type { Pod } from '../../shared/kube/index.ts'
import { arrivalOf } from './try-images.ts'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

const second = (status: Partial<ContainerStatus>): Pod => {
  const pending: ContainerStatus = { name: 'image-0', image: 'first:1', imageID: '', ready: false, restartCount: 0 }
  return { metadata: {}, status: { containerStatuses: [{ ...pending, name: 'image-1', image: 'second:1', ...status }, pending] } }
}
const waiting = (reason: string, message = '') => second({ state: { waiting: { reason, message } } })

// What the kubelet says of a container: https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff
test.each([
  ['not looked at yet', { metadata: {} }],
  ['being pulled', waiting('ContainerCreating')],
])('an image is pending: %s', (_, pod) => {
  expect(arrivalOf(pod, 1)).toEqual({ is: 'pending' })
})

test.each([
  ['its program is none', second({ imageID: 'sha256:00', state: { terminated: { exitCode: 128, reason: 'StartError' } } })],
  ['another runtime finds that out before', waiting('CreateContainerError', 'executable file not found in $PATH')],
])('an image is there: %s', (_, pod) => {
  expect(arrivalOf(pod, 1)).toEqual({ is: 'there' })
  expect(arrivalOf(pod, 0)).toEqual({ is: 'pending' })
})

test.each([
  ['ErrImagePull', 'failed to resolve reference "second:1": not found', 'image', /^the image second:1 cannot be pulled: not found$/],
  ['ImagePullBackOff', '', 'image', /^the image second:1 cannot be pulled$/],
  ['InvalidImageName', '', 'image', /cannot be pulled/],
  ['ErrImagePull', 'write /blobs: no space left on device', 'disk', /no space left/],
])('an image is in trouble: %s %s', (reason, message, trouble, why) => {
  const found = arrivalOf(waiting(reason, message), 1)
  expect(found).toMatchObject({ is: 'in trouble', trouble })
  if (found.is === 'in trouble') expect(found.why).toMatch(why)
})
