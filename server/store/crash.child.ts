import { systemClock } from '../../shared/clock.ts'
import { openStore } from './open.ts'
import { silentLog } from './store-log.ts'
import type { TableDefinition } from './store.ts'

/** Run by `open.test.ts` to be killed: commits without end, and prints each number once its commit is acknowledged. */

export interface NumberRow {
  readonly number: number
  readonly text: string
}
export const numbers: TableDefinition<NumberRow> = { name: 'numbers', key: row => String(row.number) }

const folder = process.argv[2]
if (import.meta.main && folder !== undefined) {
  const store = await openStore({ folder, clock: systemClock, log: silentLog })
  console.log('open')
  const commitFrom = async (first: number): Promise<void> => {
    for (let number = first; ; number += 5) {
      await store.commit(tx => tx.put(numbers, { number, text: 'x'.repeat(number % 3000) }))
      console.log(number)
    }
  }
  await Promise.all([0, 1, 2, 3, 4].map(commitFrom))
}
