import type { Static, TObject } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { type AdminRoute, refuseAdmin } from './admin.ts'

/** A POST route of the administration port whose body is JSON of a shape: 400 with what belongs into it where it is not. */
export const jsonRoute = <Shape extends TObject>(
  path: string,
  shape: Shape,
  answer: (body: Static<Shape>) => Promise<Response | object>,
): AdminRoute => ({
  method: 'POST',
  path,
  handle: async request => {
    const body: unknown = await request.json().catch(() => undefined)
    if (!Value.Check(shape, body)) return refuseAdmin(`What is asked for is JSON: ${membersOf(shape)}.`)
    const answered = await answer(body)
    return answered instanceof Response ? answered : Response.json(answered)
  },
})

/** Such as `sql; if wanted at (milliseconds), limit`, with what a member's schema says of it. */
const membersOf = ({ properties, required = [] }: TObject): string => {
  const named = (names: readonly string[]): string =>
    names.map(name => (properties[name]?.description === undefined ? name : `${name} (${properties[name].description})`)).join(', ')
  const optional = Object.keys(properties).filter(name => !required.includes(name))
  return [named(required), ...(optional.length === 0 ? [] : [`if wanted ${named(optional)}`])].filter(part => part !== '').join('; ')
}
