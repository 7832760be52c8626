import { expect, test } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withLock } from '../instance-lock.ts'
import { cutOffMigration, journalFile, keepJournal, readJournal, refuseStale } from './journal.ts'
import type { MigrationState } from './migration.ts'

const state: MigrationState = {
  id: 'm1',
  from: 'in-cluster',
  to: 'legacy',
  legacy: { ports: { first: 9200, last: 9204 } },
  direction: 'there',
  begun: ['hand over', 'start'],
}

const withFolder = async (work: (instance: { readonly name: string; readonly folder: string }) => Promise<void>): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-journal-'))
  try {
    await work({ name: 'staging', folder })
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('a journal is read as it was kept, until it is taken away', () =>
  withFolder(async instance => {
    expect(await readJournal(instance)).toBeUndefined()
    await keepJournal(instance, state)
    expect(await readJournal(instance)).toEqual(state)
    await keepJournal(instance, undefined)
    expect(await readJournal(instance)).toBeUndefined()
  }))

test.each(['', '{}', JSON.stringify({ ...state, begun: ['paint'] }), JSON.stringify({ ...state, to: 'moon' })])(
  'one that says %j is not gone on with',
  text =>
    withFolder(async instance => {
      await writeFile(journalFile(instance), text)
      await expect(readJournal(instance)).rejects.toThrow('cannot be understood')
    }),
)

test('a migration was cut off when its journal is there and nobody is at work', () =>
  withFolder(async instance => {
    expect(await cutOffMigration(instance)).toBeUndefined()
    await keepJournal(instance, state)
    await withLock(instance.folder, 'migrate', async () => expect(await cutOffMigration(instance)).toBeUndefined())
    expect(await cutOffMigration(instance)).toEqual(state)
  }))

test('a journal that another kecs changed between reading and the lock is not gone on with', () =>
  withFolder(async instance => {
    await refuseStale(instance, undefined)
    await keepJournal(instance, state)
    await refuseStale(instance, await readJournal(instance))
    for (const read of [undefined, { ...state, direction: 'back' as const }]) {
      await expect(refuseStale(instance, read)).rejects.toMatchObject({ remedy: expect.stringContaining('kecs status --name staging') })
    }
  }))
