// The predefined security policies.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html
import type { SslPolicy } from '../../aws/generated/elbv2.ts'

/** What a secure listener has where it names none. */
export const defaultSslPolicy = 'ELBSecurityPolicy-2016-08'

const tls13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'] as const
/** Of those FIPS allows two. */
const fips13 = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'] as const

/** Forward secrecy, then none, each from AES-128 to AES-256: the order of every policy. */
const ordered = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA384',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES128-SHA256',
  'AES128-SHA',
  'AES256-GCM-SHA384',
  'AES256-SHA256',
  'AES256-SHA',
] as const

const isForward = (cipher: string): boolean => cipher.startsWith('ECDHE-')
/** With SHA-1. */
const isOld = (cipher: string): boolean => cipher.endsWith('-SHA')

const all: readonly string[] = ordered
const forward = all.filter(isForward)
const forwardNew = forward.filter(cipher => !isOld(cipher))
const forwardGcm = forward.filter(cipher => cipher.includes('-GCM-'))
const allNew = all.filter(cipher => !isOld(cipher))

const protocols = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
type ProtocolName = (typeof protocols)[number]

const between = (least: ProtocolName, most: ProtocolName): readonly string[] =>
  protocols.slice(protocols.indexOf(least), protocols.indexOf(most) + 1)

const policy = (
  name: string,
  sslProtocols: readonly string[],
  ciphers: readonly string[],
  types = ['application', 'network'],
): SslPolicy => ({
  Name: `ELBSecurityPolicy-${name}`,
  SslProtocols: sslProtocols,
  Ciphers: ciphers.map((cipher, index) => ({ Name: cipher, Priority: index + 1 })),
  SupportedLoadBalancerTypes: types,
})

/** A family of TLS 1.3: what each member adds for TLS 1.2 and below, and down to which version it goes. */
const members: readonly (readonly [name: string, least: ProtocolName, ciphers: readonly string[]])[] = [
  ['1-3', 'TLSv1.3', []],
  ['1-2-Res', 'TLSv1.2', forwardGcm],
  ['1-2', 'TLSv1.2', forwardNew],
  ['1-2-Ext0', 'TLSv1.2', forward],
  ['1-2-Ext1', 'TLSv1.2', allNew],
  ['1-2-Ext2', 'TLSv1.2', all],
  ['1-1', 'TLSv1.1', all],
  ['1-0', 'TLSv1', all],
]

/** A few combinations are not there. */
const absent = new Set(['1-2-Ext0/2021-06', '1-2-Ext0/PQ-2025-09', '1-1/PQ-2025-09', '1-1/FIPS-PQ-2025-09'])

const family = (suffix: string, ciphers: readonly string[]): readonly SslPolicy[] =>
  members
    .filter(([name]) => !absent.has(`${name}/${suffix}`))
    .map(([name, least, below]) => policy(`TLS13-${name}-${suffix}`, between(least, 'TLSv1.3'), [...ciphers, ...below]))

export const sslPolicies: readonly SslPolicy[] = [
  ...family('2021-06', tls13),
  ...family('FIPS-2023-04', fips13),
  ...family('PQ-2025-09', tls13),
  ...family('FIPS-PQ-2025-09', fips13),
  policy('TLS-1-2-Ext-2018-06', ['TLSv1.2'], all),
  policy('TLS-1-2-2017-01', ['TLSv1.2'], allNew),
  policy('TLS-1-1-2017-01', between('TLSv1.1', 'TLSv1.2'), all),
  policy('TLS-1-0-2015-04', between('TLSv1', 'TLSv1.2'), [...all, 'DES-CBC3-SHA']),
  policy('2016-08', between('TLSv1', 'TLSv1.2'), all),
  policy('2015-05', between('TLSv1', 'TLSv1.2'), all, ['network']),
  policy('FS-1-2-Res-2020-10', ['TLSv1.2'], forwardGcm),
  policy('FS-1-2-Res-2019-08', ['TLSv1.2'], forwardNew),
  policy('FS-1-2-2019-08', ['TLSv1.2'], forward),
  policy('FS-1-1-2019-08', between('TLSv1.1', 'TLSv1.2'), forward),
  policy('FS-2018-06', between('TLSv1', 'TLSv1.2'), forward),
]

/** undefined when there is none of that name. */
export const sslPolicyNamed = (name: string): SslPolicy | undefined => sslPolicies.find(({ Name }) => Name === name)
