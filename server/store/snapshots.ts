import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { version } from '../../shared/version.ts'
import { StoreError } from './errors.ts'
import type { StoredRow } from './journal.ts'
import { migrated, type Migration, migrations } from './migrations.ts'
import { type SnapshotHead, partialSuffix, readSnapshot, readSnapshotHead, writeSnapshot } from './snapshot-file.ts'

/** A snapshot as it is listed. */
export interface Snapshot {
  readonly name: string
  /** Where it lies. */
  readonly file: string
  readonly bytes: number
  /** Undefined for a file that cannot be read. */
  readonly head: SnapshotHead | undefined
}

export interface SnapshotsOptions {
  /** The data folder; snapshots lie in `snapshots` below it. */
  readonly folder: string
  readonly instance: string
  readonly clock: Clock
  /** How many of those that were taken without being asked for are kept. */
  readonly keepAutomatic?: number
  /** By which rows of older formats are read. */
  readonly migrations?: readonly Migration[]
}

const defaultInstance = 'kecs'
const suffix = '.kecs-snapshot'
const arrivingSuffix = '.arriving'
/** What files end with while they are written. */
const unfinished = [partialSuffix, arrivingSuffix]
export const snapshotNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
const automaticPrefix = 'before-'

/** The snapshots of an instance: files in its data folder. */
export class Snapshots {
  readonly #options: SnapshotsOptions
  readonly #folder: string

  constructor(options: SnapshotsOptions) {
    this.#options = options
    this.#folder = join(options.folder, 'snapshots')
  }

  /** What a command about this instance needs behind it. */
  get nameFlag(): string {
    const { instance } = this.#options
    return instance === '' || instance === defaultInstance ? '' : ` --name ${instance}`
  }

  /** Where the snapshot of a name lies or would lie. Throws a `StoreError` for a name that cannot be. */
  fileOf(name: string): string {
    if (snapshotNamePattern.test(name)) return join(this.#folder, name + suffix)
    throw new StoreError(`"${name}" cannot name a snapshot.`, 'Use letters, digits, dots, dashes and underscores.')
  }

  /**
   * Writes `rows` down. Without a name it gets the time's. Rejects with a `StoreError` when the name is taken or the file
   * cannot be written.
   */
  async take(
    rows: Iterable<StoredRow>,
    {
      name = this.#timeName(),
      reason = 'manual',
      format,
    }: { readonly name?: string; readonly reason?: string; readonly format?: number } = {},
  ): Promise<Snapshot & { readonly rows: number }> {
    const file = await this.#newFile(name)
    const { instance, clock } = this.#options
    const head = { version, instance, takenAt: new Date(clock.now()).toISOString(), reason, ...(format === undefined ? {} : { format }) }
    const count = await writeSnapshot(file, head, rows)
    return { ...(await this.#describe(name)), rows: count }
  }

  /** As `take`, for what is about to be done to the state; the oldest of these are removed. `format` where it is an older one. */
  async takeBefore(what: string, rows: Iterable<StoredRow>, format?: number): Promise<Snapshot> {
    const name = `${automaticPrefix}${what}-${this.#timeName()}`
    const taken = await this.take(rows, { name, reason: `before ${what}`, ...(format === undefined ? {} : { format }) })
    const { keepAutomatic = 10 } = this.#options
    const automatic = (await this.list()).filter(each => each.name.startsWith(automaticPrefix))
    for (const { file } of automatic.slice(keepAutomatic)) await rm(file, { force: true })
    return taken
  }

  /** Adds one that came from elsewhere. Rejects with a `StoreError` when the name is taken or the content is no whole snapshot. */
  async add(name: string, content: Uint8Array): Promise<Snapshot> {
    const file = await this.#newFile(name)
    const arriving = `${file}${arrivingSuffix}`
    await writeFile(arriving, content, { mode: 0o600 })
    try {
      await readSnapshot(arriving)
      await rename(arriving, file)
    } finally {
      await rm(arriving, { force: true })
    }
    return this.#describe(name)
  }

  /** The file of a snapshot, checked. */
  async content(name: string): Promise<Uint8Array> {
    const { file } = await this.#require(name)
    await readSnapshot(file)
    return readFile(file)
  }

  /** The newest first; those that cannot be read last. */
  async list(): Promise<readonly Snapshot[]> {
    const files = await readdir(this.#folder).catch(() => [])
    const names = files.filter(file => file.endsWith(suffix)).map(file => file.slice(0, -suffix.length))
    const found = await Promise.all(names.map(name => this.#describe(name)))
    return found.sort((a, b) => (b.head?.takenAt ?? '').localeCompare(a.head?.takenAt ?? '') || b.name.localeCompare(a.name))
  }

  /** The newest one that is whole, read to its last byte; undefined where there is none. */
  async newestGood(): Promise<(SnapshotHead & { readonly name: string }) | undefined> {
    for (const { name, file } of await this.list()) {
      const head = await readSnapshot(file).then(
        ({ head: found }) => found,
        () => undefined,
      )
      if (head !== undefined) return { ...head, name }
    }
    return undefined
  }

  /** Removes what was being written when a process was killed. For who has the folder alone. */
  async sweep(): Promise<void> {
    const files = await readdir(this.#folder).catch(() => [])
    for (const file of files.filter(each => unfinished.some(end => each.endsWith(end)))) await rm(join(this.#folder, file), { force: true })
  }

  /** The rows of a snapshot, in the newest format. Rejects with a `StoreError` when there is none of the name or it is damaged. */
  async read(name: string): Promise<readonly StoredRow[]> {
    const { head, rows } = await readSnapshot((await this.#require(name)).file)
    return migrated(rows, head.format, this.#options.migrations ?? migrations)
  }

  async remove(name: string): Promise<void> {
    await rm((await this.#require(name)).file)
  }

  /** Where a new one of the name goes. */
  async #newFile(name: string): Promise<string> {
    const file = this.fileOf(name)
    if ((await this.#find(name)) !== undefined)
      throw new StoreError(`There is a snapshot ${name}.`, 'Choose another name, or delete that one.')
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    return file
  }

  async #require(name: string): Promise<Snapshot> {
    const found = await this.#find(name)
    if (found !== undefined) return found
    const [newest] = await this.list()
    throw new StoreError(
      `There is no snapshot ${name}.`,
      newest === undefined ? 'There is none at all.' : `The newest one is ${newest.name}.`,
    )
  }

  async #find(name: string): Promise<Snapshot | undefined> {
    const isThere = await stat(this.fileOf(name)).then(
      () => true,
      () => false,
    )
    return isThere ? this.#describe(name) : undefined
  }

  async #describe(name: string): Promise<Snapshot> {
    const file = this.fileOf(name)
    const [{ size }, head] = await Promise.all([stat(file), readSnapshotHead(file).catch(() => undefined)])
    return { name, file, bytes: size, head }
  }

  /** Such as `2026-01-31T12-00-00.000Z`: colons are no letters of files everywhere. */
  #timeName(): string {
    return new Date(this.#options.clock.now()).toISOString().replaceAll(':', '-')
  }
}
