import { afterAll, describe, expect, test } from 'bun:test'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '../../shared/clock.ts'
import { randomIds } from '../../shared/ids.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import { aLoadBalancer } from '../../test/support/routing-world.ts'
import { until } from '../../test/support/until.ts'
import { createBackend } from '../backend/client.ts'
import { createLog } from '../log.ts'
import { type ListenerRow, listeners } from '../store/elbv2-tables.ts'
import { memoryStore } from '../store/memory.ts'
import { openAuthority } from './authority.ts'
import { Certificates } from './certificates.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map(folder => rm(folder, { recursive: true, force: true }))))
const authority = async (folder?: string) => {
  const own = folder ?? join(await mkdtemp(join(tmpdir(), 'kecs-ca-')), 'ca')
  folders.push(dirname(own))
  return { folder: own, authority: await openAuthority({ folder: own, instance: 'test', clock: systemClock, ids: randomIds }) }
}

describe('the authority of an instance', () => {
  test('is made once, readable by its owner alone, and stays', async () => {
    const { folder, authority: first } = await authority()
    const certificate = new X509Certificate(first.certificate)
    expect(certificate.ca).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.subject).toContain('CN=kecs test')
    expect((await readdir(folder)).sort()).toEqual(['ca-key.pem', 'ca.pem'])
    expect((await stat(join(folder, 'ca-key.pem'))).mode & 0o777).toBe(0o600)
    expect((await authority(folder)).authority.certificate).toBe(first.certificate)
  })

  test.each([
    ['EC', 'ec'],
    ['RSA', 'rsa'],
  ] as const)('issues what a client accepts that trusts it, for names, wildcards and addresses: %s', async (kind, type) => {
    const { authority: by } = await authority()
    const { certFile, keyFile } = await by.issue(['*.example.com', 'example.com', '127.0.0.1'], kind)
    const leaf = new X509Certificate(certFile)
    expect(leaf.publicKey.asymmetricKeyType).toBe(type)
    expect(leaf.checkIssued(new X509Certificate(by.certificate))).toBe(true)
    expect(leaf.verify(new X509Certificate(by.certificate).publicKey)).toBe(true)
    expect(leaf.checkHost('www.example.com')).toBe('*.example.com')
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(leaf.ca).toBe(false)
    using server = Bun.serve({ port: 0, hostname: '127.0.0.1', tls: { cert: certFile, key: keyFile }, fetch: () => new Response('hello') })
    const answer = await fetch(`https://127.0.0.1:${server.port}/`, { tls: { ca: by.certificate } })
    expect(await answer.text()).toBe('hello')
    await expect(fetch(`https://127.0.0.1:${server.port}/`)).rejects.toThrow()
  })
})

const arn = 'arn:aws:acm:eu-west-1:123456789012:certificate/1'
const book = async (answer: (target: string) => Response | undefined) => {
  const asked: string[] = []
  const made: string[] = []
  const clock = new FakeClock()
  const store = memoryStore({ clock })
  const certificates = new Certificates({
    store,
    clock,
    ids: randomIds,
    log: createLog({ logLevel: 'error' }, { write: () => true }),
    authority: (await authority()).authority,
    backend: createBackend({
      url: 'http://backend',
      fetch: async request => {
        const target = request.headers.get('x-amz-target') ?? ''
        asked.push(target)
        return answer(target) ?? new Response('{"__type":"ValidationException","message":"no"}', { status: 400 })
      },
    }),
    onMade: () => made.push('made'),
  })
  const of = async (balancer = aLoadBalancer()): Promise<X509Certificate> => {
    const deadline = Date.now() + 5_000
    for (;;) {
      const pair = certificates.pair(arn, balancer)
      if (pair !== undefined) return new X509Certificate(pair.certFile)
      if (Date.now() > deadline) throw new Error('no certificate')
      await Bun.sleep(1)
    }
  }
  return { of, asked, made, clock, store, certificates }
}

describe("a listener's certificate", () => {
  test('is for the names that ACM says, and for those by which it is reached here', async () => {
    const { of, asked, made } = await book(target =>
      target.endsWith('DescribeCertificate')
        ? Response.json({ Certificate: { DomainName: 'shop.test', SubjectAlternativeNames: ['shop.test', '*.shop.test'] } })
        : undefined,
    )
    const certificate = await of()
    const dnsName = aLoadBalancer().loadBalancer.DNSName ?? ''
    for (const name of ['shop.test', 'a.shop.test', 'localhost', dnsName]) expect(certificate.checkHost(name)).toBeDefined()
    expect(asked).toEqual(['CertificateManager.DescribeCertificate', 'CertificateManager.ExportCertificate'])
    await of()
    expect(asked).toHaveLength(2)
    expect(made).toHaveLength(1)
  })

  // https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html
  test.each([
    ['RSA_2048', 'rsa'],
    ['EC_prime256v1', 'ec'],
  ] as const)('has a key of the kind that ACM says: %s', async (KeyAlgorithm, type) => {
    const { of } = await book(target =>
      target.endsWith('DescribeCertificate') ? Response.json({ Certificate: { DomainName: 'shop.test', KeyAlgorithm } }) : undefined,
    )
    expect((await of()).publicKey.asymmetricKeyType).toBe(type)
  })

  test('is of the authority alone when ACM knows none', async () => {
    const certificate = await (await book(() => undefined)).of()
    expect(certificate.publicKey.asymmetricKeyType).toBe('rsa')
    expect(certificate.checkHost('localhost')).toBe('localhost')
  })

  test('stays the same while the backend is away, is better when it is back, and nobody asks for one without a listener', async () => {
    let isAway = true
    const { of, asked, made, clock, store } = await book(target => {
      if (isAway) return new Response('', { status: 503 })
      return target.endsWith('DescribeCertificate') ? Response.json({ Certificate: { DomainName: 'shop.test' } }) : undefined
    })
    const { scope, loadBalancer } = aLoadBalancer()
    const { LoadBalancerArn } = loadBalancer
    const listener = { ListenerArn: 'l', LoadBalancerArn, Certificates: [{ CertificateArn: arn }] }
    const row: ListenerRow = { scope, listener, defaultRuleArn: 'r', certificates: [], attributes: {}, tags: [] }
    await store.commit(transaction => transaction.put(listeners, row))
    const first = await of()
    for (let time = 1; time <= 3; time++) {
      await clock.advance(10_000)
      await until('it is asked again', () => asked.length > time && clock.waiting > 0)
    }
    expect((await of()).serialNumber).toBe(first.serialNumber)
    expect(made).toHaveLength(1)
    isAway = false
    await clock.advance(10_000)
    await until('it is made', () => made.length === 2)
    expect((await of()).checkHost('shop.test')).toBe('shop.test')

    isAway = true
    const other = { ...aLoadBalancer(), loadBalancer: { ...aLoadBalancer().loadBalancer, DNSName: 'other.test' } }
    await of(other)
    await store.commit(transaction => transaction.remove(listeners, 'l'))
    await clock.advance(10_000)
    expect(clock.waiting).toBe(0)
  })

  test('is not asked for after the stop', async () => {
    const { of, clock, certificates } = await book(() => new Response('', { status: 503 }))
    await of()
    await until('it is to be asked again', () => clock.waiting > 0)
    certificates.stop()
    expect(clock.waiting).toBe(0)
  })
})
