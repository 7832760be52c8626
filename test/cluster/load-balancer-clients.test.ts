// Load balancers of a real cluster: what they agree on with clients, and whether they believe them.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as elb from '@aws-sdk/client-elastic-load-balancing-v2'
import { instance } from '../support/instance.ts'
import { until } from '../support/until.ts'
import {
  type Answer,
  type Asked,
  Balancers,
  type Server,
  agreed,
  ask,
  fixed,
  forward,
  hostAddress,
  httpBackend,
  only,
  tcpBackend,
} from './load-balancer-harness.ts'

const minute = 60_000
let balancers: Balancers
let target: Server
let host: string
let ca: string
let folder: string

beforeAll(async () => {
  const kecs = await instance()
  balancers = new Balancers(kecs)
  host = await hostAddress(kecs)
  target = httpBackend(host, 'target')
  ca = (await kecs.kecs(['ca'])).stdout
  folder = await mkdtemp(join(tmpdir(), 'kecs-clients-'))
}, 10 * minute)
afterAll(async () => {
  await balancers.removeAll()
  await target.stop()
  await rm(folder, { recursive: true })
}, 5 * minute)

const openssl = (line: string) => balancers.kecs.run(['sh', '-c', `cd ${folder} && openssl ${line}`])
const file = (name: string): Promise<string> => Bun.file(join(folder, name)).text()

/** An authority, and certificates of it: `ann` and `eve`, of whom `eve` is revoked; and `mallory`, who vouches for herself. */
const certificates = async () => {
  await openssl('req -x509 -newkey rsa:2048 -nodes -days 9 -subj "/O=Test/CN=Clients" -keyout ca.key -out ca.pem')
  for (const name of ['ann', 'eve']) {
    await openssl(`req -newkey rsa:2048 -nodes -subj "/O=Test/CN=${name}" -keyout ${name}.key -out ${name}.csr`)
    await openssl(
      `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -days 9 -set_serial ${name === 'ann' ? '0x03A5B1' : '0x03A5B2'} -out ${name}.pem`,
    )
  }
  await openssl('req -x509 -newkey rsa:2048 -nodes -days 9 -subj "/CN=mallory" -keyout mallory.key -out mallory.pem')
  await Bun.write(join(folder, 'index.txt'), '')
  await Bun.write(join(folder, 'ca.conf'), '[ca]\ndefault_ca=x\n[x]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=9\n')
  await openssl('ca -config ca.conf -keyfile ca.key -cert ca.pem -revoke eve.pem')
  await openssl('ca -config ca.conf -keyfile ca.key -cert ca.pem -gencrl -out revoked.pem')
}

const headersOf = ({ body }: Answer): Record<string, string> => JSON.parse(body).headers
const shop = async (): Promise<elb.Certificate> => {
  const made = await balancers.kecs.aws('acm', 'request-certificate', '--domain-name', 'shop.test')
  return { CertificateArn: String(made['CertificateArn']) }
}

test(
  'agrees with clients on what the security policy of each listener says, and on what it is changed to',
  async () => {
    const { client } = balancers
    const { arn } = await balancers.balancer('policies')
    const group = await balancers.group('policies', [{ Id: host, Port: target.port }])
    const secure: Partial<elb.CreateListenerCommandInput> = { Protocol: 'HTTPS', Certificates: [await shop()] }
    const changed = await balancers.listener(arn, 443, forward([group, 1]), secure)
    const SslPolicy = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06'
    const other = await balancers.listener(arn, 8443, forward([group, 1]), { ...secure, SslPolicy })
    const [tls12, tls10] = [
      { ca, ...only('TLSv1.2') },
      { ca, ...only('TLSv1') },
    ]
    // The gateway shakes hands before it knows a listener: it is there when its target answers.
    const isThere = async (port: number) => (await ask(port, { ca }).catch(() => undefined))?.status === 200
    await until('both listeners', async () => (await isThere(changed.port)) && (await isThere(other.port)))
    // ELBSecurityPolicy-2016-08 is what a listener has that names none: TLS 1.0 to 1.2, with and without forward secrecy.
    expect(await agreed(changed.port, { ca })).toMatchObject({ version: 'TLSv1.2' })
    expect(await agreed(changed.port, tls10)).toMatchObject({ version: 'TLSv1' })
    expect(await agreed(changed.port, { ...tls12, ciphers: 'AES128-SHA' })).toMatchObject({ cipher: 'AES128-SHA' })
    await client.send(new elb.ModifyListenerCommand({ ListenerArn: changed.arn, SslPolicy: 'ELBSecurityPolicy-TLS13-1-3-2021-06' }))
    await until('TLS 1.2 to be refused', async () => (await agreed(changed.port, tls12)) === undefined)
    expect(await agreed(changed.port, { ca })).toMatchObject({ version: 'TLSv1.3' })
    expect(await agreed(other.port, { ca })).toMatchObject({ version: 'TLSv1.3' })
    expect(await agreed(other.port, tls12)).toMatchObject({ version: 'TLSv1.2', cipher: 'ECDHE-RSA-AES128-GCM-SHA256' })
    expect(await agreed(other.port, { ...tls12, ciphers: 'AES128-SHA' })).toBeUndefined()
    expect(await agreed(other.port, tls10)).toBeUndefined()

    const Attributes = [
      { Key: 'routing.http.x_amzn_tls_version_and_cipher_suite.enabled', Value: 'true' },
      { Key: 'routing.http2.enabled', Value: 'false' },
    ]
    const both = { ca, ALPNProtocols: ['h2', 'http/1.1'] }
    expect(await agreed(other.port, both)).toMatchObject({ protocol: 'h2' })
    await client.send(new elb.ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes }))
    await until('HTTP/2 to be over', async () => (await agreed(other.port, both))?.protocol === 'http/1.1')
    expect(headersOf(await ask(other.port, tls12))).toMatchObject({
      'x-amzn-tls-version': 'TLSv1.2',
      'x-amzn-tls-cipher-suite': 'ECDHE-RSA-AES128-GCM-SHA256',
    })
  },
  5 * minute,
)

test(
  'agrees on a protocol as the ALPN policy of a Network Load Balancer says, and lets those in who speak another one',
  async () => {
    const speaker = await tcpBackend(host)
    const { arn } = await balancers.balancer('protocols', 'network')
    const group = await balancers.group('protocols', [{ Id: host, Port: speaker.port }], { Protocol: 'TCP', Port: speaker.port })
    const SslPolicy = 'ELBSecurityPolicy-TLS13-1-3-2021-06'
    const secure: Partial<elb.CreateListenerCommandInput> = { Protocol: 'TLS', Certificates: [await shop()], SslPolicy }
    const silent = await balancers.listener(arn, 5_000, forward([group, 1]), secure)
    const { port } = await balancers.listener(arn, 5_001, forward([group, 1]), { ...secure, AlpnPolicy: ['HTTP2Optional'] })
    try {
      const speaking = (at: number, ...ALPNProtocols: string[]) => agreed(at, { ca, ALPNProtocols })
      // The gateway shakes hands before it knows a listener, and likes HTTP/2 best then.
      await until('HTTP/1.1 first', async () => (await speaking(port, 'h2', 'http/1.1'))?.protocol === 'http/1.1')
      await until('no protocol', async () => (await speaking(silent.port, 'h2'))?.protocol === false)
      expect(await speaking(silent.port, 'h2')).toMatchObject({ version: 'TLSv1.3', protocol: false })
      expect(await speaking(port, 'h2')).toMatchObject({ version: 'TLSv1.3', protocol: 'h2' })
      expect(await speaking(port, 'mqtt')).toMatchObject({ version: 'TLSv1.3', protocol: false })
      expect(await agreed(port, { ca, ...only('TLSv1.2') })).toBeUndefined()
    } finally {
      await speaker.stop()
    }
  },
  5 * minute,
)

test(
  'lets those pass whom its trust store vouches for, and tells the target who they are',
  async () => {
    await certificates()
    const { aws } = balancers.kecs
    const bucket = `clients-${Date.now()}`
    await aws('s3api', 'create-bucket', '--bucket', bucket)
    for (const key of ['ca.pem', 'revoked.pem'])
      await aws('s3api', 'put-object', '--bucket', bucket, '--key', key, '--body', join(folder, key))
    const bundle = ['--ca-certificates-bundle-s3-bucket', bucket, '--ca-certificates-bundle-s3-key', 'ca.pem']
    const made = await aws('elbv2', 'create-trust-store', '--name', bucket, ...bundle)
    const { TrustStoreArn = '' } = (made['TrustStores'] as elb.TrustStore[])[0] ?? {}
    const revocations = ['--trust-store-arn', TrustStoreArn, '--revocation-contents', `S3Bucket=${bucket},S3Key=revoked.pem`]
    const secure: Partial<elb.CreateListenerCommandInput> = { Protocol: 'HTTPS', Certificates: [await shop()] }
    const { arn } = await balancers.balancer('mutual')
    const group = await balancers.group('mutual', [{ Id: host, Port: target.port }])
    const verify = { ...secure, MutualAuthentication: { Mode: 'verify', TrustStoreArn } }
    const { port } = await balancers.listener(arn, 443, forward([group, 1]), verify)
    const passing = await balancers.listener(arn, 8443, forward([group, 1]), { ...secure, MutualAuthentication: { Mode: 'passthrough' } })
    const plain = await balancers.listener(arn, 9443, fixed('204'), secure)

    const client = async (name: string): Promise<Asked> => ({ ca, cert: await file(`${name}.pem`), key: await file(`${name}.key`) })
    const isLet = (at: number, options: Asked) =>
      until('an answer', async () => {
        const answer = await ask(at, options).catch(() => undefined)
        return answer?.status === 200 && answer
      })
    const ann = headersOf(await isLet(port, { ...(await client('ann')), headers: { 'x-amzn-mtls-clientcert-subject': 'CN=root' } }))
    expect(ann).toMatchObject({
      'x-amzn-mtls-clientcert-serial-number': '03A5B1',
      'x-amzn-mtls-clientcert-issuer': 'CN=Clients,O=Test',
      'x-amzn-mtls-clientcert-subject': 'CN=ann,O=Test',
      'x-amzn-mtls-clientcert-validity': expect.stringMatching(/^NotBefore=[\d-]+T[\d:]+Z;NotAfter=[\d-]+T[\d:]+Z$/),
    })
    const pem = await file('ann.pem')
    expect(decodeURIComponent(ann['x-amzn-mtls-clientcert-leaf'] ?? '')).toBe(pem)
    expect(ann['x-amzn-mtls-clientcert-leaf']).toStartWith('-----BEGIN%20CERTIFICATE-----%0AMII')

    await isLet(port, await client('eve'))
    await aws('elbv2', 'add-trust-store-revocations', ...revocations)
    await until('eve to be turned away', () =>
      client('eve')
        .then(options => ask(port, options))
        .then(
          () => false,
          () => true,
        ),
    )
    for (const options of [await client('mallory'), { ca }]) await expect(ask(port, options)).rejects.toThrow()
    expect((await ask(port, await client('ann'))).status).toBe(200)

    const mallory = headersOf(await isLet(passing.port, await client('mallory')))
    expect(decodeURIComponent(mallory['x-amzn-mtls-clientcert'] ?? '')).toBe(await file('mallory.pem'))
    expect(mallory).not.toHaveProperty('x-amzn-mtls-clientcert-subject')
    expect(headersOf(await isLet(passing.port, { ca }))).not.toHaveProperty('x-amzn-mtls-clientcert')
    await until('the plain listener', async () => (await ask(plain.port, { ca }).catch(() => undefined))?.status === 204)
  },
  5 * minute,
)
