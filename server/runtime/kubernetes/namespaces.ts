import { isAlreadyExists, kinds, waitFor, type KubeClient, type Namespace } from '../../../shared/kube/index.ts'
import { annotations, labels } from '../../../shared/names.ts'
import type { ClusterRef } from '../runtime.ts'
import { labelValueOf } from './names.ts'
import { releasePod } from './release.ts'

/** How long a namespace that is being deleted may take to make room for one of its name. */
const goneTimeoutMs = 60_000
/** How long Kubernetes may take to give a namespace the service account without which it takes no pods. */
const accountTimeoutMs = 30_000

/** The namespaces of ECS clusters. One that somebody else made is used as it is and never deleted. */
export class Namespaces {
  readonly #client: KubeClient
  readonly #instance: string

  constructor(client: KubeClient, instance: string) {
    this.#client = client
    this.#instance = instance
  }

  /** Makes the namespace and waits until it takes pods. Idempotent. */
  async ensure(cluster: ClusterRef): Promise<void> {
    const { namespace: name } = cluster
    const existing = await this.#client.find(kinds.namespace, { name })
    if (existing?.metadata?.deletionTimestamp !== undefined) await this.#gone(name)
    else if (existing !== undefined) return
    await this.#client.create(this.#manifest(cluster)).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error
    })
    const account = { name: 'default', namespace: name }
    await waitFor(this.#client, kinds.serviceAccount, account, found => found !== undefined, {
      signal: AbortSignal.timeout(accountTimeoutMs),
    })
  }

  /** Deletes the namespace with all that is in it, recorded or not. Does not wait until it is gone. Idempotent. */
  async remove({ namespace: name }: ClusterRef): Promise<void> {
    const existing = await this.#client.find(kinds.namespace, { name })
    if (existing === undefined) return
    if (this.#isOurs(existing)) await this.#client.remove(kinds.namespace, { name })
    const { items } = await this.#client.list(kinds.pod, {
      namespace: name,
      labelSelector: `${labels.instance}=${this.#instance},${labels.taskId}`,
    })
    await Promise.all(items.map(async pod => releasePod(this.#client, pod)))
  }

  #isOurs(namespace: Namespace): boolean {
    return namespace.metadata?.labels?.[labels.instance] === this.#instance
  }

  async #gone(name: string): Promise<void> {
    const isGone = (namespace: Namespace | undefined): boolean => namespace?.metadata?.deletionTimestamp === undefined
    await waitFor(this.#client, kinds.namespace, { name }, isGone, { signal: AbortSignal.timeout(goneTimeoutMs) })
  }

  #manifest({ clusterArn, namespace }: ClusterRef) {
    const clusterName = clusterArn.slice(clusterArn.lastIndexOf('/') + 1)
    return {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: namespace,
        labels: { [labels.instance]: this.#instance, [labels.cluster]: labelValueOf(clusterName) },
        annotations: { [annotations.clusterArn]: clusterArn },
      },
    }
  }
}
