import { isNotFound, kinds, KubeError, type KubeClient, type Pod } from '../../../shared/kube/index.ts'
import { podFinalizer } from '../../../shared/names.ts'

/**
 * Lets a pod go, whether it ended, runs, or is on a node that is no more. Idempotent. A crash between the two calls
 * leaves a pod that is released again, since its record says that it ended.
 */
export async function releasePod(client: KubeClient, pod: Pod): Promise<void> {
  const name = { name: pod.metadata?.name ?? '', namespace: pod.metadata?.namespace ?? '' }
  const { uid } = pod.metadata ?? {}
  try {
    const metadata = { [`$deleteFromPrimitiveList/finalizers`]: [podFinalizer], ...(uid !== undefined && { uid }) }
    const left = await client.patch(kinds.pod, name, { strategic: { metadata } })
    const isGoing = left.metadata?.deletionTimestamp !== undefined && left.metadata.deletionGracePeriodSeconds === 0
    // Nothing is to be waited for: what may still run is killed, and a node that is gone never answers.
    if (!isGoing) await client.remove(kinds.pod, name, { gracePeriodSeconds: 0, ...(uid !== undefined && { uid }) })
  } catch (error) {
    // Conflict: the name belongs to another pod now.
    if (!isNotFound(error) && !(error instanceof KubeError && error.status === 409)) throw error
  }
}
