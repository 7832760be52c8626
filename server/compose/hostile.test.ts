// What test/bench/hostile.ts measures: every body is refused in the service's wire form, and nothing is made of it.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { randomIds } from '../../shared/ids.ts'
import { ControlWorld } from '../../test/support/control-world.ts'
import { hostileBodies, hostileForms } from '../../test/support/hostile-bodies.ts'
import { createApi } from '../http/api.ts'
import type { Listening } from '../http/listen.ts'
import { clusters } from '../store/tables.ts'

const world = new ControlWorld()
let listening: Listening
beforeAll(async () => {
  const log = { error: () => {}, warn: () => {} }
  const health = () => ({ version: '', instance: '', runtime: 'simulated' as const, simulated: true, components: {} })
  listening = await createApi({ aws: { services: world.services, ids: randomIds, log, strict: true }, health }).listen('127.0.0.1', 0)
})
afterAll(async () => {
  await listening.stop()
  await world.stop()
})

const chunked = (body: string | Uint8Array): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
      for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.subarray(at, at + 65_536))
      controller.close()
    },
  })

test.each(hostileBodies(gzipSync))('$what is refused, whole and in chunks', async ({ operation, body, headers, status }) => {
  for (const sent of [body, chunked(body)]) {
    const response = await fetch(listening.url, {
      method: 'POST',
      headers: { ...headers, 'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}` },
      body: sent,
    })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.1')
    expect(await response.json()).toEqual({ __type: expect.stringMatching(/^\w+$/), message: expect.any(String) })
  }
  expect(world.store.table(clusters).size).toBe(0)
})

test.each(hostileForms)('$what is refused, whole and in chunks', async ({ body, headers, status }) => {
  const scope = 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/elasticloadbalancing/aws4_request, SignedHeaders=host, Signature=0'
  for (const sent of [body, chunked(body)]) {
    const response = await fetch(listening.url, { method: 'POST', headers: { ...headers, authorization: scope }, body: sent })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('text/xml')
    expect(await response.text()).toMatch(/<ErrorResponse .*<Code>\w+<\/Code><Message>[^<]+<\/Message>/s)
  }
})
