import { expect, test } from 'bun:test'
import { createServer } from 'node:http'
import { connect } from '../../shared/kube/index.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { administrators } from './administrators.ts'

test("a token is good when Kubernetes says that it is the administrator's, for a minute without asking again", async () => {
  const asked: { token: string; audiences: string[] }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      const review = JSON.parse(text)
      asked.push(review.spec)
      const users: Record<string, string> = {
        good: 'system:serviceaccount:kecs-system:kecs-admin',
        other: 'system:serviceaccount:demo:default',
      }
      const username = users[review.spec.token]
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          ...review,
          status: username === undefined ? { authenticated: false } : { authenticated: true, user: { username } },
        }),
      )
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const kubeconfig = JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'u', user: {} }],
  })
  const client = await connect({ kubeconfig })
  const clock = new FakeClock()
  const isAdministrator = administrators(client, clock)
  try {
    expect(await isAdministrator('')).toBe(false)
    expect(await isAdministrator('made up')).toBe(false)
    expect(await isAdministrator('other')).toBe(false)
    expect(await isAdministrator('good')).toBe(true)
    expect(await isAdministrator('good')).toBe(true)
    expect(asked.map(({ token }) => token)).toEqual(['made up', 'other', 'good'])
    expect(asked[0]?.audiences).toEqual(['kecs-admin'])
    await clock.advance(60_001)
    expect(await isAdministrator('good')).toBe(true)
    expect(asked).toHaveLength(4)
  } finally {
    client.close()
    server.close()
  }
})
