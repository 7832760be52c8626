import type { ContainerObservation } from '../runtime/runtime.ts'

/** The kubelet's reasons, and ECS' name for the error. */
const errors = new Map([
  ['ErrImagePull', 'CannotPullContainerError'],
  ['ImagePullBackOff', 'CannotPullContainerError'],
  ['InvalidImageName', 'CannotPullContainerError'],
  ['ErrImageNeverPull', 'CannotPullContainerError'],
  ['ImageInspectError', 'CannotPullContainerError'],
  ['RegistryUnavailable', 'CannotPullContainerError'],
  ['SignatureValidationFailed', 'CannotPullContainerError'],
  ['CreateContainerConfigError', 'CannotCreateContainerError'],
  ['CreateContainerError', 'CannotCreateContainerError'],
  ['PreCreateHookError', 'CannotCreateContainerError'],
  ['RunContainerError', 'CannotStartContainerError'],
  ['StartError', 'CannotStartContainerError'],
  ['ContainerCannotRun', 'CannotStartContainerError'],
  ['PostStartHookError', 'CannotStartContainerError'],
])

/**
 * Why a container can not start, as ECS tells it in the container's `reason`; undefined while it can. Unlike the
 * kubelet, which would go on trying, ECS gives up.
 */
export const startFailure = ({ state }: ContainerObservation): string | undefined => {
  if (state.is === 'running' || state.reason === undefined) return undefined
  const error = errors.get(state.reason)
  if (error === undefined) return undefined
  const message = state.message === undefined || state.message === '' ? state.reason : state.message
  return `${error}: ${error === 'CannotPullContainerError' ? pullFailure(message) : message}`
}

/** How often Fargate is told to have tried: here once, for the kubelet gives its reason after the first time. */
const retried = 'pull image manifest has been retried 1 time(s):'

/**
 * containerd's reason, which Fargate's platform gives too, without what the kubelet and its API put around it.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html
 */
const pullFailure = (message: string): string =>
  message
    .replace(/^.*failed to pull and unpack image "[^"]*": /s, '')
    .replace(/^failed to resolve reference "([^"]*)": /, `${retried} failed to resolve ref $1: `)
    .replace(/^no match for platform in manifest: not found$/, `${retried} image Manifest does not contain descriptor matching platform`)

/** How containerd tells of a container that did not live through the stop of its node. */
export const endedWithHost = ({ state }: ContainerObservation): boolean =>
  state.is === 'terminated' && state.reason === 'Unknown' && state.exitCode === 255

/** Whether nobody saw a container's end, so that its exit code is made up. ECS tells none then: no agent reported it. */
export const endedUnseen = (seen: ContainerObservation): boolean =>
  endedWithHost(seen) || (seen.state.is === 'terminated' && seen.state.reason === 'ContainerStatusUnknown')

/** Why a container that ran ended, where ECS says more than the exit code. */
export const exitReason = ({ state }: ContainerObservation): string | undefined =>
  state.is === 'terminated' && state.reason === 'OOMKilled' ? 'OutOfMemoryError: Container killed due to memory usage' : undefined
