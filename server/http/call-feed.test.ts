import { afterAll, expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { CallFeed, eventRoute } from './call-feed.ts'
import { createTestApi } from './test-api.ts'

const clock = new FakeClock(Date.UTC(2026, 0, 31))
const feed = new CallFeed(clock)
const api = createTestApi({ observe: call => feed.add(call) })
const running = await api.server.listen('127.0.0.1', 0)
const { url } = running
afterAll(() => running.stop())

const call = (operation: string, body: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
      'user-agent': 'test/1',
      authorization: 'AWS4-HMAC-SHA256 Credential=123456789012/20260131/eu-west-1/ecs/aws4_request, SignedHeaders=host, Signature=0',
    },
    body,
  })
const events = async (query: string): Promise<Record<string, unknown>[]> => {
  const text = await (await eventRoute(feed).handle(new Request(`http://admin/events?${query}`))).text()
  return text.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]))
}

test('a call with whose it is, how long it took, and why it was refused', async () => {
  const refused = await call('DescribeTasks', '{"tasks": 5}')
  expect(refused.status).toBe(400)
  const [event] = await events('tail=1')
  const { __type, message } = (await refused.json()) as { __type: string; message: string }
  expect(event).toMatchObject({
    eventTime: '2026-01-31T00:00:00.000Z',
    eventSource: 'ecs',
    eventName: 'DescribeTasks',
    recipientAccountId: '123456789012',
    awsRegion: 'eu-west-1',
    userAgent: 'test/1',
    status: 400,
    errorCode: __type,
    errorMessage: message,
  })
  expect(event?.['requestID']).toBe(refused.headers.get('x-amzn-requestid'))
})

test('the last thousand are remembered', async () => {
  for (let number = 0; number < 1100; number++) feed.add({ service: 'ecs', operation: `Op${number}`, status: 200, seconds: 0.001 })
  const all = await events('')
  expect(all).toHaveLength(1000)
  expect(all.at(-1)).toMatchObject({ eventName: 'Op1099', milliseconds: 1 })
  expect(await events('tail=0')).toEqual([])
})

test('followed, each comes as it is, until the reader goes', async () => {
  const response = await eventRoute(feed).handle(new Request('http://admin/events?tail=0&follow=true'))
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toBe('\n')
  feed.add({ service: 'elasticloadbalancing', operation: 'CreateRule', status: 200, seconds: 0 })
  expect(JSON.parse((await reader.read()).value ?? '')).toMatchObject({ eventName: 'CreateRule' })
  await reader.cancel()
  feed.add({ service: 'ecs', operation: 'After', status: 200, seconds: 0 })
})

test('a reader who does not read is cut off', async () => {
  const response = await eventRoute(feed).handle(new Request('http://admin/events?tail=0&follow=true'))
  for (let number = 0; number < 10_010; number++) feed.add({ service: 'ecs', operation: 'Op', status: 200, seconds: 0 })
  await expect(response.text()).rejects.toThrow('does not keep up')
})
