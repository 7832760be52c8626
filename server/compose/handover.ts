import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { type AdminRoute, refuseAdmin } from '../http/admin.ts'
import { refuseForeignOrigin } from '../http/cors.ts'
import type { Logger } from '../log.ts'
import { digestOf, type Handover, retractHandover, type StateDigest, writeHandover } from '../store/handover.ts'
import type { Snapshots } from '../store/snapshots.ts'
import type { Store } from '../store/store.ts'
import { type QuietParts, StillBusy, whileQuiet } from './quiet.ts'

export interface HandoverParts extends QuietParts {
  readonly store: Store
  readonly log: Logger
  readonly snapshots: Pick<Snapshots, 'takeBefore'>
  /** The data folder. */
  readonly folder: string
  /** What this control plane was left when it began. */
  readonly taken: Handover | undefined
}

export interface Moving {
  /** `POST /handover/begin` and `/handover/end`, `GET /handover`: what `kecs migrate` asks. */
  readonly routes: readonly AdminRoute[]
  stop(): void
}

/** What is given away: the same is in a snapshot. */
interface Held {
  readonly id: string
  readonly tables: StateDigest
  readonly snapshot: string
}

/** How long calls are held back for a migration that does not go on: then this control plane goes on itself. Milliseconds. */
const longestHoldMs = 90_000
const beginBody = Type.Object({ id: Type.String({ minLength: 1, maxLength: 100 }) })

/**
 * Gives the state away: calls and reconcilers rest from then on, and what is left is written down beside the state, for
 * the next control plane to check. Whoever asked ends this process next, or has it go on.
 */
export const createHandover = (parts: HandoverParts): Moving => {
  const { store, clock, log, folder, gate, snapshots, taken } = parts
  let held: (Held & { readonly goOn: () => void }) | undefined
  /** One that is asked for and not held yet: whoever asks again waits for the same. */
  let beginning: { readonly id: string; readonly held: Promise<Held> } | undefined

  const hold = async (id: string): Promise<Held> => {
    const { promise: begun, resolve, reject } = Promise.withResolvers<Held>()
    const holding = whileQuiet(parts, async () => {
      const tables = digestOf(await store.dump())
      const { name: snapshot } = await snapshots.takeBefore('migration', await store.dump())
      await writeHandover(folder, { id, tables, isTaken: false })
      const { promise: ended, resolve: end } = Promise.withResolvers<void>()
      const cancel = clock.after(longestHoldMs, end)
      held = { id, tables, snapshot, goOn: end }
      log.info({ id }, 'the state is held still, to be handed over')
      resolve({ id, tables, snapshot })
      await ended
      cancel()
      held = undefined
      await retractHandover(folder)
      log.info({ id }, 'the state was not handed over: going on')
    })
    holding.catch(reject)
    return begun
  }
  const begin = (id: string): Promise<Held> => {
    beginning ??= { id, held: hold(id).finally(() => (beginning = undefined)) }
    return beginning.held
  }

  return {
    routes: [
      {
        method: 'GET',
        path: '/handover',
        handle: () => Response.json({ isHeld: held !== undefined, ...(taken === undefined ? {} : { taken }) }),
      },
      {
        method: 'POST',
        path: '/handover/begin',
        handle: async request => {
          const refused = refuseForeignOrigin(request)
          if (refused !== undefined) return refused
          const body: unknown = await request.json().catch(() => undefined)
          if (!Value.Check(beginBody, body)) return refuseAdmin('What is asked for is JSON: id.')
          const before = held ?? beginning
          if (before !== undefined && before.id !== body.id) return refuseAdmin('The state is held still for another migration.', 409)
          try {
            const { id, tables, snapshot } = held ?? (await begin(body.id))
            return Response.json({ id, tables, snapshot })
          } catch (error) {
            if (error instanceof StillBusy) return refuseAdmin(`${error.message}\nTry again.`, 409)
            throw error
          }
        },
      },
      {
        method: 'POST',
        path: '/handover/end',
        handle: request => {
          const refused = refuseForeignOrigin(request)
          if (refused !== undefined) return refused
          held?.goOn()
          return Response.json({})
        },
      },
    ],
    stop: () => {
      if (held !== undefined) gate.turnAway(new Error('the control plane moves to another place: try again'))
    },
  }
}
