import type { ClusterDriver, Instance } from '../cluster/driver.ts'
import type { Steps } from '../output/steps.ts'
import { checkDoor, checkDisk, leastFree } from './preflight.ts'

export interface SimulatedUp {
  readonly instance: Instance
  /** As it was when it was last brought up. */
  readonly remembered: Instance | undefined
  readonly others: readonly Instance[]
  readonly driver: ClusterDriver
  readonly home: string
  readonly steps: Steps
  readonly signal: AbortSignal
  /** Remembers the instance before anything is made. */
  readonly remember: () => Promise<void>
}

/** Brings up a simulated instance: a background process, or nothing when it already runs as it should. */
export const upSimulated = async (up: SimulatedUp): Promise<void> => {
  const { instance, remembered, driver, steps, signal } = up
  const state = await driver.state(instance, signal)
  const title = 'Control plane, with simulated tasks'
  if (state.is === 'running' && remembered !== undefined && isSame(remembered, instance)) {
    await up.remember()
    return steps.run(title, step => Promise.resolve(step.done(`${title}: already running`)))
  }
  await steps.run(title, async ({ progress, done }) => {
    if (state.is === 'running') {
      progress('restarting it as asked for')
      await driver.stop(instance, { signal, progress })
    }
    await checkDisk(up.home, leastFree.simulated)
    await checkDoor(instance, up.others)
    await up.remember()
    await driver.create(instance, { signal, progress })
    done(state.is === 'absent' ? title : `${title}: ${state.is === 'running' ? 'restarted' : 'started again'}`)
  })
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const isSame = (before: Instance, after: Instance): boolean =>
  before.version === after.version &&
  before.backend === after.backend &&
  before.allowReset === after.allowReset &&
  before.unknownRoles === after.unknownRoles &&
  before.traces === after.traces &&
  sameJson(before.keys, after.keys)
