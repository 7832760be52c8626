import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CryptoKey, type JWK, SignJWT, exportJWK, generateKeyPair } from 'jose'
import { randomIds } from '../../shared/ids.ts'
import { FakeClock } from '../../test/support/fake-clock.ts'
import type { JwtValidationActionConfig } from '../aws/generated/elbv2.ts'
import { openAuthority } from './authority.ts'
import { Tokens, fetchTrusting } from './tokens.ts'

const config: JwtValidationActionConfig = { JwksEndpoint: 'https://idp.test/keys', Issuer: 'https://idp.test' }
const folders: string[] = []
let signing: CryptoKey
let own: JWK

beforeAll(async () => {
  const pair = await generateKeyPair('RS256')
  signing = pair.privateKey
  own = { ...(await exportJWK(pair.publicKey)), kid: 'one', alg: 'RS256' }
})

afterAll(() => Promise.all(folders.map(folder => rm(folder, { recursive: true }))))

const world = (answer: () => Response | Promise<Response> = () => Response.json({ keys: [own] })) => {
  const clock = new FakeClock()
  const asked: string[] = []
  const tokens = new Tokens({
    clock,
    fetchKeys: async url => {
      asked.push(url)
      return answer()
    },
  })
  const seconds = (): number => Math.floor(clock.now() / 1000)
  const token = (claims: Readonly<Record<string, unknown>> = {}, key: CryptoKey = signing): Promise<string> =>
    new SignJWT({ iss: config.Issuer, exp: seconds() + 60, ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(key)
  return { clock, asked, tokens, token, seconds }
}

describe('a token', () => {
  test("is valid with the issuer's signature and claims, and its keys are asked for once", async () => {
    const { tokens, token, asked, seconds } = world()
    expect(await tokens.check(await token(), config)).toBe('valid')
    expect(await tokens.check(await token({ iat: seconds(), nbf: seconds() }), config)).toBe('valid')
    expect(asked).toEqual([config.JwksEndpoint])
  })

  test.each<[string, (now: number) => Readonly<Record<string, unknown>>]>([
    ['has expired', now => ({ exp: now - 1 })],
    ['never expires', () => ({ exp: undefined })],
    ['is not to be used yet', now => ({ nbf: now + 10 })],
    ['was issued later than now', now => ({ iat: now + 10 })],
    ["is another issuer's", () => ({ iss: 'https://other.test' })],
    ["is nobody's", () => ({ iss: undefined })],
  ])('is invalid that %s', async (_, claims) => {
    const { tokens, token, seconds } = world()
    expect(await tokens.check(await token(claims(seconds())), config)).toBe('invalid')
  })

  test('is invalid without a claim that the rule asks for', async () => {
    const { tokens, token } = world()
    const asking = { ...config, AdditionalClaims: [{ Format: 'space-separated-values', Name: 'scope', Values: ['write'] }] } as const
    expect(await tokens.check(await token({ scope: 'read write' }), asking)).toBe('valid')
    expect(await tokens.check(await token({ scope: 'read' }), asking)).toBe('invalid')
  })

  test('is invalid that another key signed, that none did, or that is none', async () => {
    const { tokens, token } = world()
    const other = await generateKeyPair('RS256')
    expect(await tokens.check(await token({}, other.privateKey), config)).toBe('invalid')
    const [, payload = ''] = (await token()).split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    expect(await tokens.check(`${none}.${payload}.`, config)).toBe('invalid')
    expect(await tokens.check('token', config)).toBe('invalid')
  })

  test('is invalid that is signed with what everybody knows: the public key as a shared secret', async () => {
    const { tokens, seconds } = world()
    const forged = await new SignJWT({ iss: config.Issuer, exp: seconds() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new TextEncoder().encode(own.n))
    expect(await tokens.check(forged, config)).toBe('invalid')
  })

  test.each<[string, () => Response | Promise<Response>]>([
    ['does not answer', () => Promise.reject(new TypeError('connection refused'))],
    ['fails', () => new Response('', { status: 503 })],
    ['answers no JSON', () => new Response('<html>')],
    ['answers no keys', () => Response.json({})],
    ['has more than ten keys', () => Response.json({ keys: Array.from({ length: 11 }, (_, at) => ({ ...own, kid: String(at) })) })],
    ['answers more than 150 KB', () => Response.json({ keys: [own], more: 'x'.repeat(150 * 1024) })],
  ])('cannot be told while the endpoint %s', async (_, answer) => {
    const { tokens, token } = world(answer)
    expect(await tokens.check(await token(), config)).toBe('unknown')
  })
})

test("keys are fetched by HTTPS from whom the instance's own authority knows, and from nobody else", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kecs-tokens-'))
  folders.push(folder)
  const clock = { now: () => Date.now(), after: () => () => {} }
  const open = (name: string) => openAuthority({ folder: join(folder, name), instance: name, clock, ids: randomIds })
  const [ours, theirs] = [await open('ours'), await open('theirs')]
  const pair = await ours.issue(['localhost'])
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    tls: { cert: pair.certFile, key: pair.keyFile },
    fetch: () => Response.json({ keys: [] }),
  })
  try {
    const url = `https://localhost:${server.port}/keys`
    const signal = AbortSignal.timeout(5_000)
    expect(await (await fetchTrusting(ours.certificate)(url, { signal })).json()).toEqual({ keys: [] })
    await expect(fetchTrusting(theirs.certificate)(url, { signal })).rejects.toThrow()
  } finally {
    await server.stop(true)
  }
})
