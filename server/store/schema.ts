import { formatOf, migrations } from './migrations.ts'

/**
 * The state on disk. `revisions` holds every revision of every row: the newest of each key is the state, the rest is
 * history. All rows of one commit have the same number.
 */

/** Raised by a migration: see migrations.ts. */
export const formatVersion = formatOf(migrations)

export const createTables = [
  'CREATE TABLE kecs_meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL)',
  `CREATE TABLE revisions (
    revision BIGINT NOT NULL,
    time TIMESTAMP NOT NULL,
    table_name VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    deleted BOOLEAN NOT NULL,
    body VARCHAR
  )`,
]

export const readMeta = 'SELECT name, value FROM kecs_meta'
export const writeMeta = 'INSERT INTO kecs_meta VALUES ($1, $2)'
export const removeMeta = 'DELETE FROM kecs_meta WHERE name = $1'
export const readSetting = 'SELECT value FROM kecs_meta WHERE name = $1'
export const tableNames = 'SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()'

const newest = 'SELECT arg_max(rowid, revision) FROM revisions GROUP BY table_name, key'

/** table_name, key, body of the state. Bodies are read for the newest revisions alone: most of the file is history. */
export const readState = `SELECT table_name, key, body FROM revisions WHERE rowid IN (${newest}) AND NOT deleted`

export const countRevisions = 'SELECT count(*) FROM revisions'
export const lastRevision = 'SELECT coalesce(max(revision), 0) FROM revisions'

/** Removes history up to a number. What is older than a removal goes with it, so that it cannot come back. */
export const trimHistory = `DELETE FROM revisions WHERE revision <= $1 AND (deleted OR rowid NOT IN (${newest}))`

/** The number up to which history is to go so that about `$1` rows of all stay. */
export const historyBoundary = 'SELECT revision FROM revisions ORDER BY revision DESC LIMIT 1 OFFSET $1'

/** Revisions of rows whose key is `$1`, begins with it as its first word, or ends with it as the last part of an ARN; the newest first. */
export const historyOf = `SELECT revision, epoch_ms(time), table_name, key, body FROM kecs.revisions
  WHERE key = $1 OR starts_with(key, $1 || ' ') OR ends_with(key, '/' || $1) OR ends_with(key, ':' || $1)
    OR contains(key, 'task-definition/' || $1 || ':')
  ORDER BY revision DESC, table_name, key LIMIT $2`

export const firstTime = 'SELECT epoch_ms(min(time)) FROM kecs.revisions'

export const insertRevisions = (rows: number): string =>
  `INSERT INTO revisions VALUES ${Array.from({ length: rows }, (_, row) => `(${placeholders(row)})`).join(', ')}`

export const columns = 6
const placeholders = (row: number): string => Array.from({ length: columns }, (_, column) => `$${row * columns + column + 1}`).join(', ')
