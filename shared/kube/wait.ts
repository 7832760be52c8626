import type { KubeClient, ObjectName } from './client.ts'
import type { DaemonSet, Deployment, Kind, KubeObject, Pod } from './objects.ts'

/**
 * Resolves with the object, or with undefined where that is what was waited for, once the condition holds. Throws
 * the signal's reason when it is aborted before: give a signal with a deadline.
 */
export async function waitFor<T extends KubeObject>(
  client: Pick<KubeClient, 'watch'>,
  kind: Kind<T>,
  name: ObjectName,
  condition: (object: T | undefined) => boolean,
  options: { readonly signal: AbortSignal; readonly onError?: (error: unknown) => void },
): Promise<T | undefined> {
  const events = client.watch(kind, {
    ...(name.namespace !== undefined && { namespace: name.namespace }),
    fieldSelector: `metadata.name=${name.name}`,
    ...options,
  })
  for await (const event of events) {
    const object = event.is === 'listed' ? event.items[0] : event.is === 'deleted' ? undefined : event.object
    if (condition(object)) return object
  }
  options.signal.throwIfAborted()
  throw new Error('The watch ended before the condition held')
}

/** Every replica of the newest template is available and no older one is left. */
export function deploymentReady(deployment: Deployment | undefined): boolean {
  const wanted = deployment?.spec?.replicas ?? 1
  const status = deployment?.status
  return (
    deployment !== undefined &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.availableReplicas ?? 0) >= wanted &&
    (status?.replicas ?? 0) <= wanted
  )
}

/** Each node that is to have one has one of the newest template that is available. */
export function daemonSetReady(daemonSet: DaemonSet | undefined): boolean {
  const status = daemonSet?.status
  return (
    daemonSet !== undefined &&
    status !== undefined &&
    (status.observedGeneration ?? 0) >= (daemonSet.metadata?.generation ?? 0) &&
    status.desiredNumberScheduled > 0 &&
    (status.updatedNumberScheduled ?? 0) >= status.desiredNumberScheduled &&
    (status.numberAvailable ?? 0) >= status.desiredNumberScheduled
  )
}

export const podReady = (pod: Pod | undefined): boolean =>
  pod?.status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') === true
