import { expect, test } from 'bun:test'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { type Backend, BackendUnreachable } from '../backend/backend.ts'
import { createLog } from '../log.ts'
import { type TrustStoreRow, trustStoreRevocations, trustStores } from '../store/elbv2-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { TrustStores, revokedBy } from './trust-stores.ts'

// openssl ca -gencrl, of an authority CN=Clients,O=Test that revoked the certificate with the serial number 0x03A5B2.
const list = `-----BEGIN X509 CRL-----
MIG9MGUwCgYIKoZIzj0EAwIwITENMAsGA1UECgwEVGVzdDEQMA4GA1UEAwwHQ2xp
ZW50cxcNMjYxMTI2MjM0ODQ2WhcNMjYxMjA1MjM0ODQ2WjAWMBQCAwOlshcNMjYx
MTI2MjM0ODQ2WjAKBggqhkjOPQQDAgNIADBFAiAoVfVldA9dh4rHHEpqHvZQcScO
byM+uWuJsvQwS/VLuQIhAN/J42nMitXT7zRoOnMh6EyiffVHAa14167ntEHj/3sr
-----END X509 CRL-----
`
const issuer = 'MCExDTALBgNVBAoMBFRlc3QxEDAOBgNVBAMMB0NsaWVudHM='
const TrustStoreArn = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:truststore/clients/0123456789abcdef'
const row: TrustStoreRow = {
  scope: '000000000000/us-east-1',
  trustStore: { TrustStoreArn, Name: 'clients', Status: 'ACTIVE', TotalRevokedEntries: 0 },
  bundle: { bucket: 'b', key: 'ca.pem' },
  lastRevocationId: 0,
  tags: [],
}

const world = async () => {
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  await store.commit(transaction => transaction.put(trustStores, row))
  const s3 = {
    objects: new Map([
      ['/b/ca.pem', 'authorities'],
      ['/b/list', list],
    ]),
    isAway: false,
    /** What is asked for is answered once this resolves, with what was there when it was asked. */
    answering: Promise.resolve(),
  }
  const refuse = async () => {
    throw new Error('not asked for')
  }
  const backend: Backend = {
    url: 'http://backend.test',
    json: refuse,
    query: refuse,
    rest: async ({ path }) => {
      if (s3.isAway) throw new BackendUnreachable('away')
      const found = s3.objects.get(path) ?? ''
      await s3.answering
      return new Response(found)
    },
  }
  let read = 0
  const trust = new TrustStores({
    store,
    clock,
    log: createLog({ logLevel: 'error' }, { write: () => true }),
    backend,
    onRead: () => read++,
  })
  return { clock, store, s3, trust, reads: () => read }
}

test('a trust store is read when it is first asked for, and anew when it or its revocations change', async () => {
  const { clock, store, s3, trust, reads } = await world()
  expect(trust.contents(TrustStoreArn)).toBeUndefined()
  await clock.advance(0)
  expect(trust.contents(TrustStoreArn)).toEqual({ authorities: 'authorities', revoked: [] })
  const revocation = { trustStoreArn: TrustStoreArn, revocationId: 1, revocationType: 'CRL', numberOfRevokedEntries: 0 } as const
  await store.commit(transaction => transaction.put(trustStoreRevocations, { ...revocation, content: { bucket: 'b', key: 'list' } }))
  await clock.advance(0)
  expect(trust.contents(TrustStoreArn)).toEqual({ authorities: 'authorities', revoked: [`${issuer}:3a5b2`] })
  s3.objects.set('/b/ca.pem', 'others')
  await store.commit(transaction => transaction.put(trustStores, { ...row, bundle: { ...row.bundle } }))
  await clock.advance(0)
  expect(trust.contents(TrustStoreArn)?.authorities).toBe('others')
  expect(reads()).toBe(3)
  trust.stop()
})

test('what changes while it is read is read too, and an answer that comes late puts nothing older in its place', async () => {
  const { clock, store, s3, trust } = await world()
  const slow = Promise.withResolvers<void>()
  s3.answering = slow.promise
  trust.contents(TrustStoreArn)
  await clock.advance(0)
  s3.answering = Promise.resolve()
  s3.objects.set('/b/ca.pem', 'others')
  await store.commit(transaction => transaction.put(trustStores, { ...row, bundle: { ...row.bundle } }))
  await clock.advance(0)
  expect(trust.contents(TrustStoreArn)?.authorities).toBe('others')
  slow.resolve()
  await clock.advance(0)
  expect(trust.contents(TrustStoreArn)?.authorities).toBe('others')
  trust.stop()
})

test('one that cannot be read is read again later, and nobody is let in meanwhile', async () => {
  const { clock, s3, trust } = await world()
  s3.isAway = true
  trust.contents(TrustStoreArn)
  await clock.advance(0)
  expect(trust.contents(TrustStoreArn)).toBeUndefined()
  s3.isAway = false
  await clock.advance(10_000)
  await clock.advance(0)
  expect(trust.contents(TrustStoreArn)?.authorities).toBe('authorities')
  trust.stop()
})

test('a list is read in either form, and what is none is told', () => {
  const der = Buffer.from(list.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  expect(revokedBy(der)).toBe(`${issuer}:3a5b2`)
  expect(revokedBy(Buffer.from(list))).toBe(`${issuer}:3a5b2`)
  expect(() => revokedBy(Buffer.from('no list'))).toThrow()
})
