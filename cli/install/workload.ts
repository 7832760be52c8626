import { type DaemonSet, daemonSetReady, type Deployment, deploymentReady } from '../../shared/kube/index.ts'

/** What makes a component's pods, as far as waiting for it needs to know. */
export interface Workload {
  readonly name: string
  readonly isReady: boolean
  /** Why it could not make a pod; undefined where it could, or did not try yet. */
  readonly failure?: string
}

export const workloadOf = (deployment: Deployment): Workload => {
  const failure = deployment.status?.conditions?.find(condition => condition.type === 'ReplicaFailure')?.message
  return {
    name: deployment.metadata?.name ?? '',
    isReady: deploymentReady(deployment),
    ...(failure === undefined ? {} : { failure }),
  }
}

export const workloadOfDaemonSet = (daemonSet: DaemonSet): Workload => ({
  name: daemonSet.metadata?.name ?? '',
  isReady: daemonSetReady(daemonSet),
})
