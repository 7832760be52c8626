import { describe, expect, test } from 'bun:test'
import { entryPortFor, isCarried, isEntryPort, isPublished } from './entry-ports.ts'

const ports = {
  published: { first: 9020, last: 9024 },
  publishedForUdp: { first: 9023, last: 9024 },
  unpublished: { first: 64_000, last: 64_001 },
}
const http = (Port: number) => ({ Port, Protocol: 'HTTP' }) as const
const udp = (Port: number) => ({ Port, Protocol: 'UDP' }) as const

describe('a listener has its own port where that is published, else the lowest free one', () => {
  test('TCP', () => {
    expect(entryPortFor(http(9021), new Set(), ports)).toBe(9021)
    expect(entryPortFor(http(80), new Set(), ports)).toBe(9020)
    expect(entryPortFor(http(80), new Set([9020]), ports)).toBe(9021)
    expect(entryPortFor(http(9021), new Set([9021]), ports)).toBe(9020)
  })

  test('UDP, of those that are published for it', () => {
    expect(entryPortFor(udp(9024), new Set(), ports)).toBe(9024)
    expect(entryPortFor(udp(53), new Set(), ports)).toBe(9023)
    expect(entryPortFor({ Port: 53, Protocol: 'TCP_UDP' }, new Set([9023]), ports)).toBe(9024)
    // Published, but not for UDP.
    expect(entryPortFor(udp(9021), new Set(), ports)).toBe(9023)
  })

  test('TCP leaves those for UDP alone until there is no other', () => {
    const taken = new Set([9020, 9021, 9022])
    expect(entryPortFor(http(80), taken, ports)).toBe(9023)
    expect(entryPortFor(http(80), new Set([...taken, 9023]), ports)).toBe(9024)
    expect(entryPortFor(http(9024), new Set(), ports)).toBe(9024)
  })

  test('where all are published for both, TCP has the lowest too', () => {
    const both = { ...ports, publishedForUdp: ports.published }
    expect(entryPortFor(http(80), new Set(), both)).toBe(9020)
    expect(entryPortFor(udp(53), new Set([9020]), both)).toBe(9021)
  })
})

describe('when the published ones are used up, others go on inside the cluster, until these are too', () => {
  test('TCP', () => {
    const taken = new Set([9020, 9021, 9022, 9023, 9024])
    expect(entryPortFor(http(80), taken, ports)).toBe(64_000)
    expect(entryPortFor(http(80), new Set([...taken, 64_000]), ports)).toBe(64_001)
    expect(entryPortFor(http(80), new Set([...taken, 64_000, 64_001]), ports)).toBeUndefined()
    expect(entryPortFor(http(9020), new Set(), { ...ports, published: undefined, publishedForUdp: undefined })).toBe(64_000)
  })

  test('UDP, though TCP has some left', () => {
    expect(entryPortFor(udp(53), new Set([9023, 9024]), ports)).toBe(64_000)
    expect(entryPortFor(udp(53), new Set([9023, 9024, 64_000, 64_001]), ports)).toBeUndefined()
    expect(entryPortFor(udp(9020), new Set(), { ...ports, publishedForUdp: undefined })).toBe(64_000)
  })
})

test('a port of a range that is not the instance’s any more is none, nor is one that is not there for the protocol', () => {
  expect(isEntryPort(9020, 'HTTP', ports)).toBe(true)
  expect(isEntryPort(9020, 'UDP', ports)).toBe(false)
  expect(isEntryPort(9023, 'TCP_UDP', ports)).toBe(true)
  expect(isEntryPort(64_001, 'UDP', ports)).toBe(true)
  expect(isEntryPort(9120, 'HTTP', ports)).toBe(false)
})

test('this machine reaches what is published for the protocol', () => {
  expect(isPublished(9020, 'TLS', ports)).toBe(true)
  expect(isPublished(9020, 'TCP_UDP', ports)).toBe(false)
  expect(isPublished(9024, 'UDP', ports)).toBe(true)
  expect(isPublished(64_000, 'HTTP', ports)).toBe(false)
})

test('QUIC and Gateway Load Balancers are kept only', () => {
  expect(isCarried('application', { Protocol: 'HTTPS' })).toBe(true)
  expect(isCarried('network', { Protocol: 'TCP_UDP' })).toBe(true)
  expect(isCarried('network', { Protocol: 'QUIC' })).toBe(false)
  expect(isCarried('gateway', {})).toBe(false)
})
