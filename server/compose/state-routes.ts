import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { type AdminRoute, refuseAdmin } from '../http/admin.ts'
import { QueryError, type StateReader } from '../store/reader.ts'

const queryBody = Type.Object({
  sql: Type.String({ minLength: 1, maxLength: 100_000 }),
  /** Milliseconds since the epoch. */
  at: Type.Optional(Type.Number({ minimum: 0 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
})

const historyBody = Type.Object({
  resource: Type.String({ minLength: 1, maxLength: 2048 }),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
})

const queryTimeoutMs = 60_000

/** `POST /query` and `POST /history`: what `kecs query` and `kecs history` ask. 400 with what is wrong, as text. */
export const stateRoutes = (reader: StateReader): readonly AdminRoute[] => [
  {
    method: 'POST',
    path: '/query',
    handle: async request => {
      const body: unknown = await request.json().catch(() => undefined)
      if (!Value.Check(queryBody, body)) return refuseAdmin('A query is JSON: sql, and if wanted at (milliseconds) and limit.')
      const { sql, at, limit = 10_000 } = body
      const begins = at === undefined ? undefined : await reader.historyBegins()
      if (at !== undefined && begins !== undefined && at < begins) {
        return refuseAdmin(`Nothing is known of that time: history begins at ${new Date(begins).toISOString()}.`)
      }
      return answering(() => reader.query({ sql, limit, timeoutMs: queryTimeoutMs, ...(at === undefined ? {} : { at }) }))
    },
  },
  {
    method: 'POST',
    path: '/history',
    handle: async request => {
      const body: unknown = await request.json().catch(() => undefined)
      if (!Value.Check(historyBody, body)) return refuseAdmin('What is asked for is JSON: resource, and if wanted limit.')
      const { resource, limit = 100 } = body
      return answering(async () => ({ entries: await reader.history(resource, limit), begins: await reader.historyBegins() }))
    },
  },
]

const answering = async (answer: () => Promise<object>): Promise<Response> => {
  try {
    return Response.json(await answer())
  } catch (error) {
    if (error instanceof QueryError) return refuseAdmin(error.message)
    throw error
  }
}
