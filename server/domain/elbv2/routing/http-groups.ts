// Target groups of Application Load Balancers as the gateway's services.
// https://doc.traefik.io/traefik/v3.6/reference/routing-configuration/http/load-balancing/service/
import { controlPlaneName, functionsPort, systemNamespace } from '../../../../shared/names.ts'
import type { TargetGroupRow } from '../../../store/elbv2-tables.ts'
import type { Cookie, HttpService } from './dynamic-configuration.ts'
import { type RoutingState, nameOf } from './routing-state.ts'
import { slowStart } from './slow-start.ts'
import { reachedTargets } from './target-addresses.ts'

/** How a group's requests are sent to its targets. */
export function httpGroup(state: RoutingState, group: TargetGroupRow, transport: string): HttpService {
  const { targetGroup, attributes } = group
  const scheme = schemeOf(targetGroup.Protocol, targetGroup.ProtocolVersion)
  const reached = reachedTargets(state, group)
  const durationMs = Number(attributes['slow_start.duration_seconds'] ?? 0) * 1000
  const { weights, nextAt } = slowStart(
    durationMs,
    reached.map(({ target }) => target),
    state.now,
  )
  if (nextAt !== undefined) state.changesAt(nextAt)
  const servers = reached.map(({ address }, at) => ({
    url: `${scheme}://${address}`,
    ...(nextAt === undefined ? {} : { weight: weights[at] ?? 1 }),
  }))
  const cookie = stickyCookie(attributes)
  return {
    loadBalancer: {
      ...(servers.length === 0 ? {} : { servers }),
      passHostHeader: true,
      strategy: attributes['load_balancing.algorithm.type'] === 'least_outstanding_requests' ? 'p2c' : 'wrr',
      serversTransport: transport,
      ...(cookie === undefined ? {} : { sticky: { cookie } }),
    },
  }
}

/** HTTP/2 and gRPC without TLS have a scheme of their own; with TLS both ends agree on it by themselves. */
const schemeOf = (protocol: string | undefined, version: string | undefined): string =>
  protocol === 'HTTPS' ? 'https' : version === 'HTTP2' || version === 'GRPC' ? 'h2c' : 'http'

const daySeconds = '86400'

function stickyCookie(attributes: TargetGroupRow['attributes']): Cookie | undefined {
  if (attributes['stickiness.enabled'] !== 'true') return undefined
  const type = attributes['stickiness.type'] ?? 'lb_cookie'
  const maxAge = Number(attributes[`stickiness.${type}.duration_seconds`] ?? daySeconds)
  return { name: type === 'app_cookie' ? 'AWSALBAPP-0' : 'AWSALB', maxAge, path: '/' }
}

/** The service name of a group. */
export const groupService = (arn: string): string => nameOf('group', arn)

/** The service of all groups of functions: the control plane, which invokes them and takes the time that they take. */
export const functionsService = 'functions'
export const functionsGroup: HttpService = {
  loadBalancer: { servers: [{ url: `http://${controlPlaneName}.${systemNamespace}:${functionsPort}` }], passHostHeader: true },
}
