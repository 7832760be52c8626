import { expect, test } from 'bun:test'
import { createAdmin } from './admin.ts'
import { createMetrics } from './metrics.ts'

test('the administration port answers health, readiness, metrics and what other parts add', async () => {
  let ready = false
  let trouble: string | undefined
  const metrics = createMetrics()
  metrics.observe({ service: 'ecs', operation: 'RunTask', status: 200, seconds: 0.003 })
  const admin = createAdmin({
    health: () => ({ version: '1', instance: 'i', runtime: 'kubernetes', simulated: false, components: {} }),
    ready: () => ready,
    trouble: async () => trouble,
    metrics,
    routes: [{ method: 'POST', path: '/query', handle: async request => new Response(`asked ${await request.text()}`) }],
  })
  const listening = await admin.listen('127.0.0.1', 0)
  const get = async (path: string): Promise<Response> => fetch(listening.url + path)

  expect((await get('/ready')).status).toBe(503)
  ready = true
  expect((await get('/ready')).status).toBe(200)
  trouble = 'the disk is full'
  expect((await get('/ready')).status).toBe(503)
  expect(await (await get('/ready')).text()).toBe('the state cannot be written: the disk is full\n')
  // As Kubernetes asks: a control plane that refuses changes is still the one to ask.
  expect((await get('/ready?for=answers')).status).toBe(200)
  ready = false
  expect((await get('/ready?for=answers')).status).toBe(503)
  expect(await (await get('/health')).json()).toMatchObject({ version: '1', simulated: false })
  const text = await (await get('/metrics')).text()
  expect(text).toContain('kecs_api_requests_total{service="ecs",operation="RunTask",status="200"} 1')
  expect(text).toContain('kecs_api_request_duration_seconds_bucket{le="0.005",service="ecs",operation="RunTask"} 1')
  expect(await (await fetch(`${listening.url}/query`, { method: 'POST', body: 'select 1' })).text()).toBe('asked select 1')
  expect((await get('/else')).status).toBe(404)
  await listening.stop()
})

test('with tokens, all but what is open is refused to who has none', async () => {
  let calls = 0
  const route = (path: string) => ({ method: 'POST' as const, path, handle: () => new Response(String(++calls)) })
  const admin = createAdmin({
    health: () => ({ version: '1', instance: 'i', runtime: 'kubernetes', simulated: false, components: {} }),
    ready: () => true,
    metrics: createMetrics(),
    routes: [route('/query'), { ...route('/open'), isOpen: true }],
    authorize: async token => token === 'good',
  })
  const listening = await admin.listen('127.0.0.1', 0)
  const post = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(listening.url + path, { method: 'POST', headers })).status

  expect(await post('/query')).toBe(403)
  expect(await post('/query', { 'x-kecs-admin-token': 'bad' })).toBe(403)
  expect(calls).toBe(0)
  expect(await post('/query', { 'x-kecs-admin-token': 'good' })).toBe(200)
  expect(await post('/open')).toBe(200)
  for (const path of ['/health', '/ready', '/metrics']) expect((await fetch(listening.url + path)).status).toBe(200)
  await listening.stop()
})

test('pages of foreign origins can do nothing, with a token neither; pages of this machine can', async () => {
  let calls = 0
  const paths = ['/query', '/tasks/retire', '/snapshots/delete']
  const admin = createAdmin({
    health: () => ({ version: '1', instance: 'i', runtime: 'simulated', simulated: true, components: {} }),
    ready: () => true,
    metrics: createMetrics(),
    routes: [
      ...paths.map(path => ({ method: 'POST' as const, path, handle: () => new Response(String(++calls)) })),
      // The gateway asks with the headers of whoever calls a load balancer.
      { method: 'GET', path: '/guard', isOpen: true, handle: () => new Response('let in') },
    ],
    authorize: async token => token === 'good',
  })
  const listening = await admin.listen('127.0.0.1', 0)
  const post = async (path: string, origin: string): Promise<number> =>
    (await fetch(listening.url + path, { method: 'POST', headers: { origin, 'x-kecs-admin-token': 'good' } })).status

  for (const path of paths) {
    for (const origin of ['https://example.com', 'http://localhost.example.com', 'null']) expect(await post(path, origin)).toBe(403)
  }
  expect(calls).toBe(0)
  for (const path of paths) expect(await post(path, 'http://localhost:3000')).toBe(200)
  expect((await fetch(`${listening.url}/guard`, { headers: { origin: 'https://example.com' } })).status).toBe(200)
  await listening.stop()
})
