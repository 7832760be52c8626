import { type Static, type TObject, Type } from '@sinclair/typebox'
import { type AdminRoute, refuseAdmin } from '../http/admin.ts'
import { jsonRoute } from '../http/json-route.ts'
import { StoreError } from '../store/errors.ts'
import type { Snapshot, Snapshots } from '../store/snapshots.ts'
import { StillBusy } from './quiet.ts'
import type { ResetParts } from './reset.ts'
import { restore } from './restore.ts'

const named = Type.Object({ name: Type.String() })
const takeBody = Type.Object({ name: Type.Optional(Type.String()) })
const importBody = Type.Object({ name: Type.String(), content: Type.String({ description: 'base64' }) })

/**
 * What `kecs snapshot` asks: `GET /snapshots`, and `POST /snapshots/take`, `/restore`, `/export`, `/import` and `/delete`.
 * Files come and go as base64, as the way through the API server is for text. 400 with what is wrong, as text.
 */
export const snapshotRoutes = (parts: ResetParts & { readonly snapshots: Snapshots }): readonly AdminRoute[] => {
  const { snapshots, store } = parts
  return [
    { method: 'GET', path: '/snapshots', handle: async () => Response.json((await snapshots.list()).map(shown)) },
    post('take', takeBody, async ({ name }) => {
      const taken = await snapshots.take(await store.dump(), name === undefined ? {} : { name })
      return { ...shown(taken), rows: taken.rows }
    }),
    post('restore', named, ({ name }) => restore(parts, name)),
    post('export', named, async ({ name }) => ({ name, content: Buffer.from(await snapshots.content(name)).toString('base64') })),
    post('import', importBody, async ({ name, content }) => shown(await snapshots.add(name, Buffer.from(content, 'base64')))),
    post('delete', named, async ({ name }) => {
      await snapshots.remove(name)
      return { name }
    }),
  ]
}

const shown = ({ name, bytes, head }: Snapshot) => ({ name, bytes, ...(head === undefined ? { isDamaged: true } : head) })

/** What it throws for the person who asks is 400, or 409 where asking again may help. */
const post = <Shape extends TObject>(verb: string, shape: Shape, answer: (body: Static<Shape>) => Promise<object>): AdminRoute =>
  jsonRoute(`/snapshots/${verb}`, shape, async body => {
    try {
      return await answer(body)
    } catch (error) {
      if (error instanceof StoreError) return refuseAdmin(`${error.message}\n${error.remedy}`)
      if (error instanceof StillBusy) return refuseAdmin(`${error.message}\nTry again.`, 409)
      throw error
    }
  })
