import { Type } from '@sinclair/typebox'
import { type AdminRoute, refuseAdmin } from '../http/admin.ts'
import { jsonRoute } from '../http/json-route.ts'
import { QueryError, type StateReader } from '../store/reader.ts'

const queryBody = Type.Object({
  sql: Type.String({ minLength: 1, maxLength: 100_000 }),
  at: Type.Optional(Type.Number({ minimum: 0, description: 'milliseconds since 1970' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
})

const historyBody = Type.Object({
  resource: Type.String({ minLength: 1, maxLength: 2048 }),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
})

const queryTimeoutMs = 60_000

/** `POST /query` and `POST /history`: what `kecs query` and `kecs history` ask. 400 with what is wrong, as text. */
export const stateRoutes = (reader: StateReader): readonly AdminRoute[] => [
  jsonRoute('/query', queryBody, async ({ sql, at, limit = 10_000 }) => {
    const begins = at === undefined ? undefined : await reader.historyBegins()
    if (at !== undefined && begins !== undefined && at < begins) {
      return refuseAdmin(`Nothing is known of that time: history begins at ${new Date(begins).toISOString()}.`)
    }
    return answering(() => reader.query({ sql, limit, timeoutMs: queryTimeoutMs, ...(at === undefined ? {} : { at }) }))
  }),
  jsonRoute('/history', historyBody, ({ resource, limit = 100 }) =>
    answering(async () => ({ entries: await reader.history(resource, limit), begins: await reader.historyBegins() })),
  ),
]

const answering = async (answer: () => Promise<object>): Promise<Response | object> => {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof QueryError) return refuseAdmin(error.message)
    throw error
  }
}
