// Load balancers, and what Service Connect serves, as the gateway's dynamic configuration: everything that is routed,
// computed anew as a whole.
import type { LoadBalancerRow } from '../../../store/elbv2-tables.ts'
import { connectParts } from '../../connect/routing.ts'
import { applicationParts } from './application.ts'
import type { CertificatePair, DynamicConfiguration, TlsOptions } from './dynamic-configuration.ts'
import { networkParts } from './network.ts'
import { type RoutingState, section } from './routing-state.ts'
import { optionsName, secureOptions, transportOptions } from './tls-options.ts'

/** The same state has the same configuration, to the order of its members. Gateway Load Balancers are kept only. */
export function dynamicConfiguration(state: RoutingState): DynamicConfiguration {
  const balancers = [...state.loadBalancers]
  const applications = balancers.filter(row => row.loadBalancer.Type === 'application').map(row => applicationParts(state, row))
  const networks = balancers.filter(row => row.loadBalancer.Type === 'network').map(row => networkParts(state, row))
  const connect = connectParts(state.connectEndpoints)
  const all = <Part, T extends object>(parts: readonly Part[], of: (part: Part) => Readonly<Record<string, T>> | undefined) =>
    section(parts.flatMap(part => Object.entries(of(part) ?? {})))
  return withoutEmpty({
    http: withoutEmpty({
      routers: all([...applications, connect.http], parts => parts.routers),
      services: all([...applications, connect.http], parts => parts.services),
      middlewares: all([...applications, connect.http], parts => parts.middlewares),
      serversTransports: all([...applications, connect.http], parts => parts.serversTransports),
    }),
    tcp: withoutEmpty({
      routers: all([...networks.map(parts => parts.tcpRouters), connect.tcp.routers], routers => routers),
      services: all([...networks.map(parts => parts.tcpServices), connect.tcp.services], services => services),
      serversTransports: all([...networks.map(parts => parts.tcpTransports), connect.tcp.serversTransports], transports => transports),
    }),
    udp: withoutEmpty({ routers: all(networks, parts => parts.udpRouters), services: all(networks, parts => parts.udpServices) }),
    tls: tlsOf(state, balancers),
  })
}

type Known<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** Without members that are undefined or have none themselves. */
function withoutEmpty<T extends object>(value: T): Known<T> {
  const kept: Known<T> = {}
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined && Object.keys(member).length > 0) Object.assign(kept, { [key]: member })
  }
  return kept
}

/**
 * Options are each listener's own. Certificates are chosen by the name that a client asks for, among those of all
 * listeners, as the gateway has one store of them. A client that asks for none that there is gets the default
 * certificate of the listener that was made first.
 */
function tlsOf(state: RoutingState, balancers: readonly LoadBalancerRow[]): DynamicConfiguration['tls'] {
  const defaults: CertificatePair[] = []
  const others: CertificatePair[] = []
  const options: Record<string, TlsOptions> = {}
  for (const balancer of balancers) {
    for (const row of state.listenersOf(balancer.loadBalancer.LoadBalancerArn)) {
      const { listener, certificates } = row
      if (listener.Protocol === 'HTTPS') options[optionsName(row)] = secureOptions(state, balancer, row)
      else if (listener.Protocol === 'TLS') Object.assign(options, transportOptions(row))
      else continue
      const pair = (arn: string | undefined) => (arn === undefined ? undefined : state.certificate(arn, balancer))
      const own = pair(listener.Certificates?.[0]?.CertificateArn)
      if (own !== undefined) defaults.push(own)
      for (const arn of certificates) {
        const other = pair(arn)
        if (other !== undefined) others.push(other)
      }
    }
  }
  const [first] = defaults
  if (first === undefined) return undefined
  return { certificates: [...defaults, ...others], stores: { default: { defaultCertificate: first } }, options }
}
