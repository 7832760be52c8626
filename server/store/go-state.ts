import { DuckDBInstance } from '@duckdb/node-api'
import { messageOf } from '../../shared/errors.ts'
import { StoreError } from './errors.ts'

/** A row of the Go implementation's state, by column; texts that hold JSON are texts. */
export type GoRow = Readonly<Record<string, unknown>>
/** Rows by table; tables that are not there are absent. */
export type GoTables = Readonly<Record<string, readonly GoRow[]>>

/** Those that it had, in `controlplane/internal/storage/duckdb` of its repository, until it left DuckDB. */
export const goTableNames = [
  'clusters',
  'task_definitions',
  'services',
  'tasks',
  'task_sets',
  'container_instances',
  'attributes',
  'account_settings',
  'elbv2_load_balancers',
  'elbv2_target_groups',
  'elbv2_listeners',
  'elbv2_rules',
  'elbv2_targets',
] as const

/**
 * What the Go implementation of kecs kept in a DuckDB file, read without changing it. Rejects with a `StoreError` for a file
 * that is open elsewhere, is no database, or has none of its tables.
 */
export const readGoState = async (file: string): Promise<GoTables> => {
  let instance: DuckDBInstance
  try {
    instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY', threads: '1' })
  } catch (cause) {
    const isHeld = messageOf(cause).includes('Could not set lock')
    throw new StoreError(
      `${file} cannot be read: ${messageOf(cause)}`,
      isHeld ? 'The kecs that it belongs to has it open: stop that first.' : 'It is to be the DuckDB file of the Go implementation.',
      { cause },
    )
  }
  const connection = await instance.connect()
  try {
    const found = await connection.runAndReadAll("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'")
    const present = new Set(found.getRows().map(([name]) => String(name)))
    const tables: Record<string, readonly GoRow[]> = {}
    for (const name of goTableNames) {
      if (!present.has(name)) continue
      const rows = await connection.runAndReadAll(`SELECT * FROM ${name}`)
      tables[name] = rows.getRowObjectsJson()
    }
    if (tables['clusters'] !== undefined) return tables
    throw new StoreError(
      `${file} has no table of the Go implementation's clusters.`,
      'It is to be the DuckDB file of its data folder; later versions keep their state in PostgreSQL, which is not read.',
    )
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
