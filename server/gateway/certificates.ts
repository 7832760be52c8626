import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Ids } from '../../shared/ids.ts'
import { describeCertificate, exportCertificate } from '../backend/acm.ts'
import { type Backend, BackendUnreachable } from '../backend/backend.ts'
import { parseArn } from '../domain/arn.ts'
import type { CertificatePair } from '../domain/elbv2/routing/dynamic-configuration.ts'
import type { Logger } from '../log.ts'
import { type ListenerRow, type LoadBalancerRow, listeners, loadBalancers } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'
import type { Authority } from './authority.ts'

export interface CertificatesParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly authority: Authority
  /** Whose ACM has the certificates; undefined where there is none. */
  readonly backend: Backend | undefined
  /** Called whenever one has been made. */
  readonly onMade: () => void
}

/** Until a backend that did not answer is asked again. Milliseconds. */
const askAgainMs = 10_000

/**
 * The certificates of listeners, made when they are first asked for: ACM's own where that hands it out, else one of
 * this instance's authority for the names that ACM says it is for. Each is also for its load balancer's DNS name and
 * for `localhost`, as these are the names by which it is reached here.
 */
export class Certificates {
  readonly #parts: CertificatesParts
  readonly #made = new Map<string, CertificatePair>()
  readonly #making = new Map<string, Promise<void>>()
  /** Cancel what is to be asked for again. */
  readonly #waiting = new Set<() => void>()
  #isSettled = false
  #isStopped = false

  constructor(parts: CertificatesParts) {
    this.#parts = parts
  }

  /** Whether what the listeners that there were at the start need is made. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  /** Makes what there are listeners for, so that the first configuration takes none away. */
  async settle(): Promise<void> {
    const { store } = this.#parts
    for (const row of store.table(listeners).all()) {
      const balancer = store.table(loadBalancers).get(row.listener.LoadBalancerArn)
      if (balancer !== undefined) for (const arn of certificateArnsOf(row)) this.pair(arn, balancer)
    }
    await Promise.all(this.#making.values())
    this.#isSettled = true
    this.#parts.onMade()
  }

  /** Undefined while it is made. */
  pair(arn: string, { loadBalancer }: LoadBalancerRow): CertificatePair | undefined {
    const dnsName = loadBalancer.DNSName ?? 'localhost'
    const key = `${arn} ${dnsName}`
    if (!this.#made.has(key) && !this.#making.has(key)) this.#making.set(key, this.#make(key, arn, dnsName))
    return this.#made.get(key)
  }

  /** Asks no backend any more. */
  stop(): void {
    this.#isStopped = true
    for (const cancel of this.#waiting) cancel()
    this.#waiting.clear()
  }

  async #make(key: string, arn: string, dnsName: string): Promise<void> {
    const { log, onMade } = this.#parts
    const before = this.#made.get(key)
    try {
      this.#made.set(key, await this.#find(arn, dnsName))
    } catch (error) {
      // What clients have seen stays until there is better.
      if (before === undefined) {
        log.warn({ err: error, arn }, `the certificate is made anew once the backend answers: ${messageOf(error)}`)
        this.#made.set(key, await this.#local([], dnsName))
      }
      if (error instanceof BackendUnreachable && !this.#isStopped) this.#askAgain(key, arn, dnsName)
    }
    this.#making.delete(key)
    if (this.#made.get(key) !== before) onMade()
  }

  /** Later, if a listener has it still. */
  #askAgain(key: string, arn: string, dnsName: string): void {
    const cancel = this.#parts.clock.after(askAgainMs, () => {
      this.#waiting.delete(cancel)
      const isUsed = [...this.#parts.store.table(listeners).all()].some(row => certificateArnsOf(row).includes(arn))
      if (isUsed) this.#making.set(key, this.#make(key, arn, dnsName))
      else this.#made.delete(key)
    })
    this.#waiting.add(cancel)
  }

  async #find(arn: string, dnsName: string): Promise<CertificatePair> {
    const { backend, ids } = this.#parts
    const place = parseArn(arn)
    // IAM never hands out keys, and says no names.
    if (backend === undefined || place?.service !== 'acm') return this.#local([], dnsName)
    const { names, keyAlgorithm } = await describeCertificate(backend, arn, place)
    const exported = await exportCertificate(backend, arn, place, ids.hex32())
    return exported === undefined ? this.#local(names, dnsName, keyAlgorithm) : { certFile: exported.certificate, keyFile: exported.key }
  }

  /** Its key is of the kind that ACM says, as the ciphers that clients may use depend on it. RSA is what ACM makes unasked. */
  #local(names: readonly string[], dnsName: string, keyAlgorithm = 'RSA_2048'): Promise<CertificatePair> {
    const [first = dnsName, ...others] = names
    const kind = keyAlgorithm.startsWith('EC_') ? 'EC' : 'RSA'
    return this.#parts.authority.issue([first, ...others, dnsName, 'localhost', '127.0.0.1'], kind)
  }
}

const certificateArnsOf = ({ listener, certificates }: ListenerRow): readonly string[] => [
  ...(listener.Certificates ?? []).flatMap(({ CertificateArn }) => CertificateArn ?? []),
  ...certificates,
]
