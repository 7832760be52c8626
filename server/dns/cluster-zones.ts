import { createHash } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'
import {
  clusterDomain,
  corednsName,
  corednsSelector,
  customName,
  dnsNamespace,
  importsCustom,
  withSection,
  withoutSection,
  zonesBlock,
  zonesKey,
  zonesSection,
} from '../../shared/cluster-dns.ts'
import { messageOf } from '../../shared/errors.ts'
import { type ConfigMap, type KubeClient, kinds } from '../../shared/kube/index.ts'
import { controlPlaneName, labelPrefix, systemNamespace } from '../../shared/names.ts'
import type { Logger } from '../log.ts'
import type { Around } from '../domain/discovery/zones.ts'

export interface ClusterZonesParts {
  readonly kube: KubeClient
  readonly clock: Clock
  readonly log: Logger
  /** The zones that are to be ours. */
  readonly zones: (around: Around) => readonly string[]
}

/** Changes that come together are written together. Milliseconds. */
const gatherMs = 100
const tryAgainMs = 2_000
const fieldManager = 'kecs-control-plane'
/** On CoreDNS' pods: a pod that changes is brought its ConfigMap at once, others wait for up to a minute and a half. */
const stamp = `${labelPrefix}/zones`

/** Has the cluster's CoreDNS hand the zones of Cloud Map to us, as they come and go. */
export class ClusterZones {
  readonly #parts: ClusterZonesParts
  #isWaiting = false
  #isStopped = false
  #running: Promise<void> = Promise.resolve()
  #cancel = (): void => {}

  constructor(parts: ClusterZonesParts) {
    this.#parts = parts
  }

  /** The zones may be others now. */
  changed(): void {
    this.#later(gatherMs)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancel()
    await this.#running
  }

  #later(milliseconds: number): void {
    if (this.#isWaiting || this.#isStopped) return
    this.#isWaiting = true
    this.#cancel = this.#parts.clock.after(milliseconds, () => {
      this.#isWaiting = false
      this.#running = this.#running.then(() => this.#run())
    })
  }

  async #run(): Promise<void> {
    if (this.#isStopped) return
    try {
      await this.#write()
    } catch (error) {
      // Also where somebody else changed the Corefile in between.
      this.#parts.log.warn({ err: error }, `the cluster's DNS could not be told of its zones, trying again: ${messageOf(error)}`)
      this.#later(tryAgainMs)
    }
  }

  async #write(): Promise<void> {
    const { kube, log, zones } = this.#parts
    const map = await kube.get(kinds.configMap, { name: corednsName, namespace: dnsNamespace }, {})
    const corefile = map.data?.['Corefile']
    if (corefile === undefined) throw new Error(`the ConfigMap ${corednsName} has no Corefile`)
    const isCustom = importsCustom(corefile)
    const custom = isCustom ? await kube.get(kinds.configMap, { name: customName, namespace: dnsNamespace }, {}) : undefined
    const found = zones({ clusterDomain: clusterDomain(corefile), taken: takenZones(corefile, custom) })
    const block = zonesBlock(found, await this.#address())
    const isChanged = custom === undefined ? await this.#writeCorefile(corefile, block) : await this.#writeCustom(custom, block)
    if (isChanged) log.info({ zones: found }, "told the cluster's DNS of the zones of Cloud Map")
    await this.#hurry(block)
  }

  async #address(): Promise<string> {
    const service = await this.#parts.kube.get(kinds.service, { name: controlPlaneName, namespace: systemNamespace }, {})
    const address = service.spec?.clusterIP
    if (address === undefined || address === '' || address === 'None') throw new Error(`the Service ${controlPlaneName} has no address`)
    return address.includes(':') ? `[${address}]` : address
  }

  async #writeCorefile(before: string, block: string): Promise<boolean> {
    const after = withSection(before, zonesSection, block)
    if (after === before) return false
    const json = [
      { op: 'test' as const, path: '/data/Corefile', value: before },
      { op: 'replace' as const, path: '/data/Corefile', value: after },
    ]
    await this.#parts.kube.patch(kinds.configMap, { name: corednsName, namespace: dnsNamespace }, { json }, { fieldManager })
    return true
  }

  async #writeCustom(before: ConfigMap, block: string): Promise<boolean> {
    if ((before.data?.[zonesKey] ?? '') === block) return false
    const merge = { data: { [zonesKey]: block === '' ? null : block } }
    await this.#parts.kube.patch(kinds.configMap, { name: customName, namespace: dnsNamespace }, { merge }, { fieldManager })
    return true
  }

  async #hurry(block: string): Promise<void> {
    const { kube } = this.#parts
    const digest = createHash('sha256').update(block).digest('hex').slice(0, 12)
    const { items } = await kube.list(kinds.pod, { namespace: dnsNamespace, labelSelector: corednsSelector })
    for (const { metadata } of items) {
      if (metadata?.name === undefined || (metadata.annotations?.[stamp] ?? '') === digest) continue
      const merge = { metadata: { annotations: { [stamp]: digest } } }
      await kube.patch(kinds.pod, { name: metadata.name, namespace: dnsNamespace }, { merge }, { fieldManager })
    }
  }
}

/** Zones of server blocks that are not ours: a second block of the same zone would make CoreDNS refuse all of it. */
export const takenZones = (corefile: string, custom: ConfigMap | undefined): ReadonlySet<string> => {
  const others = Object.entries(custom?.data ?? {}).filter(([key]) => key !== zonesKey)
  const text = [withoutSection(corefile, zonesSection), ...others.map(([, value]) => value)].join('\n')
  const openings = text.split('\n').filter(line => /^\S.*\{\s*$/.test(line))
  const keys = openings.flatMap(line =>
    line
      .replace('{', '')
      .trim()
      .split(/[\s,]+/),
  )
  return new Set(
    keys.map(key =>
      key
        .replace(/^[a-z]+:\/\//, '')
        .replace(/:\d+$/, '')
        .replace(/\.$/, '')
        .toLowerCase(),
    ),
  )
}
