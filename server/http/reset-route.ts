import { messageOf } from '../../shared/errors.ts'
import type { AdminRoute } from './admin.ts'

/**
 * `POST /_kecs/reset`, which empties the instance and answers how much there was. 403 where the instance was not started
 * with `--allow-reset`. 503 where it did not come to it; it may be asked for again.
 */
export const resetRoute = (reset: (() => Promise<object>) | undefined): AdminRoute => ({
  method: 'POST',
  path: '/_kecs/reset',
  handle: async () => {
    if (reset === undefined) return new Response(notAllowed, { status: 403 })
    try {
      return Response.json(await reset())
    } catch (error) {
      return new Response(`It was not emptied: ${messageOf(error)}\nAsk again.\n`, { status: 503 })
    }
  },
})

const notAllowed = 'This instance may not be emptied.\nStart it with --allow-reset: kecs up --allow-reset, or kecs serve --allow-reset.\n'
