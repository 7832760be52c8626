import type { ListenerRow, LoadBalancerRow, RuleRow, TargetGroupRow } from '../../../store/elbv2-tables.ts'
import type { ServedEndpoint } from '../../connect/routing.ts'
import type { TrustedClients } from './client-certificates.ts'
import type { CertificatePair } from './dynamic-configuration.ts'
import type { RegisteredTarget } from './eligible-targets.ts'

/** All that the gateway's configuration is computed from. */
export interface RoutingState {
  readonly loadBalancers: Iterable<LoadBalancerRow>
  listenersOf(loadBalancerArn: string): Iterable<ListenerRow>
  /** In the order in which they are tried, the default rule last. */
  rulesOf(listenerArn: string): Iterable<RuleRow>
  targetGroup(arn: string): TargetGroupRow | undefined
  targetsOf(targetGroupArn: string): readonly RegisteredTarget[]
  /** The gateway's port for a listener; undefined while it has none. */
  entryPort(listenerArn: string): number | undefined
  /** The address of a container instance, by the id that EC2 would give it. */
  instanceAddress(instanceId: string): string | undefined
  /** A certificate, the load balancer's name among those that it is for; undefined while it is made. */
  certificate(arn: string, loadBalancer: LoadBalancerRow): CertificatePair | undefined
  /** Endpoints of Service Connect that have a port of the gateway. */
  readonly connectEndpoints: readonly ServedEndpoint[]
  /** What a trust store holds; undefined while it is read. */
  trustedClients(trustStoreArn: string): TrustedClients | undefined
  /** Milliseconds. */
  readonly now: number
  /** Says that the configuration will be another one at a time, though nothing else changes. Milliseconds. */
  changesAt(at: number): void
}

/** What is called after a resource: its kind and the 16 digits at the end of its ARN. */
export const nameOf = (kind: 'listener' | 'rule' | 'group' | 'door' | 'balancer', arn: string): string =>
  `${kind}-${arn.slice(arn.lastIndexOf('/') + 1)}`

/** An address and a port as a URL has them. */
export const hostPort = (address: string, port: number | undefined): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port ?? 0}`

/** The object without what is undefined, as empty sections are refused. */
export const section = <T extends object>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> | undefined => {
  const found = Object.fromEntries(entries)
  return Object.keys(found).length === 0 ? undefined : found
}

/** Whether a listener that needs a certificate has it: without, a client would be shown one of another's. */
export function hasCertificate(state: RoutingState, balancer: LoadBalancerRow, { listener }: ListenerRow): boolean {
  if (listener.Protocol !== 'HTTPS' && listener.Protocol !== 'TLS') return true
  const arn = listener.Certificates?.[0]?.CertificateArn
  return arn !== undefined && state.certificate(arn, balancer) !== undefined
}
