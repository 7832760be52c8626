import { createHash } from 'node:crypto'
import type { KubeClient, Manifest, Service } from '../../shared/kube/index.ts'
import { kinds } from '../../shared/kube/index.ts'
import { labelPrefix, labels, systemNamespace } from '../../shared/names.ts'

/** A name of Service Connect: what it leads to by each of its ports. */
export interface ServedName {
  /** `connectNameKey`. */
  readonly key: string
  readonly ports: readonly { readonly port: number; readonly entryPort: number }[]
}

/** What names of Service Connect lead to. */
export interface ConnectNames {
  /** Makes an address of the cluster lead to the gateway by the name's ports. Resolves with it. Idempotent. */
  serve(name: ServedName): Promise<string>
  /** Idempotent. */
  forget(key: string): Promise<void>
}

/** On Services: which name it is for, as a digest of its key. */
const nameLabel = `${labelPrefix}/connect-name`
const fieldManager = 'kecs-control-plane'

const digestOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 20)

/** A Kubernetes Service for each name, whose address is in the hosts files of the tasks that know the name. */
export class ConnectServices implements ConnectNames {
  readonly #kube: KubeClient
  readonly #instance: string
  /** What was applied by this process, so that it is not applied again, and its address. */
  readonly #applied = new Map<string, { readonly text: string; readonly address: string }>()

  constructor(kube: KubeClient, instance: string) {
    this.#kube = kube
    this.#instance = instance
  }

  async serve(name: ServedName): Promise<string> {
    const wanted = connectServiceOf(name, this.#instance)
    const text = JSON.stringify(wanted)
    const known = this.#applied.get(name.key)
    if (known?.text === text) return known.address
    const { spec } = await this.#kube.apply(wanted, { fieldManager, force: true })
    const address = spec?.clusterIP ?? ''
    if (address === '') throw new Error(`The Service of ${name.key} has no address.`)
    this.#applied.set(name.key, { text, address })
    return address
  }

  async forget(key: string): Promise<void> {
    this.#applied.delete(key)
    await this.#kube.remove(kinds.service, { name: nameOf(key), namespace: systemNamespace })
  }
}

const nameOf = (key: string): string => `connect-${digestOf(key)}`

export const connectServiceOf = ({ key, ports }: ServedName, instance: string): Service & Manifest => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: nameOf(key),
    namespace: systemNamespace,
    labels: { 'app.kubernetes.io/managed-by': 'kecs', [labels.instance]: instance, [nameLabel]: digestOf(key) },
    annotations: { [nameLabel]: key },
  },
  spec: {
    type: 'ClusterIP',
    selector: { [labels.component]: 'traefik' },
    ports: ports.map(({ port, entryPort }) => ({ name: `tcp-${port}`, port, protocol: 'TCP', targetPort: entryPort })),
  },
})
