import { isAlreadyExists, kinds, waitFor, type KubeClient, type Manifest, type Pod } from '../../../shared/kube/index.ts'
import { labels } from '../../../shared/names.ts'

export interface PodName {
  readonly name: string
  readonly namespace: string
}

/** What looking up users needs of Kubernetes. All throw `KubeError`. */
export interface LookupPods {
  /** Idempotent. */
  create(pod: Pod & Manifest): Promise<void>
  /** At once: nothing of it is to be kept. Idempotent. */
  remove(name: PodName): Promise<void>
  /** Those of the instance, in all namespaces. */
  list(): Promise<readonly PodName[]>
  /** Tells of the pod now and whenever it changes, undefined where it is not there, until it is answered true. Throws the signal's reason. */
  follow(name: PodName, isEnough: (pod: Pod | undefined) => boolean, signal: AbortSignal): Promise<void>
}

export const lookupPods = (
  client: Pick<KubeClient, 'create' | 'list' | 'remove' | 'watch'>,
  { instance, onError }: { readonly instance: string; readonly onError: (error: unknown) => void },
): LookupPods => ({
  create: async pod => {
    await client.create(pod, { fieldManager: 'kecs' }).catch((error: unknown) => {
      // One that this process made, though it was not told so, or that the one before it made: the same, or on its way out.
      if (!isAlreadyExists(error)) throw error
    })
  },
  remove: async name => {
    await client.remove(kinds.pod, name, { gracePeriodSeconds: 0 })
  },
  list: async () => {
    const { items } = await client.list(kinds.pod, { labelSelector: `${labels.instance}=${instance},${labels.userLookup}` })
    return items.map(({ metadata }) => ({ name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' }))
  },
  follow: async (name, isEnough, signal) => {
    await waitFor(client, kinds.pod, name, isEnough, { signal, onError })
  },
})
