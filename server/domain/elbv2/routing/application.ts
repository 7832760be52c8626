// An Application Load Balancer as routers of the gateway: one for each listener, whose middleware does what load
// balancers do to every request, and below it one for each rule.
import { callbackPath, tcpEntryPoint } from '../../../../shared/names.ts'
import type { ListenerRow, LoadBalancerRow, RuleRow } from '../../../store/elbv2-tables.ts'
import { targetGroupsOf } from '../actions.ts'
import { logsIn } from '../guards.ts'
import { clientSettings } from './client-certificates.ts'
import type { DynamicConfiguration, HttpRouter, HttpService, HttpTransport, Middleware } from './dynamic-configuration.ts'
import { type ListenerSettings, callbackOutcome, none, outcomeOf } from './http-actions.ts'
import { functionsGroup, functionsService, groupService, httpGroup } from './http-groups.ts'
import { isExpressHost } from '../../express/names.ts'
import { responseHeaders } from './response-headers.ts'
import { type RoutingState, hasCertificate, nameOf } from './routing-state.ts'
import { negotiatedSettings, optionsName } from './tls-options.ts'
import { anyRequest, anySecureRequest, needsQuery, traefikRule } from './traefik-rule.ts'

type Parts = NonNullable<DynamicConfiguration['http']>

/** Above the AWS door's own routes: what is for a load balancer's name is for nothing else. */
const aboveTheDoor = 10_000

export function applicationParts(state: RoutingState, balancer: LoadBalancerRow): Parts {
  const transport = nameOf('balancer', balancer.loadBalancer.LoadBalancerArn)
  const routers: Record<string, HttpRouter> = {}
  const services: Record<string, HttpService> = {}
  const middlewares: Record<string, Middleware> = {}
  const serversTransports: Record<string, HttpTransport> = { [transport]: transportOf(balancer) }
  const listeners = [...state.listenersOf(balancer.loadBalancer.LoadBalancerArn)]
  for (const row of listeners) {
    const port = state.entryPort(row.listener.ListenerArn)
    const clients = clientSettings(state, row)
    if (port === undefined || clients === undefined || !hasCertificate(state, balancer, row)) continue
    const rules = [...state.rulesOf(row.listener.ListenerArn)]
    const name = nameOf('listener', row.listener.ListenerArn)
    const isQueried = rules.some(({ rule }) => needsQuery(rule.Conditions))
    const settings = listenerSettings(state, row, listeners)
    const told = { ...clients, ...negotiatedSettings(balancer, row), ...(isQueried ? { queried: 'true' } : {}) }
    middlewares[name] = { plugin: { kecs: { do: 'listen', ...settings, ...told } } }
    const answers = responseHeaders(name, row)
    Object.assign(middlewares, answers)
    Object.assign(routers, entrances(balancer, row, { port, hosts: expressHosts(rules), chain: [...Object.keys(answers), name] }))
    const parents = [name, ...(isAtDoor(row) ? [nameOf('door', row.listener.ListenerArn)] : [])]
    for (const [at, rule] of rules.entries()) {
      const match = traefikRule(rule.rule.Conditions ?? [])
      if (match === undefined) continue
      const outcome = outcomeOf(state, rule, settings)
      const handsOver = outcome.service === none ? {} : handingOver(name, balancer, protocolVersion(state, rule))
      Object.assign(services, outcome.services)
      Object.assign(middlewares, outcome.guards, handsOver, outcome.middlewares)
      const chain = [outcome.guards ?? {}, handsOver, outcome.middlewares].flatMap(Object.keys)
      routers[nameOf('rule', rule.rule.RuleArn)] = {
        rule: match,
        // Tried from the highest on.
        priority: rules.length - at,
        parentRefs: parents,
        service: outcome.service,
        middlewares: chain,
      }
    }
    if (rules.some(({ rule }) => rule.Actions?.some(logsIn))) {
      const { service, guards = {} } = callbackOutcome(row.listener.ListenerArn)
      Object.assign(middlewares, guards)
      routers[`${name}-callback`] = {
        rule: `Path(${JSON.stringify(callbackPath)})`,
        priority: rules.length + 1,
        parentRefs: parents,
        service,
        middlewares: Object.keys(guards),
      }
    }
    Object.assign(services, groupsOf(state, rules, transport))
  }
  return {
    routers: balancer.attributes['access_logs.s3.enabled'] === 'true' ? logged(routers) : routers,
    services,
    middlewares,
    serversTransports,
  }
}

/** The routers, of which the first of each request tells of it. */
const logged = (routers: Readonly<Record<string, HttpRouter>>): Readonly<Record<string, HttpRouter>> =>
  Object.fromEntries(
    Object.entries(routers).map(([name, router]) => [
      name,
      router.parentRefs === undefined ? { ...router, observability: { ...router.observability, accessLogs: true } } : router,
    ]),
  )

/** A listener's own entry point and, where it is the load balancer's for plain HTTP, its name on the AWS door. */
function entrances(
  balancer: LoadBalancerRow,
  row: ListenerRow,
  { port, hosts, chain }: { readonly port: number; readonly hosts: readonly string[]; readonly chain: readonly string[] },
): Readonly<Record<string, HttpRouter>> {
  const name = nameOf('listener', row.listener.ListenerArn)
  const own: HttpRouter = {
    entryPoints: [tcpEntryPoint(port)],
    middlewares: chain,
    ...(row.listener.Protocol === 'HTTPS' ? { rule: anySecureRequest, tls: { options: optionsName(row) } } : { rule: anyRequest }),
  }
  if (!isAtDoor(row)) return { [name]: own }
  const names = [balancer.loadBalancer.DNSName ?? '', ...hosts]
  return {
    [name]: own,
    [nameOf('door', row.listener.ListenerArn)]: {
      entryPoints: ['aws'],
      // Of nobody else's requests at the door, whose number is not asked for.
      observability: { metrics: true },
      rule: names.map(host => `Host(${JSON.stringify(host)})`).join(' || '),
      priority: aboveTheDoor,
      middlewares: chain,
    },
  }
}

/** The names of Express services that a listener's rules tell apart: nothing but the door resolves them. */
const expressHosts = (rules: readonly RuleRow[]): readonly string[] =>
  rules
    .flatMap(({ rule }) => (rule.Conditions ?? []).flatMap(({ HostHeaderConfig }) => HostHeaderConfig?.Values ?? []))
    .filter(isExpressHost)

const isAtDoor = ({ listener }: ListenerRow): boolean => listener.Protocol === 'HTTP' && listener.Port === 80

/** Redirects lead to the gateway's ports when a request came by one. */
function listenerSettings(state: RoutingState, { listener }: ListenerRow, siblings: readonly ListenerRow[]): ListenerSettings {
  const ports = siblings.flatMap(({ listener: { ListenerArn, Port } }) => {
    const entry = state.entryPort(ListenerArn)
    return entry === undefined ? [] : [`${Port}=${entry}`]
  })
  return { proto: listener.Protocol === 'HTTPS' ? 'https' : 'http', port: String(listener.Port ?? 0), ports: ports.join(' ') }
}

/** The version that all target groups of a rule have; undefined where they differ, or are functions. */
function protocolVersion(state: RoutingState, { rule }: RuleRow): string | undefined {
  const versions = new Set(targetGroupsOf(rule.Actions).map(arn => state.targetGroup(arn)?.targetGroup.ProtocolVersion))
  const [version] = versions
  return versions.size === 1 ? version : undefined
}

/**
 * What is done to requests that go on to a target: the answer is the load balancer's own where the target has none, and
 * clients that do not speak the version are refused.
 */
function handingOver(listener: string, { attributes }: LoadBalancerRow, version: string | undefined): Readonly<Record<string, Middleware>> {
  const forwardedFor = attributes['routing.http.xff_header_processing.mode'] ?? 'append'
  const hasClientPort = attributes['routing.http.xff_client_port.enabled'] === 'true'
  const settings = { forwardedFor, ...(hasClientPort ? { clientPort: 'true' } : {}), ...(version === undefined ? {} : { version }) }
  return { [`${listener}-forward-${version?.toLowerCase() ?? 'any'}`]: { plugin: { kecs: { do: 'forward', ...settings } } } }
}

const idleSeconds = '60'

/** Targets' certificates are not verified, as on AWS. */
const transportOf = ({ attributes }: LoadBalancerRow): HttpTransport => ({
  insecureSkipVerify: true,
  // As Traefik's own transport has; one that does not say keeps two, and opens a connection for nearly every request.
  maxIdleConnsPerHost: 200,
  forwardingTimeouts: { dialTimeout: '10s', responseHeaderTimeout: `${attributes['idle_timeout.timeout_seconds'] ?? idleSeconds}s` },
})

function groupsOf(state: RoutingState, rules: readonly RuleRow[], transport: string): Readonly<Record<string, HttpService>> {
  const arns = new Set(rules.flatMap(({ rule }) => targetGroupsOf(rule.Actions)))
  const services: Record<string, HttpService> = {}
  for (const arn of arns) {
    const group = state.targetGroup(arn)
    if (group?.targetGroup.TargetType === 'lambda') services[functionsService] = functionsGroup
    else if (group !== undefined) services[groupService(arn)] = httpGroup(state, group, transport)
  }
  return services
}
