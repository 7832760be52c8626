// The client against an HTTP server that misbehaves as API servers do; test/cluster runs it against a real one.
import { afterEach, describe, expect, test } from 'bun:test'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  connect,
  isAlreadyExists,
  isNotFound,
  isUnreachable,
  KubeError,
  kinds,
  waitFor,
  type KubeClient,
  type Pod,
  type WatchEvent,
} from './index.ts'

type Handler = (request: IncomingMessage, response: ServerResponse, text: string) => void

const closing: (() => void)[] = []
afterEach(() => closing.splice(0).forEach(close => close()))

const kubeconfig = (port: number, user: object = {}): string =>
  JSON.stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: 'u', user }],
  })

/** A client of a server that answers its n-th request with the n-th handler, and the requests that came. */
async function serve(handlers: readonly Handler[], user: object = {}): Promise<{ client: KubeClient; requests: string[] }> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const handler = handlers[requests.length]
    requests.push(`${request.method} ${decodeURIComponent(request.url ?? '')}`)
    let text = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    request.on('end', () => (handler ?? status(500, 'Unexpected'))(request, response, text))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const client = await connect({ kubeconfig: kubeconfig(typeof address === 'object' ? (address?.port ?? 0) : 0, user) })
  closing.push(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })
  return { client, requests }
}

const json =
  (value: object, code = 200, headers: Record<string, string> = {}): Handler =>
  (_, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
  }
const status = (code: number, reason: string, headers: Record<string, string> = {}): Handler =>
  json({ kind: 'Status', status: 'Failure', message: `${reason}!`, reason, code }, code, headers)
const hangUp: Handler = request => request.socket.destroy()
const silent: Handler = () => {}

const pod = (name: string, resourceVersion = '1'): Pod => ({ metadata: { name, resourceVersion } })
const podManifest = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', namespace: 'n' } }
const inN = { name: 'a', namespace: 'n' }
const caught = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => error,
  )

describe('transient failures', () => {
  test('what may be repeated is', async () => {
    const { client, requests } = await serve([hangUp, status(503, 'ServiceUnavailable'), json(pod('a'))])
    expect((await client.get(kinds.pod, inN)).metadata?.name).toBe('a')
    expect(requests).toHaveLength(3)
  })

  test('a creation is not, as it may have happened', async () => {
    const { client, requests } = await serve([hangUp, json(pod('a'))])
    expect(isUnreachable(await caught(client.create(podManifest)))).toBe(true)
    expect(requests).toHaveLength(1)
  })

  test('a creation that the server did not look at is', async () => {
    const { client, requests } = await serve([status(429, 'TooManyRequests', { 'retry-after': '0' }), json(pod('a'), 201)])
    await client.create(podManifest)
    expect(requests).toEqual(['POST /api/v1/namespaces/n/pods', 'POST /api/v1/namespaces/n/pods'])
  })

  test('a server that stays away is given up', async () => {
    const { client, requests } = await serve([hangUp, hangUp, hangUp, hangUp, hangUp])
    expect(isUnreachable(await caught(client.version()))).toBe(true)
    expect(requests).toHaveLength(4)
  })

  test('silence ends with the time limit, and with the caller’s signal', async () => {
    const { client } = await serve([silent, silent])
    expect(await caught(client.version({ timeoutMs: 30 }))).toMatchObject({ status: 0, reason: 'Timeout', request: 'GET /version' })
    const reason = new Error('mine')
    const stopping = new AbortController()
    setTimeout(() => stopping.abort(reason), 20)
    expect(await caught(client.version({ signal: stopping.signal }))).toBe(reason)
  })
})

describe('answers', () => {
  test('errors are typed', async () => {
    const { client } = await serve([
      status(409, 'AlreadyExists'),
      status(404, 'NotFound'),
      status(404, 'NotFound'),
      status(404, 'NotFound'),
    ])
    const error = await caught(client.create(podManifest))
    expect(error).toBeInstanceOf(KubeError)
    expect(error).toMatchObject({ status: 409, message: 'AlreadyExists!', request: 'POST /api/v1/namespaces/n/pods' })
    expect(isAlreadyExists(error)).toBe(true)
    expect(isNotFound(await caught(client.get(kinds.pod, inN)))).toBe(true)
    expect(await client.find(kinds.pod, inN)).toBeUndefined()
    expect(await client.remove(kinds.pod, inN)).toBe(false)
  })

  test('a list comes whole', async () => {
    const { client, requests } = await serve([
      json({ metadata: { resourceVersion: '7', continue: 'more' }, items: [pod('a')] }),
      json({ metadata: { resourceVersion: '7' }, items: [pod('b')] }),
    ])
    const { items, resourceVersion } = await client.list(kinds.pod, { labelSelector: 'a=b' })
    expect(items).toEqual([
      { apiVersion: 'v1', kind: 'Pod', ...pod('a') },
      { apiVersion: 'v1', kind: 'Pod', ...pod('b') },
    ])
    expect(resourceVersion).toBe('7')
    expect(requests).toEqual(['GET /api/v1/pods?labelSelector=a=b&limit=500', 'GET /api/v1/pods?labelSelector=a=b&limit=500&continue=more'])
  })

  test('kinds that are not built in are found by asking', async () => {
    const applied: string[] = []
    const apply: Handler = (request, response, text) => {
      applied.push(`${request.headers['content-type']} ${text}`)
      response.end(text)
    }
    const { client, requests } = await serve([
      json({
        resources: [
          { name: 'routes/status', kind: 'Route', namespaced: true },
          { name: 'routes', kind: 'Route', namespaced: true },
        ],
      }),
      apply,
      apply,
    ])
    const route = { apiVersion: 'example.com/v1', kind: 'Route', metadata: { name: 'r', namespace: 'n' } }
    await client.apply(route, { fieldManager: 'kecs', force: true })
    await client.apply(route, { fieldManager: 'kecs' })
    expect(requests).toEqual([
      'GET /apis/example.com/v1',
      'PATCH /apis/example.com/v1/namespaces/n/routes/r?fieldManager=kecs&force=true',
      'PATCH /apis/example.com/v1/namespaces/n/routes/r?fieldManager=kecs',
    ])
    expect(applied[0]).toBe(`application/apply-patch+yaml ${JSON.stringify(route)}`)
  })

  test('log lines are put together from what comes', async () => {
    const bytes = Buffer.from('first\nzwei ümlaut\n\nlast')
    const { client } = await serve([
      (_, response) => {
        response.write(bytes.subarray(0, 12))
        setTimeout(() => response.end(bytes.subarray(12)), 10)
      },
    ])
    const lines: string[] = []
    for await (const line of client.logs(inN)) lines.push(line)
    expect(lines).toEqual(['first', 'zwei ümlaut', '', 'last'])
  })
})

describe('a watch', () => {
  const listed = (version: string, ...items: Pod[]) => json({ metadata: { resourceVersion: version }, items })
  const lines =
    (...events: object[]): Handler =>
    (_, response) => {
      response.end(events.map(event => `${JSON.stringify(event)}\n`).join(''))
    }
  const open =
    (...events: object[]): Handler =>
    (_, response) => {
      response.write(events.map(event => `${JSON.stringify(event)}\n`).join(''))
    }
  const told = (event: WatchEvent<Pod>): string =>
    event.is === 'listed'
      ? `listed ${event.items.map(item => item.metadata?.name).join(' ')}`
      : `${event.is} ${event.object.metadata?.name}`

  async function take(client: KubeClient, count: number): Promise<string[]> {
    const stopping = new AbortController()
    const seen: string[] = []
    for await (const event of client.watch(kinds.pod, { signal: stopping.signal })) {
      seen.push(told(event))
      if (seen.length === count) stopping.abort()
    }
    return seen
  }
  const versions = (requests: readonly string[]) =>
    requests.map(request => new URL(request.slice(4), 'http://x').searchParams.get('resourceVersion'))

  test('goes on from where it broke, bookmarks included', async () => {
    const { client, requests } = await serve([
      listed('5', pod('a')),
      lines({ type: 'ADDED', object: pod('b', '6') }, { type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } }),
      hangUp,
      open({ type: 'DELETED', object: pod('a', '10') }),
    ])
    expect(await take(client, 3)).toEqual(['listed a', 'added b', 'deleted a'])
    expect(versions(requests)).toEqual([null, '5', '9', '9'])
  })

  test('lists again when the server forgot where it was', async () => {
    const { client, requests } = await serve([
      listed('5', pod('a')),
      lines({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' } }),
      listed('20', pod('c')),
      status(410, 'Expired'),
      listed('30', pod('d')),
      open({ type: 'MODIFIED', object: pod('d', '31') }),
    ])
    expect(await take(client, 4)).toEqual(['listed a', 'listed c', 'listed d', 'modified d'])
    expect(versions(requests)).toEqual([null, '5', null, '20', null, '30'])
  })

  test('waits for what is not there yet', async () => {
    const { client } = await serve([listed('1'), open({ type: 'ADDED', object: pod('a', '2') })])
    const found = await waitFor(client, kinds.pod, inN, object => object !== undefined, { signal: AbortSignal.timeout(5000) })
    expect(found?.metadata?.name).toBe('a')
  })

  test('gives up with the signal’s reason', async () => {
    const { client } = await serve([listed('1'), open()])
    expect(
      await caught(waitFor(client, kinds.pod, inN, object => object !== undefined, { signal: AbortSignal.timeout(50) })),
    ).toMatchObject({ name: 'TimeoutError' })
  })
})

describe('credentials', () => {
  const whoami: Handler = (request, response) => {
    response.end(JSON.stringify({ gitVersion: request.headers.authorization ?? 'nobody' }))
  }

  test('a token', async () => {
    const { client } = await serve([whoami], { token: 'secret' })
    expect(await client.version()).toBe('Bearer secret')
  })

  test('a plugin, which is run anew when what it gave is refused', async () => {
    const script =
      'echo "{\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$PREFIX-$(echo "$KUBERNETES_EXEC_INFO" | grep -c ExecCredential)-$$\\"}}"'
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', script],
      env: [{ name: 'PREFIX', value: 'given' }],
    }
    const { client } = await serve([whoami, whoami, status(401, 'Unauthorized'), whoami], { exec })
    const [first, second, third] = [await client.version(), await client.version(), await client.version()]
    expect(first).toMatch(/^Bearer given-1-\d+$/)
    expect(second).toBe(first)
    expect(third).toMatch(/^Bearer given-1-\d+$/)
    expect(third).not.toBe(first)
  })

  test('a plugin that fails says so', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', 'echo no session >&2; exit 1'] }
    const { client } = await serve([], { exec })
    expect(await caught(client.version())).toMatchObject({
      name: 'KubeConfigError',
      message: 'The kubeconfig\'s credential plugin "sh" failed: no session',
    })
  })

  test.each([
    [{ 'auth-provider': { name: 'gcp' } }, /user "u" has an auth-provider, which kecs does not support/],
    [{ as: 'admin' }, /user "u" impersonates another/],
    [{ 'client-certificate': 'cert.pem', 'client-key': 'key.pem' }, /"cert.pem" relative to its own folder, which is not known/],
  ])('%j is refused', async (user, message) => {
    const error = await caught(connect({ kubeconfig: kubeconfig(1, user) }))
    expect(error).toMatchObject({ name: 'KubeConfigError' })
    expect(String(error)).toMatch(message)
  })

  test('a context that is not there is named with those that are', async () => {
    const error = await caught(connect({ kubeconfig: kubeconfig(1), context: 'elsewhere' }))
    expect(error).toMatchObject({ message: 'The kubeconfig has no context "elsewhere"; it has here.' })
    expect(await caught(connect({ kubeconfig: 'just text' }))).toMatchObject({ name: 'KubeConfigError' })
    expect(await caught(connect({ kubeconfig: '' }))).toMatchObject({ name: 'KubeConfigError' })
  })
})

describe('services behind the API server', () => {
  const admin = { namespace: 'kecs-system', name: 'kecs-control-plane', port: 'admin' }
  const proxy = '/api/v1/namespaces/kecs-system/services/kecs-control-plane:admin/proxy'

  test('a request goes to the port of the Service, its body as JSON', async () => {
    let sent = ''
    const { client, requests } = await serve([
      (_, response, text) => {
        sent = text
        response.end('done\n')
      },
    ])
    expect(await client.callService(admin, { method: 'POST', path: '/query?limit=3', body: '{"sql":"SELECT 1"}' })).toBe('done\n')
    expect(requests).toEqual([`POST ${proxy}/query?limit=3`])
    expect(JSON.parse(sent)).toEqual({ sql: 'SELECT 1' })
  })

  test("what the service refuses is an error with the service's words, and is not repeated", async () => {
    const { client, requests } = await serve([(_, response) => response.writeHead(400).end('No such table.\nSee the documentation.')])
    const error = await client.callService(admin, { method: 'POST', path: '/query' }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ status: 400, message: 'No such table.\nSee the documentation.' })
    expect(requests).toHaveLength(1)
  })

  test('a stream is read by lines', async () => {
    const { client, requests } = await serve([(_, response) => response.end('one\ntwo\nthree')])
    const lines: string[] = []
    for await (const line of client.streamService(admin, '/events')) lines.push(line)
    expect(lines).toEqual(['one', 'two', 'three'])
    expect(requests).toEqual([`GET ${proxy}/events`])
  })
})
