// Against an HTTP server that answers TokenReviews as an API server does.
import { afterEach, expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { connect } from '../../shared/kube/index.ts'
import { authenticateAgents } from './authenticate.ts'

const stops: (() => unknown)[] = []
afterEach(() => stops.splice(0).forEach(stop => stop()))

const world = async () => {
  const reviewed: string[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async request => {
      const review: { spec: { token: string } } = JSON.parse(await request.text())
      const { token } = review.spec
      reviewed.push(token)
      const user = {
        username: 'system:serviceaccount:kecs-system:kecs-agent',
        extra: { 'authentication.kubernetes.io/node-name': [token] },
      }
      return Response.json({ ...review, status: token === 'forged' ? { authenticated: false } : { authenticated: true, user } })
    },
  })
  const kubeconfig = JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: server.url.origin } }],
    users: [{ name: 'u', user: {} }],
  })
  const client = await connect({ kubeconfig })
  stops.push(
    () => client.close(),
    () => server.stop(true),
  )
  const clock = new FakeClock()
  return { authenticate: authenticateAgents(client, clock), clock, reviewed }
}

test('a token is asked for once a minute, and is good for its own node', async () => {
  const { authenticate, clock, reviewed } = await world()
  expect([await authenticate('one', 'one'), await authenticate('one', 'one')]).toEqual([true, true])
  expect(reviewed).toEqual(['one'])
  await clock.advance(60_000)
  expect(await authenticate('one', 'one')).toBe(true)
  expect(reviewed).toEqual(['one', 'one'])
  expect(await authenticate('one', 'two')).toBe(false)
})

test('what is refused is not remembered: anybody may send any number of tokens', async () => {
  const { authenticate, reviewed } = await world()
  expect([await authenticate('forged', 'one'), await authenticate('forged', 'one')]).toEqual([false, false])
  expect(reviewed).toEqual(['forged', 'forged'])
})
