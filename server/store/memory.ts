import { type Clock, systemClock } from '../../shared/clock.ts'
import type { Journal } from './journal.ts'
import { JournaledStore } from './journaled-store.ts'
import { silentLog } from './store-log.ts'

/**
 * A store that forgets everything, for tests of other parts: the tables and commits of the real one over a journal
 * that acknowledges at once. Rows are frozen, so that a test shows who changes one in place.
 */
export const memoryStore = (options: { readonly clock?: Clock; readonly journal?: Journal } = {}): JournaledStore =>
  new JournaledStore(
    { journal: options.journal ?? forgetful, clock: options.clock ?? systemClock, log: silentLog, onPut: deepFreeze },
    { lastRevision: 0, rows: [] },
  )

const forgetful: Journal = {
  load: async () => ({ lastRevision: 0, rows: [] }),
  append: async () => {},
  close: async () => {},
}

const deepFreeze = (value: object): void => {
  if (Object.isFrozen(value)) return
  Object.freeze(value)
  for (const member of Object.values(value)) {
    if (typeof member === 'object' && member !== null) deepFreeze(member)
  }
}
