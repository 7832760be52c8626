// First: the library's own parts find each other by it.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { X509Crl } from '@peculiar/x509'
import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Backend } from '../backend/backend.ts'
import { getObject } from '../backend/s3.ts'
import type { TrustedClients } from '../domain/elbv2/routing/client-certificates.ts'
import type { Logger } from '../log.ts'
import { type TrustStoreRow, trustStoreRevocations, trustStores } from '../store/elbv2-tables.ts'
import type { Store } from '../store/store.ts'

export interface TrustStoresParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  /** Whose S3 has certificates and lists; undefined where there is none. */
  readonly backend: Backend | undefined
  /** Called whenever one has been read. */
  readonly onRead: () => void
}

/** Until what could not be read is read again. Milliseconds. */
const readAgainMs = 10_000

/**
 * What trust stores hold, read of the backend's S3 when it is first asked for and whenever a trust store or its revocations
 * change. What was read before stays in force until then.
 */
export class TrustStores {
  readonly #parts: TrustStoresParts
  readonly #read = new Map<string, TrustedClients>()
  /** Those that are read, or will be soon, by what tells one reading from another: what changes meanwhile is read anew. */
  readonly #reading = new Map<string, symbol>()
  readonly #cancels = new Set<() => void>()
  readonly #unwatch: () => void

  constructor(parts: TrustStoresParts) {
    this.#parts = parts
    this.#unwatch = parts.store.watch(changes => {
      for (const { table, key } of changes) {
        const isRevocation = table === trustStoreRevocations.name
        if (table !== trustStores.name && !isRevocation) continue
        const arn = isRevocation ? (key.split(' ')[0] ?? '') : key
        if (this.#read.has(arn) || this.#reading.has(arn)) void this.#readAnew(arn)
      }
    })
  }

  /** Undefined while it is read, and where it cannot be. */
  contents(arn: string): TrustedClients | undefined {
    if (!this.#read.has(arn) && !this.#reading.has(arn)) void this.#readAnew(arn)
    return this.#read.get(arn)
  }

  stop(): void {
    this.#unwatch()
    for (const cancel of this.#cancels) cancel()
    this.#cancels.clear()
  }

  async #readAnew(arn: string): Promise<void> {
    const { store, log, onRead } = this.#parts
    const row = store.table(trustStores).get(arn)
    if (row === undefined) {
      this.#read.delete(arn)
      this.#reading.delete(arn)
      return
    }
    const reading = Symbol(arn)
    this.#reading.set(arn, reading)
    const isNewest = (): boolean => this.#reading.get(arn) === reading
    try {
      const contents = await this.#contentsOf(row)
      if (!isNewest()) return
      this.#read.set(arn, contents)
      this.#reading.delete(arn)
      onRead()
    } catch (error) {
      log.warn({ err: error, arn }, `a trust store cannot be read: ${messageOf(error)}`)
      if (isNewest()) this.#later(arn, isNewest)
    }
  }

  /** Still being read until then, so that nobody else begins. */
  #later(arn: string, isNewest: () => boolean): void {
    const cancel = this.#parts.clock.after(readAgainMs, () => {
      this.#cancels.delete(cancel)
      if (isNewest()) void this.#readAnew(arn)
    })
    this.#cancels.add(cancel)
  }

  async #contentsOf({ trustStore, scope, bundle }: TrustStoreRow): Promise<TrustedClients> {
    const { store, backend } = this.#parts
    if (backend === undefined) throw new Error('no backend is configured whose S3 has its certificates')
    const [account = '', region = ''] = scope.split('/')
    const bytesOf = (location: TrustStoreRow['bundle']) => getObject(backend, location, { account, region })
    const lists = [...store.table(trustStoreRevocations).by('trustStore', trustStore.TrustStoreArn)]
    const [authorities, ...revoked] = await Promise.all([bundle, ...lists.map(({ content }) => content)].map(bytesOf))
    return { authorities: Buffer.from(authorities ?? []).toString(), revoked: revoked.flatMap(bytes => revokedBy(bytes) ?? []) }
  }
}

/**
 * What a list (DER or PEM) revokes, as `TrustedClients` has it; undefined where it revokes nothing. Throws for what is no list.
 * https://www.rfc-editor.org/rfc/rfc5280#section-5
 */
export function revokedBy(bytes: Uint8Array): string | undefined {
  const buffer = Buffer.from(bytes)
  const [, base64] = /-----BEGIN X509 CRL-----([^-]*)-----END/.exec(buffer.toString('latin1')) ?? []
  const list = new X509Crl(Uint8Array.from(base64 === undefined ? buffer : Buffer.from(base64, 'base64')))
  const serials = list.entries.map(({ serialNumber }) => serialNumber.toLowerCase().replace(/^0+(?=.)/, ''))
  return serials.length === 0 ? undefined : `${Buffer.from(list.issuerName.toArrayBuffer()).toString('base64')}:${serials.join(',')}`
}
