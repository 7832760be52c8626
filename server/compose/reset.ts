import type { Clock } from '../../shared/clock.ts'
import type { Logger } from '../log.ts'
import type { ClusterRef, Runtime } from '../runtime/runtime.ts'
import type { Store } from '../store/store.ts'
import { clusters } from '../store/tables.ts'
import type { Gate } from './gate.ts'
import type { Reconciling } from './reconcilers.ts'

export interface ResetParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly runtime: Runtime
  readonly reconciling: Pick<Reconciling, 'controller' | 'rooms'>
  readonly gate: Gate
}

export interface ResetReport {
  readonly clusters: number
  readonly tasks: number
  readonly milliseconds: number
}

/** Something did not come to an end in time: nothing was removed. */
export class ResetBusy extends Error {}

/** How long calls and reconcilers that run may take to end. Milliseconds. */
const settleLimitMs = 30_000
/** How many clusters' rooms are removed at once. */
const abreast = 32

/**
 * Empties the instance: every row, every task, every cluster's room. Calls that run end first and those that come wait
 * until it is done, so none sees half of it. Tasks are not given their stop timeout. On Kubernetes their pods are gone
 * when it resolves and the namespaces are going: a cluster of the same name waits for that. What the answer's function
 * is asked for while it runs is the same reset. Rejects with `ResetBusy`, and with what the runtime throws: then the rows
 * are still there and it may be asked for again.
 */
export const createReset = (parts: ResetParts): (() => Promise<ResetReport>) => {
  let running: Promise<ResetReport> | undefined
  return () => (running ??= reset(parts).finally(() => (running = undefined)))
}

const reset = async ({ store, clock, log, runtime, reconciling: { controller, rooms }, gate }: ResetParts): Promise<ResetReport> => {
  const began = clock.now()
  try {
    // Both begin at once: a call may wait for nothing that a reconciler does, nor the other way round.
    const quiet = Promise.all([gate.close(), controller.pause()])
    if (!(await within(settleLimitMs, quiet, clock))) throw new ResetBusy(`Calls or reconcilers still ran after ${settleLimitMs / 1000} s.`)
    const refs: ClusterRef[] = Array.from(store.table(clusters).all(), ({ cluster, namespace }) => ({
      clusterArn: cluster.clusterArn,
      namespace,
    }))
    const tasks = [...runtime.list()]
    for (let first = 0; first < refs.length; first += abreast) {
      await Promise.all(refs.slice(first, first + abreast).map(ref => rooms.remove(ref)))
    }
    // Of clusters that no row tells of.
    await Promise.all([...runtime.list()].map(task => runtime.release(task)))
    await store.clear()
    controller.forget()
    const report = { clusters: refs.length, tasks: tasks.length, milliseconds: clock.now() - began }
    log.info(report, 'emptied')
    return report
  } finally {
    controller.resume()
    controller.wakeAll()
    gate.open()
  }
}

/** Whether `work` is done before the time is up; it goes on either way. */
const within = async (milliseconds: number, work: Promise<unknown>, clock: Clock): Promise<boolean> => {
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const cancel = clock.after(milliseconds, () => resolve(false))
  return Promise.race([work.then(() => true), late]).finally(cancel)
}
