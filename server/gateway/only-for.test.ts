import { expect, test } from 'bun:test'
import { onlyFor } from './only-for.ts'

const ask = async (secret: string | undefined, shown?: string): Promise<Response> =>
  onlyFor(
    secret,
    () => new Response('keys'),
  )(new Request('http://a/', { headers: shown === undefined ? {} : { 'x-kecs-gateway-secret': shown } }))

test('where there is a secret, who does not show it is told nothing', async () => {
  expect(await (await ask('s3cret', 's3cret')).text()).toBe('keys')
  for (const shown of [undefined, '', 's3cre', 's3cret2']) {
    const refused = await ask('s3cret', shown)
    expect(refused.status).toBe(403)
    expect(await refused.text()).not.toContain('keys')
  }
})

test('where there is none, all are told', async () => {
  expect((await ask(undefined)).status).toBe(200)
})
