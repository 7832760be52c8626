// Clients' certificates, as the gateway's plugin is told of them: the gateway asks clients for one, and the plugin looks at it.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
import type { ListenerRow } from '../../../store/elbv2-tables.ts'
import type { RoutingState } from './routing-state.ts'

/** What a trust store holds. */
export interface TrustedClients {
  /** The authorities whose certificates are believed: PEM. */
  readonly authorities: string
  /** Revoked certificates by issuer: its name (DER, in base64), a colon, and serial numbers (hexadecimal) between commas. */
  readonly revoked: readonly string[]
}

const headers = {
  serial: 'x_amzn_mtls_clientcert_serial_number',
  issuer: 'x_amzn_mtls_clientcert_issuer',
  subject: 'x_amzn_mtls_clientcert_subject',
  validity: 'x_amzn_mtls_clientcert_validity',
  leaf: 'x_amzn_mtls_clientcert_leaf',
  chain: 'x_amzn_mtls_clientcert',
} as const

/** Whether a listener asks clients for certificates. */
export const asksForCertificates = ({ listener: { Protocol, MutualAuthentication: mutual } }: ListenerRow): boolean =>
  Protocol === 'HTTPS' && (mutual?.Mode === 'verify' || mutual?.Mode === 'passthrough')

/**
 * Whom a listener tells its clients that it believes, PEM; undefined where it does not. One that is not among them may
 * be shown all the same, and is turned away behind the handshake.
 */
export function advertisedAuthorities(state: RoutingState, row: ListenerRow): string | undefined {
  const mutual = row.listener.MutualAuthentication
  if (!asksForCertificates(row) || mutual?.AdvertiseTrustStoreCaNames !== 'on') return undefined
  return state.trustedClients(mutual.TrustStoreArn ?? '')?.authorities
}

/** The plugin's settings for headers that a listener's attributes give other names: `leafHeader` of `leaf`, if it is one of them. */
export const renamedHeaders = ({ attributes }: ListenerRow, names: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([setting, attribute]) => {
      const name = attributes[`routing.http.request.${attribute}.header_name`]
      return name ? [[`${setting}Header`, name]] : []
    }),
  )

/**
 * The plugin's settings for a listener's clients; undefined while what it believes is not known: such a listener serves
 * nobody.
 */
export function clientSettings(state: RoutingState, row: ListenerRow): Readonly<Record<string, string>> | undefined {
  if (!asksForCertificates(row)) return {}
  const { Mode, TrustStoreArn = '', IgnoreClientCertificateExpiry: ignores } = row.listener.MutualAuthentication ?? {}
  const names = renamedHeaders(row, headers)
  if (Mode === 'passthrough') return { clients: 'passthrough', ...names }
  const trusted = state.trustedClients(TrustStoreArn)
  if (trusted === undefined) return undefined
  return {
    clients: 'verify',
    authorities: trusted.authorities,
    ...(trusted.revoked.length === 0 ? {} : { revoked: trusted.revoked.join(' ') }),
    ...(ignores === true ? { expired: 'true' } : {}),
    ...names,
  }
}
