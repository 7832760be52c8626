export type {
  CallOptions,
  JsonPatchStep,
  KubeClient,
  ListOptions,
  LogOptions,
  ObjectName,
  Patch,
  RemoveOptions,
  ServicePort,
  ServiceRequest,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from './client.ts'
export { connect } from './connect.ts'
export { isNotRunning } from './exec.ts'
export type { ExecEnd, KubeExec } from './exec.ts'
export type { KubeSource } from './endpoint.ts'
export { isAlreadyExists, isConflict, isForbidden, isNotFound, isUnreachable, KubeConfigError, KubeError } from './errors.ts'
export * from './objects.ts'
export { controlPlaneRules } from './rbac.ts'
export { reviewToken, type TokenUser } from './token-review.ts'
export { daemonSetReady, deploymentReady, podReady, waitFor } from './wait.ts'
