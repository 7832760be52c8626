import { refuseForeignOrigin } from './cors.ts'
import type { AdminRoute } from './admin.ts'

/**
 * `POST /_kecs/reset`, which empties the instance and answers how much there was. 403 where the instance was not started
 * with `--allow-reset`, and for pages of foreign origins: a POST needs no preflight. 503 where it did not come to it; it
 * may be asked for again.
 */
export const resetRoute = (reset: (() => Promise<object>) | undefined): AdminRoute => ({
  method: 'POST',
  path: '/_kecs/reset',
  handle: async request => {
    const refused = refuseForeignOrigin(request)
    if (refused !== undefined) return refused
    if (reset === undefined) return Response.json({ message: notAllowed }, { status: 403 })
    try {
      return Response.json(await reset())
    } catch (error) {
      return Response.json({ message: error instanceof Error ? error.message : String(error) }, { status: 503 })
    }
  },
})

const notAllowed = 'This instance may not be emptied: start it with kecs up --allow-reset, or kecs serve --allow-reset.'
