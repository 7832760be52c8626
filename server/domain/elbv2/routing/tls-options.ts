// What a secure listener agrees on with its clients, as the gateway's TLS options: versions and ciphers of its security
// policy, the protocol that is spoken within, and whether clients are asked for certificates.
// https://doc.traefik.io/traefik/v3.6/reference/routing-configuration/http/tls/tls-options/
import type { ListenerRow, LoadBalancerRow } from '../../../store/elbv2-tables.ts'
import { defaultSslPolicy, sslPolicyNamed } from '../ssl-policies.ts'
import { advertisedAuthorities, asksForCertificates, renamedHeaders } from './client-certificates.ts'
import { type TlsOptions, type TlsVersion, noProtocols } from './dynamic-configuration.ts'
import { type RoutingState, nameOf } from './routing-state.ts'

const versions: Readonly<Record<string, TlsVersion>> = {
  TLSv1: 'VersionTLS10',
  'TLSv1.1': 'VersionTLS11',
  'TLSv1.2': 'VersionTLS12',
  'TLSv1.3': 'VersionTLS13',
}

/**
 * Ciphers of TLS 1.2 and before, by what OpenSSL, and so AWS, calls them. Go has none with CBC and SHA-384, nor
 * AES256-SHA256: clients agree on another one. Those of TLS 1.3 it lets nobody choose.
 */
const suites: Readonly<Record<string, string>> = {
  'ECDHE-ECDSA-AES128-GCM-SHA256': 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256': 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-SHA256': 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  'ECDHE-RSA-AES128-SHA256': 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
  'ECDHE-ECDSA-AES128-SHA': 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  'ECDHE-RSA-AES128-SHA': 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  'ECDHE-ECDSA-AES256-GCM-SHA384': 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384': 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'ECDHE-ECDSA-AES256-SHA': 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  'ECDHE-RSA-AES256-SHA': 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  'AES128-GCM-SHA256': 'TLS_RSA_WITH_AES_128_GCM_SHA256',
  'AES128-SHA256': 'TLS_RSA_WITH_AES_128_CBC_SHA256',
  'AES128-SHA': 'TLS_RSA_WITH_AES_128_CBC_SHA',
  'AES256-GCM-SHA384': 'TLS_RSA_WITH_AES_256_GCM_SHA384',
  'AES256-SHA': 'TLS_RSA_WITH_AES_256_CBC_SHA',
  'DES-CBC3-SHA': 'TLS_RSA_WITH_3DES_EDE_CBC_SHA',
}

const curves = ['X25519', 'CurveP256', 'CurveP384', 'CurveP521']

/** What a listener's policy asks for. Policies with PQ in their names alone offer hybrid post-quantum key exchange. */
function policyOptions({ listener }: ListenerRow): Omit<TlsOptions, 'alpnProtocols'> {
  const name = listener.SslPolicy ?? defaultSslPolicy
  const { SslProtocols = [], Ciphers = [] } = sslPolicyNamed(name) ?? {}
  const asked = SslProtocols.flatMap(protocol => versions[protocol] ?? [])
  const cipherSuites = Ciphers.flatMap(({ Name: cipher = '' }) => suites[cipher] ?? [])
  return {
    minVersion: asked[0] ?? 'VersionTLS12',
    maxVersion: asked.at(-1) ?? 'VersionTLS13',
    ...(cipherSuites.length === 0 ? {} : { cipherSuites }),
    curvePreferences: name.includes('-PQ-') ? ['X25519MLKEM768', ...curves] : curves,
  }
}

/** What the gateway calls a listener's options, which no other listener has. */
export const optionsName = ({ listener }: ListenerRow): string => nameOf('listener', listener.ListenerArn)

/** Those of an HTTPS listener. */
export function secureOptions(state: RoutingState, balancer: LoadBalancerRow, row: ListenerRow): TlsOptions {
  const authorities = advertisedAuthorities(state, row)
  return {
    ...policyOptions(row),
    alpnProtocols: balancer.attributes['routing.http2.enabled'] === 'false' ? ['http/1.1'] : ['h2', 'http/1.1'],
    ...(asksForCertificates(row)
      ? { clientAuth: { clientAuthType: 'RequestClientCert', ...(authorities === undefined ? {} : { caFiles: [authorities] }) } }
      : {}),
  }
}

/** The plugin's settings of an HTTPS listener, whose targets may be told what was agreed upon. */
export function negotiatedSettings({ attributes }: LoadBalancerRow, row: ListenerRow): Readonly<Record<string, string>> {
  const isAsked = attributes['routing.http.x_amzn_tls_version_and_cipher_suite.enabled'] === 'true'
  if (row.listener.Protocol !== 'HTTPS' || !isAsked) return {}
  return { negotiated: 'true', ...renamedHeaders(row, { version: 'x_amzn_tls_version', cipher: 'x_amzn_tls_cipher_suite' }) }
}

/**
 * The protocols that a TLS listener agrees on, from the most to the least liked; none where it does not negotiate.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html#alpn-policies
 */
const negotiated: Readonly<Record<string, readonly string[]>> = {
  HTTP1Only: ['http/1.1', 'http/1.0'],
  HTTP2Only: ['h2'],
  HTTP2Optional: ['http/1.1', 'http/1.0', 'h2'],
  HTTP2Preferred: ['h2', 'http/1.1', 'http/1.0'],
}

export const negotiatedProtocols = ({ listener }: ListenerRow): readonly string[] => negotiated[listener.AlpnPolicy?.[0] ?? 'None'] ?? []

/** What it calls those of a TLS listener for clients with whom it agrees on a protocol. */
export const negotiatedName = (row: ListenerRow): string => `${optionsName(row)}-negotiated`

/** Those of a TLS listener: a client that speaks none of its protocols is let in all the same, and nothing is agreed upon. */
export function transportOptions(row: ListenerRow): Readonly<Record<string, TlsOptions>> {
  const policy = policyOptions(row)
  const protocols = negotiatedProtocols(row)
  return {
    [optionsName(row)]: { ...policy, alpnProtocols: noProtocols },
    ...(protocols.length === 0 ? {} : { [negotiatedName(row)]: { ...policy, alpnProtocols: protocols } }),
  }
}
