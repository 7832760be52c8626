// A Network Load Balancer as TCP and UDP routers of the gateway. QUIC is not among what the gateway carries.
import { tcpEntryPoint, udpEntryPoint } from '../../../../shared/names.ts'
import type { ListenerRow, LoadBalancerRow, TargetGroupRow } from '../../../store/elbv2-tables.ts'
import type { TcpRouter, TcpService, TcpTransport, UdpRouter, UdpService } from './dynamic-configuration.ts'
import { groupService } from './http-groups.ts'
import { type RoutingState, hasCertificate, nameOf } from './routing-state.ts'
import { targetAddresses } from './target-addresses.ts'
import { negotiatedName, negotiatedProtocols, optionsName } from './tls-options.ts'

export interface NetworkParts {
  readonly tcpRouters: Readonly<Record<string, TcpRouter>>
  readonly tcpServices: Readonly<Record<string, TcpService>>
  readonly tcpTransports: Readonly<Record<string, TcpTransport>>
  readonly udpRouters: Readonly<Record<string, UdpRouter>>
  readonly udpServices: Readonly<Record<string, UdpService>>
}

/** Every connection, whatever name its client says; the gateway writes it so. */
const anyName = 'HostSNI(`*`)'

export function networkParts(state: RoutingState, balancer: LoadBalancerRow): NetworkParts {
  const tcpRouters: Record<string, TcpRouter> = {}
  const tcpServices: Record<string, TcpService> = {}
  const tcpTransports: Record<string, TcpTransport> = {}
  const udpRouters: Record<string, UdpRouter> = {}
  const udpServices: Record<string, UdpService> = {}
  for (const row of state.listenersOf(balancer.loadBalancer.LoadBalancerArn)) {
    const { ListenerArn: arn, Protocol: protocol } = row.listener
    const port = state.entryPort(arn)
    const name = nameOf('listener', arn)
    const groups = forwardedGroups(state, row)
    if (port === undefined || groups.length === 0 || !hasCertificate(state, balancer, row)) continue
    if (protocol === 'TCP' || protocol === 'TLS' || protocol === 'TCP_UDP') {
      Object.assign(tcpRouters, routersOf(row, { name, entryPoints: [tcpEntryPoint(port)], service: name }))
      tcpServices[name] = {
        weighted: {
          services: groups.map(({ row: { targetGroup }, weight }) => ({ name: groupService(targetGroup.TargetGroupArn), weight })),
        },
      }
      for (const { row: group } of groups) {
        const service = groupService(group.targetGroup.TargetGroupArn)
        tcpServices[service] = tcpGroup(state, group, service)
        tcpTransports[service] = tcpTransport(group)
      }
    }
    if (protocol === 'UDP' || protocol === 'TCP_UDP') {
      // One without targets cannot be said to the gateway: what is sent to it is lost either way.
      const reached = groups.flatMap(({ row: group, weight }) => {
        const servers = targetAddresses(state, group).map(address => ({ address }))
        return servers.length === 0 ? [] : [{ name: groupService(group.targetGroup.TargetGroupArn), servers, weight }]
      })
      if (reached.length === 0) continue
      udpRouters[name] = { entryPoints: [udpEntryPoint(port)], service: name }
      udpServices[name] = { weighted: { services: reached.map(({ name: service, weight }) => ({ name: service, weight })) } }
      for (const { name: service, servers } of reached) udpServices[service] = { loadBalancer: { servers } }
    }
  }
  return { tcpRouters, tcpServices, tcpTransports, udpRouters, udpServices }
}

/** A listener's routers: one, and for TLS another one before it where it agrees with clients on a protocol. */
function routersOf(row: ListenerRow, { name, ...router }: { readonly name: string } & Pick<TcpRouter, 'entryPoints' | 'service'>) {
  if (row.listener.Protocol !== 'TLS') return { [name]: { ...router, rule: anyName } }
  const protocols = negotiatedProtocols(row)
  const any: TcpRouter = { ...router, rule: anyName, tls: { options: optionsName(row) } }
  if (protocols.length === 0) return { [name]: any }
  const rule = `${anyName} && (${protocols.map(protocol => `ALPN(\`${protocol}\`)`).join(' || ')})`
  return { [name]: any, [negotiatedName(row)]: { ...router, rule, tls: { options: negotiatedName(row) } } }
}

interface Weighted {
  readonly row: TargetGroupRow
  readonly weight: number
}

/** The groups of a listener's default action, its only one. */
function forwardedGroups(state: RoutingState, { listener, defaultRuleArn }: ListenerRow): readonly Weighted[] {
  for (const { rule } of state.rulesOf(listener.ListenerArn)) {
    if (rule.RuleArn !== defaultRuleArn) continue
    return (rule.Actions?.at(-1)?.ForwardConfig?.TargetGroups ?? []).flatMap(({ TargetGroupArn: arn = '', Weight: weight = 1 }) => {
      const row = state.targetGroup(arn)
      return row === undefined || weight <= 0 ? [] : [{ row, weight }]
    })
  }
  return []
}

const tcpGroup = (state: RoutingState, group: TargetGroupRow, serversTransport: string): TcpService => {
  const isTls = group.targetGroup.Protocol === 'TLS'
  const servers = targetAddresses(state, group).map(address => (isTls ? { address, tls: true } : { address }))
  return { loadBalancer: { ...(servers.length === 0 ? {} : { servers }), serversTransport } }
}

/** Seconds that AWS keeps a connection without traffic: as long may one end go on sending after the other has ended. */
const idleSeconds = 350

const tcpTransport = ({ targetGroup, attributes }: TargetGroupRow): TcpTransport => ({
  dialTimeout: '10s',
  terminationDelay: `${idleSeconds}s`,
  ...(attributes['proxy_protocol_v2.enabled'] === 'true' ? { proxyProtocol: { version: 2 } } : {}),
  ...(targetGroup.Protocol === 'TLS' ? { tls: { insecureSkipVerify: true } } : {}),
})
