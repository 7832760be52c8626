// The way of a request where SDKs do not go: by hand, hostile, from browsers, for other services.
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { connect } from 'node:net'
import type { Listening } from './listen.ts'
import { createMetrics } from './metrics.ts'
import { createTestApi } from './test-api.ts'

const metrics = createMetrics()
const api = createTestApi({ observe: call => metrics.observe(call) })
let listening: Listening
beforeAll(async () => {
  listening = await api.server.listen('127.0.0.1', 0)
})
afterAll(async () => listening.stop())

const targetPrefix = 'AmazonEC2ContainerServiceV20141113'
const scopeHeader = (service: string, key = 'AKIDEXAMPLE', region = 'us-west-2'): string =>
  `AWS4-HMAC-SHA256 Credential=${key}/20261123/${region}/${service}/aws4_request, SignedHeaders=host, Signature=00`

const call = async (operation: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(listening.url, { method: 'POST', headers: { 'x-amz-target': `${targetPrefix}.${operation}`, ...headers }, body })

const form = async (body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(listening.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', ...headers },
    body,
  })

describe('JSON 1.1 by hand', () => {
  test('an empty body is an empty input', async () => {
    const response = await call('CreateCluster', '')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1')
    expect(await response.json()).toEqual({ cluster: { clusterArn: 'arn:aws:ecs:us-east-1:000000000000:cluster/default' } })
  })

  test('the account is a key of twelve digits or the default, the region the scope’s', async () => {
    const arn = async (key: string): Promise<unknown> => {
      const response = await call('CreateCluster', '{}', { authorization: scopeHeader('ecs', key) })
      return ((await response.json()) as { cluster: { clusterArn: string } }).cluster.clusterArn
    }
    expect(await arn('210987654321')).toBe('arn:aws:ecs:us-west-2:210987654321:cluster/default')
    expect(await arn('21098765432')).toBe('arn:aws:ecs:us-west-2:000000000000:cluster/default')
    expect(await arn('21098765432x')).toBe('arn:aws:ecs:us-west-2:000000000000:cluster/default')
  })

  test('an unknown operation', async () => {
    const response = await call('Explode', '{}')
    expect(response.status).toBe(400)
    expect(response.headers.get('x-amzn-errortype')).toBe('UnknownOperationException')
    expect(await response.json()).toMatchObject({ __type: 'UnknownOperationException' })
    expect((await call('constructor', '{}')).status).toBe(400)
    expect((await fetch(listening.url, { method: 'POST', headers: { authorization: scopeHeader('ecs') } })).status).toBe(404)
  })

  test('unknown members are ignored, nulls are absent', async () => {
    expect((await call('CreateCluster', '{"clusterName":"a","tags":null,"surprise":{"deep":[1]}}')).status).toBe(200)
    expect(api.inputs.at(-1)).toEqual({ clusterName: 'a' })
  })

  test('what the model does not have is a bug, answered as one', async () => {
    for (const clusterName of ['surprising', 'unlisted']) {
      const response = await call('CreateCluster', JSON.stringify({ clusterName }))
      expect(response.status).toBe(500)
      expect(await response.json()).toMatchObject({ __type: 'ServerException' })
    }
    expect(JSON.stringify(api.logged.map(({ fields }) => String('err' in fields ? fields.err : '')))).toContain('.namespace')
  })
})

describe('hostile bodies', () => {
  const refused: Record<string, string | Uint8Array<ArrayBuffer>> = {
    'not JSON': '{"clusterName":',
    'a list': '[]',
    'a scalar': '7',
    'deeply nested lists where a list is not expected': `{"clusterName":${'['.repeat(300_000)}${']'.repeat(300_000)}}`,
    'bad UTF-8': new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
  }
  for (const [what, body] of Object.entries(refused)) {
    test(`${what} is a SerializationException`, async () => {
      const response = await call('CreateCluster', body)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ __type: 'SerializationException' })
    })
  }

  test('a document may not be nested without end', async () => {
    const hookDetails = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`
    const body = `{"serviceName":"a","deploymentConfiguration":{"lifecycleHooks":[{"hookDetails":${hookDetails}}]}}`
    const response = await call('CreateService', body)
    expect(await response.json()).toMatchObject({ __type: 'SerializationException' })
  })

  test('__proto__ changes nothing: an unknown member is ignored, a map’s key is a key', async () => {
    const body = `{"__proto__":{"polluted":true},"family":"f","containerDefinitions":[{"name":"c","dockerLabels":{"__proto__":"label"}}]}`
    expect((await call('RegisterTaskDefinition', body)).status).toBe(200)
    const input = api.inputs.at(-1) as { polluted?: boolean; containerDefinitions: { dockerLabels: Record<string, string> }[] }
    expect(input.polluted).toBeUndefined()
    expect(Object.entries(input.containerDefinitions[0]?.dockerLabels ?? {})).toEqual([['__proto__', 'label']])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('a member that is named twice is refused', async () => {
    const before = api.inputs.length
    const response = await call('CreateCluster', '{"clusterName":"first","clusterName":"last"}')
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ __type: 'SerializationException' })])
    expect(api.inputs).toHaveLength(before)
  })

  test('more than a mebibyte is refused, with and without a length', async () => {
    const large = `{"clusterName":"${'x'.repeat(1024 * 1024)}"}`
    const chunked = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(large))
        controller.close()
      },
    })
    for (const body of [large, chunked]) {
      const response = await fetch(listening.url, { method: 'POST', headers: { 'x-amz-target': `${targetPrefix}.CreateCluster` }, body })
      expect(response.status).toBe(413)
      expect(await response.json()).toMatchObject({ __type: 'RequestEntityTooLargeException' })
    }
  })

  test('a form’s broken escapes and indices are refused', async () => {
    const codeOf = async (body: string): Promise<string | undefined> =>
      /<Error>.*<Code>(.*)<\/Code>/.exec(await (await form(body)).text())?.[1]
    expect(await codeOf('Action=DescribeLoadBalancers&Version=2015-12-01&Names.member.1=%ff')).toBe('MalformedQueryString')
    expect(await codeOf('Action=DescribeLoadBalancers&Version=2015-12-01&Names.member.999999999999=a')).toBe('MalformedInput')
    expect(await codeOf('Action=DescribeLoadBalancers&Version=2015-12-01&PageSize=many')).toBe('MalformedInput')
    expect(await codeOf(`Action=DescribeLoadBalancers&Version=2015-12-01&${'Names.'.repeat(100_000)}=a`)).toBe('MalformedQueryString')
  })
})

describe('query by hand', () => {
  test('unsigned forms are told by their version', async () => {
    const response = await form('Action=DescribeLoadBalancers&Version=2015-12-01')
    expect(response.headers.get('content-type')).toBe('text/xml')
    expect(await response.text()).toContain(
      '<DescribeLoadBalancersResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">',
    )
  })

  test('a presigned GET', async () => {
    const credential = encodeURIComponent('123456789012/20261123/ap-south-1/elasticloadbalancing/aws4_request')
    const query = `Action=DescribeLoadBalancers&Version=2015-12-01&Names.member.1=a&X-Amz-Credential=${credential}`
    const text = await (await fetch(`${listening.url}/?${query}`)).text()
    expect(text).toContain('arn:aws:elasticloadbalancing:ap-south-1:123456789012:loadbalancer/app/a&amp;b/')
    expect(api.inputs.at(-1)).toEqual({ Names: ['a'] })
  })

  test('an unknown operation', async () => {
    const response = await form('Action=Explode&Version=2015-12-01')
    expect(response.status).toBe(400)
    const text = await response.text()
    expect(text).toContain(
      '<Type>Sender</Type><Code>InvalidAction</Code><Message>Could not find operation Explode for version 2015-12-01</Message>',
    )
    expect(text).toMatch(/<RequestId>[0-9a-f-]{36}<\/RequestId><\/ErrorResponse>$/)
  })

  test('the classic load balancer’s version is another service', async () => {
    const response = await form('Action=DescribeLoadBalancers&Version=2012-06-01', { authorization: scopeHeader('elasticloadbalancing') })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('<Code>UnsupportedOperation</Code>')
  })
})

describe('other services', () => {
  test('without a backend the answer says how to get one, in the service’s form', async () => {
    const refused = async (headers: Record<string, string>): Promise<string> => {
      const response = await fetch(`${listening.url}/bucket`, { method: 'PUT', headers, body: 'x' })
      expect(response.status).toBe(400)
      return response.text()
    }
    const json = JSON.parse(await refused({ 'x-amz-target': 'DynamoDB_20120810.ListTables', authorization: scopeHeader('dynamodb') }))
    expect(json).toMatchObject({ __type: 'UnsupportedOperation', message: expect.stringContaining('no backend for the service dynamodb') })
    expect(await refused({ authorization: scopeHeader('s3') })).toMatch(/^<\?xml .*\n<Error><Code>UnsupportedOperation<\/Code>/)
    expect(await refused({ authorization: scopeHeader('sts'), 'content-type': 'application/x-www-form-urlencoded' })).toContain(
      '<ErrorResponse>',
    )
    expect(JSON.parse(await refused({}))).toMatchObject({ message: expect.stringContaining('--backend') })
  })

  test('with a backend the call is passed on untouched', async () => {
    using backend = Bun.serve({
      hostname: '127.0.0.1',
      port: 0,
      async fetch(request) {
        const { pathname, search } = new URL(request.url)
        const seen = { method: request.method, path: pathname + search, host: request.headers.get('host'), body: await request.text() }
        return Response.json(seen, { status: 203, headers: { 'x-amz-id-2': 'yes' } })
      },
    })
    const { server } = createTestApi({ backendUrl: `http://127.0.0.1:${backend.port}` })
    const door = await server.listen('127.0.0.1', 0)
    const headers = { authorization: scopeHeader('s3'), host: 'bucket.s3.localhost' }
    const response = await fetch(`${door.url}/a%20b/%2Fc?x=1&y`, { method: 'PUT', headers, body: 'payload' })
    expect(response.status).toBe(203)
    expect(response.headers.get('x-amz-id-2')).toBe('yes')
    expect(await response.json()).toEqual({ method: 'PUT', path: '/a%20b/%2Fc?x=1&y', host: 'bucket.s3.localhost', body: 'payload' })
    // A form was read to find out whose it is, and still goes on whole.
    const sts = await fetch(door.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    })
    expect(await sts.json()).toMatchObject({ body: 'Action=GetCallerIdentity&Version=2011-06-15' })
    await door.stop()
  })

  test('a backend that does not answer is named', async () => {
    const { server } = createTestApi({ backendUrl: 'http://127.0.0.1:1' })
    const response = await server.fetch(new Request('http://door/bucket', { headers: { authorization: scopeHeader('s3') } }))
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('http://127.0.0.1:1')
  })
})

describe('browsers', () => {
  const origin = 'http://localhost:3000'
  test('a preflight of a page of this machine is granted what it asks for', async () => {
    const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-amz-target,authorization' }
    const response = await fetch(listening.url, { method: 'OPTIONS', headers })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(response.headers.get('access-control-allow-headers')).toBe('x-amz-target,authorization')
    const answered = await call('CreateCluster', '{}', { origin })
    expect(answered.headers.get('access-control-allow-origin')).toBe(origin)
    expect(answered.headers.get('access-control-expose-headers')).toContain('x-amzn-requestid')
  })

  test('a page of elsewhere may do nothing, not even what needs no preflight', async () => {
    const before = api.inputs.length
    const response = await form('Action=DeleteLoadBalancer&Version=2015-12-01&LoadBalancerArn=a', { origin: 'https://evil.example' })
    expect(response.status).toBe(403)
    expect(api.inputs.length).toBe(before)
    expect(
      (await fetch(listening.url, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })).headers.get(
        'access-control-allow-origin',
      ),
    ).toBeNull()
  })

  test('what is the backend’s is the backend’s to refuse', async () => {
    const allowed = { 'access-control-allow-origin': 'https://app.example' }
    using backend = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response('object', { headers: allowed }) })
    const { server } = createTestApi({ backendUrl: `http://127.0.0.1:${backend.port}` })
    const headers = { origin: 'https://app.example', authorization: scopeHeader('s3') }
    const response = await server.fetch(new Request('http://door/bucket/key', { headers }))
    expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(await response.text()).toBe('object')
  })
})

describe('the server', () => {
  test('/_kecs/health says what this is', async () => {
    const response = await fetch(`${listening.url}/_kecs/health`)
    expect(response.headers.get('x-kecs-simulated')).toBe('true')
    expect(await response.json()).toEqual({
      version: '1.2.3',
      instance: 'test',
      runtime: 'simulated',
      simulated: true,
      components: { store: { state: 'ready' } },
    })
  })

  test('calls are counted', async () => {
    await call('ListClusters', '{}')
    await call('Invented', '{}')
    const text = await metrics.registry.metrics()
    expect(text).toContain('kecs_api_requests_total{service="ecs",operation="ListClusters",status="400"} 1')
    expect(text).toContain('kecs_api_requests_total{service="ecs",operation="unknown",status="400"}')
    expect(text).not.toContain('Invented')
  })

  test('a taken port is refused', async () => {
    expect(createTestApi().server.listen('127.0.0.1', listening.port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('stop lets what is in flight finish, takes nothing new and closes idle connections', async () => {
    const { server, inputs, release } = createTestApi()
    const own = await server.listen('127.0.0.1', 0)
    const idle = connect(own.port, '127.0.0.1').resume()
    idle.write('GET /_kecs/health HTTP/1.1\r\nHost: kecs\r\n\r\n')
    await new Promise(resolve => idle.once('data', resolve))
    const closed = new Promise(resolve => idle.once('close', resolve))
    const answer = fetch(own.url, {
      method: 'POST',
      headers: { 'x-amz-target': `${targetPrefix}.DescribeTasks` },
      body: '{"tasks":["held"]}',
    })
    while (inputs.length === 0) await new Promise(resolve => setImmediate(resolve))
    const stopped = own.stop()
    release()
    expect((await answer).status).toBe(200)
    await stopped
    await own.stop()
    await closed
    expect(fetch(own.url)).rejects.toThrow()
  })
})
