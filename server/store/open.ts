import { mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { version } from '../../shared/version.ts'
import { DuckDBJournal } from './duckdb.ts'
import { StoreError } from './errors.ts'
import { type Handover, retractHandover, takeHandover } from './handover.ts'
import type { Journal, JournalContents, StoredRow } from './journal.ts'
import { JournaledStore } from './journaled-store.ts'
import { describeOwner, removeOwner, writeOwner } from './owner.ts'
import type { StateReader } from './reader.ts'
import { changesBetween, firstFormat, formatOf, migrated, type Migration, migrations } from './migrations.ts'
import { endOrder, putAside, readOrder } from './restore-order.ts'
import { Snapshots } from './snapshots.ts'
import type { StoreLog } from './store-log.ts'
import type { Store } from './store.ts'
import { isThere, removeUnfinished } from './unfinished.ts'

export interface OpenStoreOptions {
  /** Where the state lies; made when missing. Other things may lie there too: the store's files are `kecs.*`. */
  readonly folder: string
  readonly clock: Clock
  readonly log: StoreLog
  /** The instance's name, for snapshots to say whose they are. */
  readonly instance?: string
  /** Rows of history to keep when opening; 200,000 where absent. */
  readonly keepHistory?: number
  /** Of formats of the state; those that there are where absent. */
  readonly migrations?: readonly Migration[]
}

/** Folders that this process has open: DuckDB's lock is the process's, so it does not keep us from ourselves. */
const open = new Set<string>()

/**
 * Opens the state in a folder, or begins one there. Rejects with a `StoreError` when another process has it open, when
 * a newer version wrote it, or when it cannot be read.
 */
export const openStore = async (options: OpenStoreOptions): Promise<Store> => (await openState(options)).store

/** The state: what changes it, and what reads its history. The reader is of use until the store is closed. */
export interface OpenedState {
  readonly store: Store
  readonly snapshots: Snapshots
  readonly reader: StateReader
  /** When it was made of a snapshot, by an order: what was there before and that does not have is not to be. Milliseconds since the epoch. */
  readonly restoredAt: number | undefined
  /** What another control plane left when it gave the folder away, once it was found to be so; undefined where none did. */
  readonly handover: Handover | undefined
  /** Why changes are refused, such as a full disk; undefined where they are taken. */
  trouble(): Promise<string | undefined>
}

/** As `openStore`, with a reader of what is on disk. */
export const openState = async (options: OpenStoreOptions): Promise<OpenedState> => {
  const folder = await prepareFolder(options.folder)
  const { migrations: known = migrations } = options
  if (open.has(folder)) throw inUse(folder, 'this very process')
  open.add(folder)
  try {
    const snapshots = new Snapshots({ folder, instance: options.instance ?? '', clock: options.clock, migrations: known })
    const order = await readOrder(folder)
    const restored = order === undefined ? undefined : await snapshots.read(order.snapshot)
    if (order !== undefined) await putAside(folder, databaseOf(folder), order, options.clock.now())
    const file = await openJournal(folder, options, snapshots)
    await snapshots.sweep()
    const journal = withOwner(file, folder)
    if (restored !== undefined) await takeRestored(file, folder, restored, options)
    const loaded = await loadOrClose(journal, snapshots)
    // What was left is not what was restored instead.
    if (restored !== undefined) await retractHandover(folder)
    const handover = await takeOrClose(journal, folder, loaded)
    const contents = await upgraded({ file, journal, snapshots, known }, loaded, options)
    const store = new JournaledStore({ journal, clock: options.clock, log: options.log }, contents)
    return { snapshots, store, reader: file.reader(), restoredAt: await file.restoredAt(), handover, trouble: () => store.trouble() }
  } catch (error) {
    open.delete(folder)
    throw error
  }
}

const prepareFolder = async (folder: string): Promise<string> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return await realpath(folder)
  } catch (cause) {
    throw new StoreError(
      `The data folder ${folder} cannot be made: ${messageOf(cause)}`,
      'Choose a data folder that this user may write.',
      { cause },
    )
  }
}

const databaseOf = (folder: string): string => join(folder, 'kecs.duckdb')

/** Writes what an order restores as the first commit of a new state. */
const takeRestored = async (
  file: DuckDBJournal,
  folder: string,
  rows: readonly StoredRow[],
  { clock, log }: OpenStoreOptions,
): Promise<void> => {
  await file.setRestoredAt(clock.now())
  await file.append(rows.map(row => ({ ...row, revision: 1, time: clock.now() })))
  await endOrder(folder)
  log.info({ rows: rows.length }, 'restored a snapshot, as was ordered; the state of before lies beside it')
}

/** Another version of kecs wrote here last: what it left is a snapshot before this one changes anything. */
const keepBeforeUpgrade = async (
  file: DuckDBJournal,
  contents: JournalContents,
  snapshots: Snapshots,
  known: readonly Migration[],
  log: StoreLog,
): Promise<void> => {
  const last = await file.writtenBy()
  const format = await file.format()
  if (last === version && format === formatOf(known)) return
  // The first versions did not write which one they were. What was restored a moment ago is a snapshot already.
  const isOlder = last !== undefined || (contents.lastRevision > 0 && (await file.restoredAt()) === undefined)
  if (isOlder) {
    const { name } = await snapshots.takeBefore('upgrade', contents.rows, format)
    log.info({ snapshot: name, from: last ?? 'one that did not say', to: version }, 'took a snapshot before the upgrade')
  }
  await file.setWrittenBy(version)
}

interface Upgrading {
  readonly file: DuckDBJournal
  readonly journal: Journal
  readonly snapshots: Snapshots
  readonly known: readonly Migration[]
}

/** A snapshot of what another version left, then the newest format. What fails leaves the state as it was. */
const upgraded = async (
  { file, journal, snapshots, known }: Upgrading,
  loaded: JournalContents,
  options: OpenStoreOptions,
): Promise<JournalContents> => {
  try {
    await keepBeforeUpgrade(file, loaded, snapshots, known, options.log)
    return await inNewestFormat(file, loaded, known, options)
  } catch (error) {
    // A transaction that is open keeps it from its last checkpoint: nothing of it is on disk.
    await journal.close().catch(() => undefined)
    throw error
  }
}

/** Brings a state of an older format to the newest, in one transaction; what it was is a snapshot by then. */
const inNewestFormat = async (
  file: DuckDBJournal,
  contents: JournalContents,
  known: readonly Migration[],
  { clock, log }: OpenStoreOptions,
): Promise<JournalContents> => {
  const from = await file.format()
  const to = formatOf(known)
  if (from === to) return contents
  const rows = migrated(contents.rows, from, known)
  const revision = contents.lastRevision + 1
  const changes = changesBetween(contents.rows, rows)
  await file.migrate(
    changes.map(change => ({ ...change, revision, time: clock.now() })),
    to,
  )
  log.info({ from, to, rows: changes.length, what: known.filter(each => each.to > from).map(({ what }) => what) }, 'migrated the state')
  return { lastRevision: changes.length === 0 ? contents.lastRevision : revision, rows }
}

const openJournal = async (
  folder: string,
  { clock, keepHistory = 200_000, migrations: known = migrations }: OpenStoreOptions,
  snapshots: Snapshots,
): Promise<DuckDBJournal> => {
  const file = databaseOf(folder)
  const wasThere = await isThere(file)
  try {
    const journal = await DuckDBJournal.open({
      file,
      temporaryFolder: join(folder, 'kecs.tmp'),
      keepHistory,
      accept: meta => acceptFormat(file, meta, formatOf(known)),
      meta: new Map([
        ['format_version', String(formatOf(known))],
        ['created_by', `kecs ${version}`],
        ['created_at', new Date(clock.now()).toISOString()],
      ]),
    })
    await writeOwner(folder, clock.now())
    return journal
  } catch (error) {
    if (!wasThere && isFull(messageOf(error))) await removeUnfinished(file)
    throw error instanceof StoreError ? error : await explain(folder, file, error, snapshots)
  }
}

const loadOrClose = async (journal: Journal, snapshots: Snapshots): Promise<JournalContents> => {
  try {
    return await journal.load()
  } catch (cause) {
    await journal.close()
    throw new StoreError(`The state cannot be read: ${messageOf(cause)}`, await wayBack(snapshots), { cause })
  }
}

/** Before anything else is written: what is not as it was left stays as it is. */
const takeOrClose = async (journal: Journal, folder: string, { rows }: JournalContents): Promise<Handover | undefined> => {
  try {
    return await takeHandover(folder, rows)
  } catch (error) {
    await journal.close()
    throw error
  }
}

const acceptFormat = (file: string, meta: ReadonlyMap<string, string> | undefined, newest: number): void => {
  if (meta === undefined) return
  const found = meta.get('format_version')
  if (found === undefined) throw new StoreError(`${file} is a database, but not one of kecs.`, 'Choose another data folder.')
  if (Number(found) >= firstFormat && Number(found) <= newest) return
  throw new StoreError(
    `The state in ${file} has format ${found}; kecs ${version} reads formats up to ${newest}.`,
    'A newer kecs wrote it: use that version, or choose another data folder. Nothing was changed.',
    { details: [...meta].map(([name, setting]) => `${name}: ${setting}`) },
  )
}

const isFull = (message: string): boolean => /No space left|ENOSPC|quota exceeded|EDQUOT/i.test(message)

/** DuckDB's errors carry no codes: their texts are all that tells them apart. */
const explain = async (folder: string, file: string, cause: unknown, snapshots: Snapshots): Promise<StoreError> => {
  const message = messageOf(cause)
  if (message.includes('Could not set lock')) {
    return inUse(folder, await describeOwner(folder, /PID (\d+)/.exec(message)?.[1]), cause)
  }
  if (/Permission denied|Read-only file system|Cannot open file|EACCES|EROFS/.test(message)) {
    return new StoreError(`The data folder ${folder} cannot be written: ${message}`, 'Choose a data folder that this user may write.', {
      cause,
    })
  }
  if (isFull(message)) {
    return new StoreError(`The disk of ${folder} is full: ${message}`, 'Make room there and start again. Nothing was changed.', { cause })
  }
  return new StoreError(`The state in ${file} cannot be opened: ${message}`, await wayBack(snapshots), { cause })
}

/** What to do about a state that is damaged. Nothing is overwritten: what is damaged stays until somebody decides. */
const wayBack = async (snapshots: Snapshots): Promise<string> => {
  const newest = await snapshots.newestGood()
  if (newest === undefined) return 'There is no good snapshot. Restore the data folder from a backup, or move it away to begin anew.'
  return `The newest good snapshot is of ${newest.takenAt}: kecs snapshot restore ${newest.name}${snapshots.nameFlag}`
}

const inUse = (folder: string, owner: string, cause?: unknown): StoreError =>
  new StoreError(
    `The data folder ${folder} is in use by ${owner}.`,
    'Only one control plane can use a data folder: stop that one, or choose another folder.',
    { cause },
  )

/** The journal, leaving the folder as nobody's when it closes. */
const withOwner = (journal: DuckDBJournal, folder: string): Journal => ({
  load: () => journal.load(),
  append: revisions => journal.append(revisions),
  close: async () => {
    try {
      // Before the lock is given up: the next owner's file must not be the one that is removed.
      await removeOwner(folder)
      await journal.close()
    } finally {
      open.delete(folder)
    }
  },
})
