import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { CliError, isMissing } from '../../shared/errors.ts'
import type { Instance } from '../cluster/driver.ts'
import { upCommand, withName, writeAtomically } from '../instance.ts'
import { heldLock } from '../instance-lock.ts'
import { type MigrationState, stepNames } from './migration.ts'

/** Where a migration that is under way, or was cut off, is written down. */
export const journalFile = ({ folder }: Pick<Instance, 'folder'>): string => join(folder, 'migration.json')

export const keepJournal = async (instance: Pick<Instance, 'folder'>, state: MigrationState | undefined): Promise<void> => {
  if (state === undefined) return rm(journalFile(instance), { force: true })
  await writeAtomically(journalFile(instance), `${JSON.stringify(state, null, 2)}\n`)
}

/** Undefined where no migration is under way. Throws `CliError` for a file that cannot be understood. */
export const readJournal = async (instance: Pick<Instance, 'folder' | 'name'>): Promise<MigrationState | undefined> => {
  let text: string
  try {
    text = await readFile(journalFile(instance), 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
  try {
    const state: MigrationState = JSON.parse(text)
    const sides: readonly unknown[] = ['legacy', 'in-cluster']
    const names: readonly string[] = stepNames
    const isWhole =
      typeof state.id === 'string' &&
      sides.includes(state.from) &&
      sides.includes(state.to) &&
      typeof state.legacy.ports.first === 'number' &&
      (state.direction === 'there' || state.direction === 'back') &&
      state.begun.every(name => names.includes(name))
    if (isWhole) return state
  } catch {
    // Said below.
  }
  throw new CliError(
    `${journalFile(instance)} cannot be understood.`,
    `Remove it, and bring the instance back with ${upCommand(instance.name)}: the state is in its data folder.`,
  )
}

/** A migration that nobody goes on with: its kecs was killed, or could not even go back. Throws `CliError` as `readJournal`. */
export const cutOffMigration = async (instance: Pick<Instance, 'folder' | 'name'>): Promise<MigrationState | undefined> => {
  const state = await readJournal(instance)
  return state === undefined || (await heldLock(instance.folder)) === 'held' ? undefined : state
}

/**
 * For whoever has the lock now and read the journal before: another kecs may have moved the control plane meanwhile, or
 * brought a migration to its end. Throws `CliError` where the journal is not as it was read.
 */
export const refuseStale = async (instance: Pick<Instance, 'folder' | 'name'>, read: MigrationState | undefined): Promise<void> => {
  if (isDeepStrictEqual(await readJournal(instance), read)) return
  throw new CliError(
    'Another kecs went on with a migration of this instance meanwhile, or ended it.',
    `See where its control plane is: ${withName('kecs status', instance.name)}`,
  )
}
