import { Type } from '@sinclair/typebox'
import { expect, test } from 'bun:test'
import { jsonRoute } from './json-route.ts'

const shape = Type.Object({
  sql: Type.String({ minLength: 1 }),
  at: Type.Optional(Type.Number({ description: 'milliseconds since 1970' })),
  limit: Type.Optional(Type.Integer()),
})
const ask = async (body: string): Promise<readonly [number, string]> => {
  const route = jsonRoute('/query', shape, async ({ sql }) => (sql === 'no' ? new Response('refused', { status: 409 }) : { sql }))
  const response = await route.handle(new Request('http://admin/query', { method: 'POST', body }))
  return [response.status, await response.text()]
}

test('a body of the shape is answered as JSON, or with what the route itself answers', async () => {
  expect(await ask('{"sql":"select 1"}')).toEqual([200, '{"sql":"select 1"}'])
  expect(await ask('{"sql":"no"}')).toEqual([409, 'refused'])
})

test('what is no JSON, or none of the shape, is told what belongs into it', async () => {
  const told = 'What is asked for is JSON: sql; if wanted at (milliseconds since 1970), limit.\n'
  for (const body of ['', 'select 1', '[]', 'null', '{}', '{"sql":""}', '{"sql":"x","at":"now"}'])
    expect(await ask(body)).toEqual([400, told])
})
