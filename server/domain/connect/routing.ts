// Endpoints of Service Connect as routers and services of the gateway, which has a port for each.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-concepts-deploy.html
import { tcpEntryPoint } from '../../../shared/names.ts'
import type { ConnectEndpointRow } from '../../store/connect-tables.ts'
import type {
  DynamicConfiguration,
  HttpRouter,
  HttpService,
  HttpTransport,
  Middleware,
  TcpRouter,
  TcpService,
  TcpTransport,
} from '../elbv2/routing/dynamic-configuration.ts'
import { anyRequest } from '../elbv2/routing/traefik-rule.ts'

/** An endpoint with what there is of it now. */
export interface ServedEndpoint {
  readonly row: ConnectEndpointRow
  /** The gateway's. */
  readonly entryPort: number
  /** Of tasks that run and, where they have health checks, are healthy: `address:port`. Without those of `shift`. */
  readonly servers: readonly string[]
  /** While traffic is shifted to another revision of its service: that one's. */
  readonly shift?: TrafficToTarget
}

export interface TrafficToTarget {
  readonly servers: readonly string[]
  /** The percent of requests, or of connections, that it gets. */
  readonly production: number
  /** Whether it gets those that are marked as tests. */
  readonly isTested: boolean
}

/** How long AWS' proxy waits for a whole response where nothing else is asked for, and keeps idle connections. Seconds. */
const perRequestSeconds = 15
const idleSeconds = 300
/** It sends a request again so often when a connection fails, each time elsewhere. */
const retries = 2
/** After so many failures in a row within this time a task gets nothing for as long, which on AWS is 30 to 300 seconds. */
const outlierFailures = 5
const outlierWindow = '30s'
const dialTimeout = '5s'

export interface ConnectParts {
  readonly http: Required<NonNullable<DynamicConfiguration['http']>>
  readonly tcp: Required<NonNullable<DynamicConfiguration['tcp']>>
}

/** Requests are balanced where the endpoint speaks HTTP, else connections, which the gateway neither retries nor judges itself. */
export function connectParts(endpoints: readonly ServedEndpoint[]): ConnectParts {
  const webs = endpoints.filter(({ row }) => row.protocol !== 'tcp')
  const others = endpoints.filter(({ row }) => row.protocol === 'tcp')
  return {
    http: {
      routers: joined(webs, routersOf),
      services: joined(webs, servicesOf),
      middlewares: joined(webs, middlewaresOf),
      serversTransports: named(webs, transportOf),
    },
    tcp: { routers: named(others, tcpRouterOf), services: joined(others, tcpServicesOf), serversTransports: named(others, tcpTransportOf) },
  }
}

const nameOf = ({ entryPort }: ServedEndpoint): string => `connect-${entryPort}`

const named = <T>(endpoints: readonly ServedEndpoint[], of: (endpoint: ServedEndpoint) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(endpoints.map(endpoint => [nameOf(endpoint), of(endpoint)]))

type Named<T> = Readonly<Record<string, T>>

const joined = <T>(endpoints: readonly ServedEndpoint[], of: (endpoint: ServedEndpoint) => Named<T>): Named<T> =>
  Object.fromEntries(endpoints.flatMap(endpoint => Object.entries(of(endpoint))))

/** By which a request is known for a test where an alias names nothing else. */
const testHeader = 'x-amzn-ecs-blue-green-test'

/** Tests go to the target revision: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect-blue-green.html */
function routersOf(endpoint: ServedEndpoint): Named<HttpRouter> {
  const name = nameOf(endpoint)
  const { shift, row } = endpoint
  const router = {
    entryPoints: [tcpEntryPoint(endpoint.entryPort)],
    rule: anyRequest,
    middlewares: Object.keys(middlewaresOf(endpoint)),
    service: name,
  }
  if (shift?.isTested !== true) return { [name]: router }
  const { name: header, value } = row.testHeader ?? { name: testHeader }
  const text = (part: string): string => JSON.stringify(part)
  const rule = value === undefined ? `HeaderRegexp(${text(header)}, ${text('.*')})` : `Header(${text(header)}, ${text(value)})`
  return {
    [name]: { ...router, priority: 1 },
    [`${name}-test`]: { ...router, rule, priority: 2, service: targetOf(endpoint) },
  }
}

const sourceOf = (endpoint: ServedEndpoint): string => `${nameOf(endpoint)}-source`
const targetOf = (endpoint: ServedEndpoint): string => `${nameOf(endpoint)}-target`

/** The two sides of a shift. Percents are told in tenths. */
function shared(endpoint: ServedEndpoint, { production }: TrafficToTarget) {
  const weight = Math.round(production * 10)
  const sides = [
    { name: sourceOf(endpoint), weight: 1000 - weight },
    { name: targetOf(endpoint), weight },
  ]
  return { weighted: { services: sides.filter(side => side.weight > 0) } }
}

/** The time is that of all attempts together. */
function middlewaresOf(endpoint: ServedEndpoint): Readonly<Record<string, Middleware>> {
  const seconds = endpoint.row.timeout?.perRequestTimeoutSeconds ?? perRequestSeconds
  return {
    [nameOf(endpoint)]: { plugin: { kecs: { do: 'connect', seconds: String(seconds) } } },
    [`${nameOf(endpoint)}-retry`]: { retry: { attempts: retries + 1 } },
  }
}

function servicesOf(endpoint: ServedEndpoint): Named<HttpService> {
  const { servers, shift } = endpoint
  if (shift === undefined) return { [nameOf(endpoint)]: serviceOf(endpoint, servers) }
  return {
    [nameOf(endpoint)]: shared(endpoint, shift),
    [sourceOf(endpoint)]: serviceOf(endpoint, servers),
    [targetOf(endpoint)]: serviceOf(endpoint, shift.servers),
  }
}

/** One that serves alone is not judged: there is nobody in its place. */
function serviceOf(endpoint: ServedEndpoint, servers: readonly string[]): HttpService {
  const { row } = endpoint
  const scheme = row.protocol === 'http' ? 'http' : 'h2c'
  return {
    loadBalancer: {
      ...(servers.length === 0 ? {} : { servers: servers.map(address => ({ url: `${scheme}://${address}` })) }),
      passHostHeader: true,
      strategy: 'wrr',
      serversTransport: nameOf(endpoint),
      ...(servers.length < 2 ? {} : { passiveHealthCheck: { failureWindow: outlierWindow, maxFailedAttempts: outlierFailures } }),
    },
  }
}

/** An idle time of 0 is without end, to the gateway as to AWS. */
const transportOf = ({ row }: ServedEndpoint): HttpTransport => ({
  maxIdleConnsPerHost: 200,
  forwardingTimeouts: { dialTimeout, idleConnTimeout: `${row.timeout?.idleTimeoutSeconds ?? idleSeconds}s` },
})

const tcpRouterOf = (endpoint: ServedEndpoint): TcpRouter => ({
  entryPoints: [tcpEntryPoint(endpoint.entryPort)],
  rule: 'HostSNI(`*`)',
  service: nameOf(endpoint),
})

function tcpServicesOf(endpoint: ServedEndpoint): Named<TcpService> {
  const { servers, shift } = endpoint
  if (shift === undefined) return { [nameOf(endpoint)]: tcpServiceOf(endpoint, servers) }
  return {
    [nameOf(endpoint)]: shared(endpoint, shift),
    [sourceOf(endpoint)]: tcpServiceOf(endpoint, servers),
    [targetOf(endpoint)]: tcpServiceOf(endpoint, shift.servers),
  }
}

const tcpServiceOf = (endpoint: ServedEndpoint, servers: readonly string[]): TcpService => ({
  loadBalancer: {
    ...(servers.length === 0 ? {} : { servers: servers.map(address => ({ address })) }),
    serversTransport: nameOf(endpoint),
  },
})

/** One end may go on sending for as long after the other has ended. */
const tcpTransportOf = (): TcpTransport => ({ dialTimeout, terminationDelay: '350s' })
