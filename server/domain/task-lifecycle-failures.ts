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
  return `${error}: ${state.message === undefined || state.message === '' ? state.reason : state.message}`
}

/** Why a container that ran ended, where ECS says more than the exit code. */
export const exitReason = ({ state }: ContainerObservation): string | undefined =>
  state.is === 'terminated' && state.reason === 'OOMKilled' ? 'OutOfMemoryError: Container killed due to memory usage' : undefined
