import { expect, test } from 'bun:test'
import { entryPortFor, isCarried, isEntryPort } from './entry-ports.ts'

const ports = { published: { first: 9020, last: 9022 }, unpublished: { first: 64_000, last: 64_001 } }

test('a listener has its own port where that is published, else the lowest free one', () => {
  expect(entryPortFor(9021, new Set(), ports)).toBe(9021)
  expect(entryPortFor(80, new Set(), ports)).toBe(9020)
  expect(entryPortFor(80, new Set([9020]), ports)).toBe(9021)
  expect(entryPortFor(9021, new Set([9021]), ports)).toBe(9020)
})

test('when the published ones are used up, others go on inside the cluster, until these are too', () => {
  const taken = new Set([9020, 9021, 9022])
  expect(entryPortFor(80, taken, ports)).toBe(64_000)
  expect(entryPortFor(80, new Set([...taken, 64_000]), ports)).toBe(64_001)
  expect(entryPortFor(80, new Set([...taken, 64_000, 64_001]), ports)).toBeUndefined()
  expect(entryPortFor(9020, new Set(), { ...ports, published: undefined })).toBe(64_000)
})

test('a port of a range that is not the instance’s any more is none', () => {
  expect(isEntryPort(9020, ports)).toBe(true)
  expect(isEntryPort(64_001, ports)).toBe(true)
  expect(isEntryPort(9120, ports)).toBe(false)
})

test('QUIC and Gateway Load Balancers are kept only', () => {
  expect(isCarried('application', { Protocol: 'HTTPS' })).toBe(true)
  expect(isCarried('network', { Protocol: 'TCP_UDP' })).toBe(true)
  expect(isCarried('network', { Protocol: 'QUIC' })).toBe(false)
  expect(isCarried('gateway', {})).toBe(false)
})
