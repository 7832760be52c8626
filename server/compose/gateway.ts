import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import type { KubeClient } from '../../shared/kube/index.ts'
import {
  accessLogsPath,
  appliedHeader,
  authorityPath,
  appliedPath,
  configurationPath,
  connectPorts,
  doorAppliedPath,
  gatewayMetricsPath,
  gatewayPort,
  gatewayLogPath,
  gatewayService,
  guardPath,
  listenersPath,
  systemNamespace,
  unpublishedListenerPorts,
} from '../../shared/names.ts'
import type { Backend } from '../backend/backend.ts'
import type { ServerConfig } from '../config.ts'
import type { PublishedPorts } from '../domain/elbv2/entry-ports.ts'
import { dynamicConfiguration } from '../domain/elbv2/routing/configuration.ts'
import { listenerAddresses } from '../gateway/listener-addresses.ts'
import { openAuthority } from '../gateway/authority.ts'
import { Certificates } from '../gateway/certificates.ts'
import { onlyFor } from '../gateway/only-for.ts'
import { AccessLogs } from '../gateway/access-logs/access-logs.ts'
import { createGuard } from '../gateway/guard.ts'
import { ConnectOutliers } from '../gateway/connect-outliers.ts'
import { servesTcp } from '../gateway/connect-routes.ts'
import { ConnectServices } from '../gateway/connect-services.ts'
import { openLoginKeys } from '../gateway/logins/login-keys.ts'
import { Logins } from '../gateway/logins/logins.ts'
import { GroupRequests } from '../gateway/group-requests.ts'
import { LoadBalancerServices } from '../gateway/load-balancer-services.ts'
import { routingState } from '../gateway/routing-tables.ts'
import { Tokens, fetchTrusting } from '../gateway/tokens.ts'
import { Steps } from '../gateway/steps.ts'
import { TrustStores } from '../gateway/trust-stores.ts'
import { TraefikGateway } from '../gateway/traefik-gateway.ts'
import type { AdminRoute } from '../http/admin.ts'
import type { Logger } from '../log.ts'
import { NetworkProber } from '../probing/network.ts'
import type { Prober } from '../probing/prober.ts'
import type { ConnectCarrier } from '../reconcilers/connect-name.ts'
import type { Carrier } from '../reconcilers/load-balancer.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Store } from '../store/store.ts'

export interface GatewayParts {
  readonly config: ServerConfig
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly runtime: Runtime
  readonly kube: KubeClient
  /** Whose ACM has the certificates; undefined where there is none. */
  readonly backend: Backend | undefined
  /** Asks tasks whether they accept connections; over the network where absent. */
  readonly prober?: Prober
  /** Whether the runtime's first full list is in. */
  readonly isSynced: () => boolean
  /** How often scaling asks for requests. Milliseconds. */
  readonly scalingPeriodMs: number
}

export interface OpenedGateway extends Carrier, ConnectCarrier {
  /** Of the administration port. */
  readonly routes: readonly AdminRoute[]
  /** How many requests target groups have; undefined where it cannot be asked. */
  readonly requests: GroupRequests | undefined
  /** What the gateway counts, for Prometheus; undefined where it cannot be asked. */
  readonly readMetrics: (() => Promise<string>) | undefined
  /** By which targets verify what they are told of users: PEM, by id. */
  readonly publicKeys: ReadonlyMap<string, string>
  stop(): Promise<void>
}

/** Milliseconds. */
const appliedTimeout = 2_000

/** What is told to Traefik, which runs beside the control plane. */
export async function openGateway(parts: GatewayParts): Promise<OpenedGateway> {
  const { config, store, clock, ids, log, runtime, kube, backend, isSynced, scalingPeriodMs, prober = new NetworkProber() } = parts
  const nodes = () => runtime.nodes()
  const authority = await openAuthority({ folder: join(config.dataDir, 'ca'), instance: config.instance, clock, ids })
  const certificates = new Certificates({ store, clock, ids, log, authority, backend, onMade: () => gateway.changed() })
  const accessLogs = new AccessLogs({ store, clock, ids, log, backend })
  const trust = new TrustStores({ store, clock, log, backend, onRead: () => gateway.changed() })
  const isServing = (address: string): boolean => servesTcp(store, address)
  const outliers = new ConnectOutliers({ prober, clock, log, isServing, onChanged: () => gateway.changed() })
  const steps = new Steps()
  const own = `http://${gatewayService}.${systemNamespace}:${gatewayPort}`
  const applied = config.outside === undefined ? `${own}${appliedPath}` : `${config.outside.doorUrl}${doorAppliedPath}`
  const gateway: TraefikGateway = new TraefikGateway({
    store,
    clock,
    log,
    bootId: ids.hex32().slice(0, 12),
    isReady: () => isSynced() && certificates.isSettled,
    compute: () =>
      dynamicConfiguration(
        routingState({
          store,
          nodes,
          certificate: (arn, balancer) => certificates.pair(arn, balancer),
          trustedClients: arn => trust.contents(arn),
          now: clock.now(),
          changesAt: at => steps.expect(at),
          leftOut: outliers.leftOut,
        }),
      ),
    fingerprint: () => [steps.passed(clock.now()), ...nodes().map(({ name, address }) => `${name} ${address}`)].join('\n'),
    readApplied: async () => {
      const response = await fetch(applied, { signal: AbortSignal.timeout(appliedTimeout) })
      await response.body?.cancel()
      return response.headers.get(appliedHeader) ?? undefined
    },
  })
  void certificates.settle().catch((error: unknown) => log.error({ err: error }, 'certificates could not be made'))
  const trusting = fetchTrusting(authority.certificate)
  const keys = await openLoginKeys(join(config.dataDir, 'logins'), ids)
  const guard = createGuard({
    store,
    tokens: new Tokens({ clock, fetchKeys: (url, signal) => trusting(url, { signal }) }),
    logins: new Logins({ store, clock, log, keys, fetchTrusting: trusting, backend }),
  })
  // Only inside of the cluster is the gateway's own port reached.
  const readMetrics = config.outside === undefined ? () => textOf(`${own}${gatewayMetricsPath}`) : undefined
  const ports = { ...publishedListenerPorts(config), unpublished: unpublishedListenerPorts }
  return {
    gateway,
    ports,
    connectNames: new ConnectServices(kube, config.instance),
    connectPorts,
    names: new LoadBalancerServices({ kube, instance: config.instance, hostPort: config.hostPort }),
    routes: [
      { method: 'GET', path: configurationPath, isOpen: true, handle: onlyFor(config.gatewaySecret, () => gateway.answerOnceChanged()) },
      { method: 'POST', path: accessLogsPath, isOpen: true, handle: onlyFor(config.gatewaySecret, request => accessLogs.take(request)) },
      { method: 'POST', path: gatewayLogPath, isOpen: true, handle: onlyFor(config.gatewaySecret, request => outliers.take(request)) },
      { method: 'GET', path: guardPath, isOpen: true, handle: guard },
      { method: 'GET', path: authorityPath, handle: () => new Response(authority.certificate) },
      { method: 'GET', path: listenersPath, handle: () => Response.json(listenerAddresses(store, ports)) },
    ],
    requests: readMetrics === undefined ? undefined : new GroupRequests({ store, clock, log, periodMs: scalingPeriodMs, readMetrics }),
    readMetrics,
    publicKeys: new Map([[keys.signing.id, keys.signing.publicKey]]),
    stop: async () => {
      gateway.stop()
      outliers.stop()
      certificates.stop()
      trust.stop()
      await accessLogs.stop()
    },
  }
}

export const publishedListenerPorts = ({ listenerPorts, udpListenerPorts }: ServerConfig): PublishedPorts => ({
  published: listenerPorts,
  publishedForUdp: udpListenerPorts,
})

async function textOf(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(appliedTimeout) })
  if (!response.ok) throw new Error(`the gateway answers ${response.status}`)
  return response.text()
}
