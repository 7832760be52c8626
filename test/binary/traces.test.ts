import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { createServer, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { type Home, makeHome } from '../support/program.ts'
import { until } from '../support/until.ts'

// Spans as a collector gets them: https://opentelemetry.io/docs/specs/otlp/#otlphttp

setDefaultTimeout(60_000)

interface Span {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly status: { readonly code: number }
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}
interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] }
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[]
  }[]
}

const exported: Export[] = []
let collector: Server
let collectorUrl: string
let home: Home

beforeAll(async () => {
  collector = createServer((request, response) => {
    void text(request).then(body => {
      if (request.url === '/v1/traces') exported.push(JSON.parse(body) as Export)
      response.setHeader('content-type', 'application/json')
      response.end('{}')
    })
  })
  await new Promise<void>(done => collector.listen(0, '127.0.0.1', done))
  const address = collector.address()
  collectorUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  home = makeHome()
})
afterAll(async () => {
  await home.remove()
  collector.close()
})

const spans = (): readonly Span[] =>
  exported.flatMap(({ resourceSpans }) => resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(scope => scope.spans)))
const call = (url: string, operation: string, input: object, headers = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
      ...headers,
    },
    body: JSON.stringify(input),
  })

const serve = async (env: Readonly<Record<string, string>>) => {
  const { child, ended } = home.start(['serve', '--port', '0', '--admin-port', '0', '--json'], { env })
  let out = ''
  child.stdout?.on('data', (part: string) => (out += part))
  await until('the server says where it is', () => out.trimEnd().endsWith('}'))
  const { endpoint, admin } = JSON.parse(out) as { endpoint: string; admin: string }
  return { endpoint, admin, stop: () => (child.kill('SIGTERM'), ended) }
}

test('calls, commits and reconcilers are spans of whose trace they belong to', async () => {
  const { endpoint, stop } = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl })
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  await call(endpoint, 'CreateCluster', { clusterName: 'a' }, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` })
  const definition = { family: 'w', containerDefinitions: [{ name: 'a', image: 'a', memory: 64 }] }
  await call(endpoint, 'RegisterTaskDefinition', definition)
  await call(endpoint, 'RunTask', { cluster: 'a', taskDefinition: 'w' })
  expect((await call(endpoint, 'DescribeTasks', { cluster: 'nowhere', tasks: ['a'] })).status).toBe(400)
  await until('a reconciler is traced', () => spans().some(({ name }) => name === 'reconcile task'))
  await stop()

  const [made] = spans().filter(({ name }) => name === 'ecs.CreateCluster')
  expect(made).toMatchObject({ traceId, parentSpanId: '00f067aa0ba902b7' })
  expect(made?.attributes).toContainEqual({ key: 'http.response.status_code', value: { intValue: 200 } })
  expect(spans().filter(({ name, parentSpanId }) => name === 'store commit' && parentSpanId === made?.spanId)).toHaveLength(1)
  // 2 is an error.
  expect(spans().find(({ name }) => name === 'ecs.DescribeTasks')?.status.code).toBe(2)
  expect(exported[0]?.resourceSpans[0]?.resource.attributes).toContainEqual({
    key: 'service.name',
    value: { stringValue: 'kecs-control-plane' },
  })
})

test('without an endpoint nothing is sent; what takes time is measured all the same', async () => {
  const before = exported.length
  const { endpoint, admin, stop } = await serve({})
  await call(endpoint, 'CreateCluster', { clusterName: 'b' })
  const metrics = await (await fetch(`${admin}/metrics`)).text()
  await stop()
  expect(exported.length).toBe(before)
  expect(metrics).toMatch(/kecs_store_commit_duration_seconds_count\{kind="commit"\} [1-9]/)
  expect(metrics).toContain('kecs_api_requests_total{service="ecs",operation="CreateCluster",status="200"} 1')
})

test('what is no address is said', async () => {
  const refused = await home.run(['serve', '--port', '0'], { env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' } })
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('is no address of an OpenTelemetry collector')
})
