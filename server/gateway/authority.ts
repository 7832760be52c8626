// The certificates of listeners whose own cannot be had: made by an authority of this instance, which a browser or a
// client can be told to trust (`kecs ca`).
import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
// First: the library's own parts find each other by it.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'
import { isMissing } from '../../shared/errors.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import type { CertificatePair } from '../domain/elbv2/routing/dynamic-configuration.ts'

/** Of a certificate's key: elliptic P-256, or RSA of 2048 bits. */
export type KeyKind = 'EC' | 'RSA'

export interface Authority {
  /** Its own certificate, PEM. */
  readonly certificate: string
  /** A certificate for names, of which some may be addresses or begin with `*.`; the first is its subject's. */
  issue(names: readonly [string, ...string[]], kind?: KeyKind): Promise<CertificatePair>
}

export interface AuthorityParts {
  /** Where it is kept; made when missing. */
  readonly folder: string
  /** The instance's name, for its subject. */
  readonly instance: string
  readonly clock: Clock
  readonly ids: Ids
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const rsa = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' } as const
const day = 86_400_000
const ownLifetime = 3650 * day
/** What browsers accept at most. */
const leafLifetime = 397 * day
/** Other machines' clocks may be behind. */
const slack = day

const files = { certificate: 'ca.pem', key: 'ca-key.pem' } as const

/** The instance's authority: read, or made the first time. */
export async function openAuthority(parts: AuthorityParts): Promise<Authority> {
  const kept = (await read(parts.folder)) ?? (await make(parts))
  const issuer = new X509Certificate(kept.certificate)
  const signingKey = await importKey(kept.key)
  // One key for all certificates of RSA: making one takes a tenth of a second, and who holds one of them holds all.
  let rsaKeys: Promise<CryptoKeyPair> | undefined
  const keysOf = (kind: KeyKind): Promise<CryptoKeyPair> =>
    kind === 'RSA' ? (rsaKeys ??= crypto.subtle.generateKey(rsa, true, ['sign', 'verify'])) : ellipticKeys()
  return {
    certificate: kept.certificate,
    issue: async (names, kind = 'EC') => issue(parts, { issuer, signingKey, certificate: kept.certificate }, names, await keysOf(kind)),
  }
}

const ellipticKeys = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

interface Kept {
  readonly certificate: string
  readonly key: string
}

async function read(folder: string): Promise<Kept | undefined> {
  try {
    const [certificate, key] = await Promise.all([files.certificate, files.key].map(name => readFile(join(folder, name), 'utf8')))
    return certificate === undefined || key === undefined ? undefined : { certificate, key }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function make({ folder, instance, clock, ids }: AuthorityParts): Promise<Kept> {
  const keys = await ellipticKeys()
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(ids),
    name: `CN=kecs ${instance}, O=kecs`,
    notBefore: new Date(clock.now() - slack),
    notAfter: new Date(clock.now() + ownLifetime),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const kept = { certificate: `${made.toString('pem')}\n`, key: await exportKey(keys.privateKey) }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // The certificate comes last: with it there is an authority.
  await writeWhole(join(folder, files.key), kept.key)
  await writeWhole(join(folder, files.certificate), kept.certificate)
  return kept
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.tmp`, text, { mode: 0o600 })
  await rename(`${path}.tmp`, path)
}

interface Issuer {
  readonly issuer: X509Certificate
  readonly signingKey: CryptoKey
  readonly certificate: string
}

async function issue(
  { clock, ids }: AuthorityParts,
  by: Issuer,
  names: readonly [string, ...string[]],
  keys: CryptoKeyPair,
): Promise<CertificatePair> {
  const isRsa = keys.publicKey.algorithm.name === rsa.name
  const made = await X509CertificateGenerator.create({
    serialNumber: serial(ids),
    // A name there may have 64 characters; clients read the extension.
    subject: [{ CN: [names[0].slice(0, 64)] }],
    issuer: by.issuer.subject.split('\n').join(', '),
    notBefore: new Date(clock.now() - slack),
    notAfter: new Date(clock.now() + leafLifetime),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: by.signingKey,
    extensions: [
      new BasicConstraintsExtension(false),
      isRsa ? rsaUsage : new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        [...new Set(names)].map(value => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(await publicKeyOf(by.issuer)),
    ],
  })
  return { certFile: `${made.toString('pem')}\n${by.certificate}`, keyFile: await exportKey(keys.privateKey) }
}

/** Clients before TLS 1.3 may send a secret that is encrypted by it. */
const rsaUsage = new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true)

const serial = (ids: Ids): string => `4${ids.hex32().slice(1, 32)}`

const publicKeyOf = (certificate: X509Certificate): Promise<CryptoKey> =>
  crypto.subtle.importKey('spki', Uint8Array.from(certificate.publicKey.export({ type: 'spki', format: 'der' })), algorithm, true, [
    'verify',
  ])

async function exportKey(key: CryptoKey): Promise<string> {
  const lines =
    Buffer.from(await crypto.subtle.exportKey('pkcs8', key))
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`
}

const importKey = (pem: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('pkcs8', Uint8Array.from(Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')), algorithm, true, [
    'sign',
  ])
