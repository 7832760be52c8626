import { expect, test } from 'bun:test'
import { type Backend, BackendError, BackendUnreachable } from './backend.ts'
import { createBackend } from './client.ts'

interface Sent {
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

const place = { account: '123456789012', region: 'eu-west-1' }

const answering = (status: number, body: string, headers: Record<string, string> = {}): { backend: Backend; sent: Sent[] } => {
  const sent: Sent[] = []
  const backend = createBackend({
    url: 'http://backend:4566/',
    fetch: async request => {
      sent.push({ url: request.url, headers: request.headers, body: await request.text() })
      return new Response(body, { status, headers })
    },
  })
  return { backend, sent }
}

test('a JSON call names its operation, account and region', async () => {
  const { backend, sent } = answering(200, '{"Parameters":[]}')
  expect(await backend.json('ssm', 'AmazonSSM.GetParameters', { Names: ['a'] }, place)).toEqual({ Parameters: [] })
  expect(sent[0]?.url).toBe('http://backend:4566/')
  expect(sent[0]?.headers.get('x-amz-target')).toBe('AmazonSSM.GetParameters')
  expect(sent[0]?.headers.get('authorization')).toMatch(/Credential=123456789012\/\d{8}\/eu-west-1\/ssm\/aws4_request/)
  expect(JSON.parse(sent[0]?.body ?? '')).toEqual({ Names: ['a'] })
})

test('a query call sends a form and reads XML', async () => {
  const { backend, sent } = answering(200, '<R><Item>001</Item><Item>b &amp; c</Item></R>')
  const answer = await backend.query(
    { service: 'ec2', action: 'DescribeSubnets', version: '2016-11-15', parameters: { 'SubnetId.1': 'subnet-1' } },
    place,
  )
  expect(answer).toEqual({ R: { Item: ['001', 'b & c'] } })
  expect(sent[0]?.body).toBe('Action=DescribeSubnets&Version=2016-11-15&SubnetId.1=subnet-1')
})

test.each([
  ['JSON', '{"__type":"com.amazonaws.ssm#ParameterNotFound","message":"none"}', 'ParameterNotFound', 'none'],
  ['query', '<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>gone</Message></Error></ErrorResponse>', 'NoSuchEntity', 'gone'],
  [
    'EC2',
    '<Response><Errors><Error><Code>InvalidSubnetID.NotFound</Code><Message>no</Message></Error></Errors></Response>',
    'InvalidSubnetID.NotFound',
    'no',
  ],
  ['nonsense', '<<<', '400', ''],
])('a refusal in the form of %s', async (_form, body, code, message) => {
  const { backend } = answering(400, body)
  const error = await backend.json('ssm', 'AmazonSSM.X', {}, place).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(BackendError)
  expect(error).toMatchObject({ code, message, status: 400 })
})

test('5xx and silence may be tried again', async () => {
  await expect(answering(503, '').backend.json('ssm', 'AmazonSSM.X', {}, place)).rejects.toBeInstanceOf(BackendUnreachable)
  const silent = createBackend({ url: 'http://backend', fetch: () => Promise.reject(new Error('ECONNREFUSED')) })
  await expect(silent.json('ssm', 'AmazonSSM.X', {}, place)).rejects.toThrow('The backend http://backend does not answer: ECONNREFUSED')
})

test('an answer that is cut off may pass, as one that does not come', async () => {
  const backend = createBackend({
    url: 'http://backend:4566/',
    fetch: async () =>
      new Response(
        new ReadableStream({
          pull: controller => controller.error(new Error('the connection was reset')),
        }),
      ),
  })
  await expect(backend.json('ssm', 'AmazonSSM.GetParameters', {}, place)).rejects.toBeInstanceOf(BackendUnreachable)
  await expect(backend.query({ service: 'sts', action: 'A', version: '1', parameters: {} }, place)).rejects.toBeInstanceOf(
    BackendUnreachable,
  )
})
