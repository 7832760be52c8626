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
  /** Of tasks that run and, where they have health checks, are healthy: `address:port`. */
  readonly servers: readonly string[]
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

/** Requests are balanced where the endpoint speaks HTTP, else connections, which are neither retried nor judged. */
export function connectParts(endpoints: readonly ServedEndpoint[]): ConnectParts {
  const webs = endpoints.filter(({ row }) => row.protocol !== 'tcp')
  const others = endpoints.filter(({ row }) => row.protocol === 'tcp')
  return {
    http: {
      routers: named(webs, routerOf),
      services: named(webs, serviceOf),
      middlewares: Object.fromEntries(webs.flatMap(endpoint => Object.entries(middlewaresOf(endpoint)))),
      serversTransports: named(webs, transportOf),
    },
    tcp: { routers: named(others, tcpRouterOf), services: named(others, tcpServiceOf), serversTransports: named(others, tcpTransportOf) },
  }
}

const nameOf = ({ entryPort }: ServedEndpoint): string => `connect-${entryPort}`

const named = <T>(endpoints: readonly ServedEndpoint[], of: (endpoint: ServedEndpoint) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(endpoints.map(endpoint => [nameOf(endpoint), of(endpoint)]))

const routerOf = (endpoint: ServedEndpoint): HttpRouter => ({
  entryPoints: [tcpEntryPoint(endpoint.entryPort)],
  rule: anyRequest,
  middlewares: Object.keys(middlewaresOf(endpoint)),
  service: nameOf(endpoint),
})

/** The time is that of all attempts together. */
function middlewaresOf(endpoint: ServedEndpoint): Readonly<Record<string, Middleware>> {
  const seconds = endpoint.row.timeout?.perRequestTimeoutSeconds ?? perRequestSeconds
  return {
    [nameOf(endpoint)]: { plugin: { kecs: { do: 'connect', seconds: String(seconds) } } },
    [`${nameOf(endpoint)}-retry`]: { retry: { attempts: retries + 1 } },
  }
}

/** One that serves alone is not judged: there is nobody in its place. */
function serviceOf(endpoint: ServedEndpoint): HttpService {
  const { row, servers } = endpoint
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

const tcpServiceOf = (endpoint: ServedEndpoint): TcpService => ({
  loadBalancer: {
    ...(endpoint.servers.length === 0 ? {} : { servers: endpoint.servers.map(address => ({ address })) }),
    serversTransport: nameOf(endpoint),
  },
})

/** One end may go on sending for as long after the other has ended. */
const tcpTransportOf = (): TcpTransport => ({ dialTimeout, terminationDelay: '350s' })
