import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CliError } from '../../shared/errors.ts'
import type { Instance } from '../cluster/driver.ts'
import { isMissing, writeAtomically } from '../instance.ts'
import { type MigrationState, stepNames } from './migration.ts'

/** Where a migration that is under way, or was cut off, is written down. */
export const journalFile = ({ folder }: Pick<Instance, 'folder'>): string => join(folder, 'migration.json')

export const keepJournal = async (instance: Pick<Instance, 'folder'>, state: MigrationState | undefined): Promise<void> => {
  if (state === undefined) return rm(journalFile(instance), { force: true })
  await writeAtomically(journalFile(instance), `${JSON.stringify(state, null, 2)}\n`)
}

/** Undefined where no migration is under way. Throws `CliError` for a file that cannot be understood. */
export const readJournal = async (instance: Pick<Instance, 'folder'>): Promise<MigrationState | undefined> => {
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
    'Remove it, and bring the instance back with kecs up: the state is in its data folder.',
  )
}
