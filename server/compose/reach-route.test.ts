import { expect, test } from 'bun:test'
import { reachRoute } from './reach-route.ts'

const ask = async (body: object): Promise<Response> => {
  const route = reachRoute({
    resolve: async name => {
      if (name === 'there.test') return ['10.96.0.7']
      throw Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })
    },
    connect: async (host, port) => {
      if (host !== '10.96.0.254' || port !== 80) throw new Error('refused')
    },
  })
  return route.handle(new Request('http://admin/reach', { method: 'POST', body: JSON.stringify(body) }))
}

test('names with their addresses, or why there are none; whether an address is answered', async () => {
  expect(await (await ask({ names: ['there.test', 'gone.test'], address: '10.96.0.254:80' })).json()).toEqual({
    names: { 'there.test': { addresses: ['10.96.0.7'] }, 'gone.test': { why: 'ENOTFOUND' } },
    isAnswered: true,
  })
  expect(await (await ask({ names: [], address: '10.96.0.253:80' })).json()).toEqual({ names: {}, isAnswered: false })
  expect(await (await ask({ names: [] })).json()).toEqual({ names: {} })
})

test.each([[{}], [{ names: ['a'], address: 'http://10.0.0.1' }], [{ names: [1] }]])('%j is refused', async body => {
  const refused = await ask(body)
  expect(refused.status).toBe(400)
  expect(await refused.text()).toContain('names; if wanted address (IPv4:PORT)')
})

test('this machine: what listens is answered, what does not is not', async () => {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => undefined } })
  const connect = async (port: number): Promise<unknown> => {
    const request = new Request('http://admin/reach', { method: 'POST', body: JSON.stringify({ names: [], address: `127.0.0.1:${port}` }) })
    return (await reachRoute().handle(request)).json()
  }
  expect(await connect(listener.port)).toEqual({ names: {}, isAnswered: true })
  listener.stop(true)
  expect(await connect(listener.port)).toEqual({ names: {}, isAnswered: false })
})
