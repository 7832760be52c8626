import { expect, test } from 'bun:test'
import { startFailure } from './task-lifecycle-failures.ts'

const failure = (reason: string, message?: string) =>
  startFailure({ name: 'app', state: { is: 'waiting', reason, ...(message === undefined ? {} : { message }) } })

// What Kubernetes 1.34 with containerd was seen to say, and how Fargate tells of it.
test.each([
  [
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nope:1": failed to resolve reference "docker.io/library/nope:1": docker.io/library/nope:1: not found',
    'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/library/nope:1: docker.io/library/nope:1: not found',
  ],
  [
    'failed to pull and unpack image "docker.io/library/busybox:latest": failed to resolve reference "docker.io/library/busybox:latest": failed to do request: Head "https://registry-1.docker.io/v2/library/busybox/manifests/latest": dial tcp: lookup registry-1.docker.io on 172.18.0.1:53: no such host',
    'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/library/busybox:latest: failed to do request: Head "https://registry-1.docker.io/v2/library/busybox/manifests/latest": dial tcp: lookup registry-1.docker.io on 172.18.0.1:53: no such host',
  ],
])('%s', (message, told) => {
  expect(failure('ErrImagePull', message)).toBe(told)
  expect(failure('ImagePullBackOff', `Back-off pulling image "x": ErrImagePull: ${message}`)).toBe(told)
})

test('other messages are told as they are', () => {
  expect(failure('ErrImagePull', 'unauthorized')).toBe('CannotPullContainerError: unauthorized')
  expect(failure('ErrImagePull')).toBe('CannotPullContainerError: ErrImagePull')
  expect(failure('CreateContainerError', 'no such device')).toBe('CannotCreateContainerError: no such device')
  expect(failure('ContainerCreating')).toBeUndefined()
})
