// A real browser: a page of another origin on this machine calls kecs with the AWS SDK v3, and one of elsewhere cannot.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { DescribeClustersCommand, ECSClient } from '@aws-sdk/client-ecs'
import { openEndpoint, type TestEndpoint } from '../support/endpoint.ts'
import { runs } from '../support/runs.ts'

const browser = ['chromium', 'chromium-browser', 'google-chrome'].find(program => runs([program, '--version']))
if (browser === undefined) console.warn('Skipped: no page calls kecs, for neither Chromium nor Chrome is on this machine.')

let endpoint: TestEndpoint
let page: string
beforeAll(async () => {
  endpoint = await openEndpoint()
  if (browser === undefined) return
  const built = await Bun.build({ entrypoints: [join(import.meta.dir, '../support/browser-page.ts')], target: 'browser' })
  page = (await built.outputs[0]?.text()) ?? ''
})
afterAll(() => endpoint.close())

/** What the page found that a browser loaded from `host`, which is this machine whatever it is called. */
async function openPage(host: string, cluster: string): Promise<unknown> {
  const found = Promise.withResolvers<unknown>()
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    routes: {
      '/page.js': () => new Response(page, { headers: { 'content-type': 'text/javascript' } }),
      '/results': async request => {
        found.resolve(await request.json())
        return new Response()
      },
    },
    fetch: () =>
      new Response('<!doctype html><script type="module" src="/page.js"></script>', { headers: { 'content-type': 'text/html' } }),
  })
  const profile = await mkdtemp(join(tmpdir(), 'kecs-browser-'))
  const address = `http://${host}:${server.port}/?${new URLSearchParams({ endpoint: endpoint.url, cluster })}`
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    `--user-data-dir=${profile}`,
  ]
  const child = spawn(browser ?? '', [...flags, `--host-resolver-rules=MAP ${host} 127.0.0.1`, address], { stdio: 'ignore' })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const late = setTimeout(() => found.reject(new Error('the page told nothing within 90 seconds')), 90_000)
  try {
    return await found.promise
  } finally {
    clearTimeout(late)
    child.kill('SIGTERM')
    await ended
    await server.stop(true)
    // Helpers of the browser may still write while they end.
    await rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

const unique = `browser-${Date.now().toString(36)}`

test.skipIf(browser === undefined)(
  'a page of localhost calls ECS and Elastic Load Balancing',
  async () => {
    expect(await openPage('localhost', unique)).toEqual({
      created: 'ACTIVE',
      listed: true,
      requestId: 'string',
      balancers: true,
      refused: { error: 'LoadBalancerNotFoundException' },
    })
  },
  120_000,
)

test.skipIf(browser === undefined)(
  'a page of elsewhere can do nothing',
  async () => {
    const cluster = `${unique}-foreign`
    const refused = { error: 'TypeError' }
    expect(await openPage('pages.example', cluster)).toEqual({
      created: refused,
      listed: refused,
      requestId: refused,
      balancers: refused,
      refused,
    })
    const ecs = new ECSClient({
      endpoint: endpoint.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    expect((await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }))).failures).toHaveLength(1)
    ecs.destroy()
  },
  120_000,
)
