import { join } from 'node:path'
import type { Instance } from '../cluster/driver.ts'
import { withLock } from '../instance-lock.ts'
import { forgetInstance, listInstances, writeInstance } from '../instance.ts'

/** An instance's settings, seen by every other `kecs up` before anything is made of them. */
export interface Claim {
  readonly instance: Instance
  /** The other ones that there are. */
  readonly others: readonly Instance[]
  /** Makes the settings stay, as they are given: they may have become more. */
  keep(instance: Instance): Promise<void>
  /** Puts back what was remembered before, unless the claim was kept. */
  drop(): Promise<void>
}

export interface ClaimRequest {
  readonly home: string
  /** What the user typed, for the lock. */
  readonly command: string
  readonly name: string
  readonly remembered: Instance | undefined
  /** The instance among those that there are. What it throws ends the claim. */
  readonly settle: (others: readonly Instance[]) => Promise<Instance>
}

/** How long another process may choose its ports. Milliseconds. */
const patience = 10_000

/** Settles an instance while nobody else does: of two that begin at once, the second sees the first one's ports as taken. */
export const claimInstance = (request: ClaimRequest): Promise<Claim> => {
  const { home, command, name, remembered, settle } = request
  // A name that no instance can have.
  return withLock(
    join(home, '.claims'),
    command,
    async () => {
      const others = (await listInstances(home)).filter(other => other.name !== name)
      const instance = await settle(others)
      await writeInstance(instance)
      return claimOf(instance, others, remembered)
    },
    patience,
  )
}

const claimOf = (instance: Instance, others: readonly Instance[], remembered: Instance | undefined): Claim => {
  let isKept = false
  return {
    instance,
    others,
    keep: async whole => {
      await writeInstance(whole)
      isKept = true
    },
    drop: async () => {
      if (isKept) return
      if (remembered !== undefined) return writeInstance(remembered)
      await forgetInstance(instance)
    },
  }
}
