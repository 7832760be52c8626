import type { Clock } from '../../shared/clock.ts'
import type { Gate } from './gate.ts'
import type { Reconciling } from './reconcilers.ts'

export interface QuietParts {
  readonly clock: Clock
  readonly reconciling: Pick<Reconciling, 'controller'>
  readonly gate: Gate
}

/** Something did not come to an end in time: nothing was done. */
export class StillBusy extends Error {}

/** After this reconcilers that run are interrupted: what they wait for may be a request that nobody will answer. Milliseconds. */
const patienceMs = 10_000
/**
 * How long calls and reconcilers that run may take to end. More than a call's request to a backend that does not answer
 * takes to fail, which is half a minute. Milliseconds.
 */
const settleLimitMs = 75_000

/**
 * Runs `work` while nobody else touches the state: calls that run end first, those that come wait, and reconcilers rest.
 * All of them look at everything anew afterwards. One at a time: what else is to run so comes after. Rejects with
 * `StillBusy` when they do not come to an end.
 */
export const whileQuiet = async <Answer>(parts: QuietParts, work: () => Promise<Answer>): Promise<Answer> =>
  parts.gate.alone(() => aloneAndQuiet(parts, work))

const aloneAndQuiet = async <Answer>(
  { clock, reconciling: { controller }, gate }: QuietParts,
  work: () => Promise<Answer>,
): Promise<Answer> => {
  try {
    // Both begin at once: a call may wait for nothing that a reconciler does, nor the other way round.
    const quiet = Promise.all([gate.close(), controller.pause()])
    let isQuiet = await within(patienceMs, quiet, clock)
    if (!isQuiet) {
      controller.interrupt(new Error('the state is to be held still'))
      isQuiet = await within(settleLimitMs - patienceMs, quiet, clock)
    }
    if (!isQuiet)
      throw new StillBusy(`After ${settleLimitMs / 1000} s there still ran: ${whatRuns([...gate.running(), ...controller.running()])}.`)
    return await work()
  } finally {
    controller.resume()
    controller.wakeAll()
    gate.open()
  }
}

/** The first few; none where the last one ended just now. */
const whatRuns = (running: readonly string[]): string =>
  [...running.slice(0, 5), ...(running.length > 5 ? [`${running.length - 5} more`] : [])].join(', ')

/** Whether `work` is done before the time is up; it goes on either way. */
const within = async (milliseconds: number, work: Promise<unknown>, clock: Clock): Promise<boolean> => {
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const cancel = clock.after(milliseconds, () => resolve(false))
  return Promise.race([work.then(() => true), late]).finally(cancel)
}
