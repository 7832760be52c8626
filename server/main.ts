import { type Clock, systemClock } from '../shared/clock.ts'
import { type Ids, randomIds } from '../shared/ids.ts'
import type { KubeSource } from '../shared/kube/index.ts'
import { cannotWrite } from '../shared/names.ts'
import { version } from '../shared/version.ts'
import { createBackend } from './backend/client.ts'
import { createOwners } from './backend/owners.ts'
import { createAuthentication } from './compose/auth.ts'
import { administrators } from './compose/administrators.ts'
import { Gate } from './compose/gate.ts'
import { MemoryKills } from './agents/memory-kills.ts'
import { type Agents, createAgentsSide } from './compose/agents.ts'
import { type OpenedGateway, openGateway, publishedListenerPorts } from './compose/gateway.ts'
import { tellChanges } from './compose/events.ts'
import { reconcileMetrics, stateMetrics } from './compose/metrics.ts'
import { type Reconciling, createReconciling, defaultScalingPeriodMs } from './compose/reconcilers.ts'
import { sayMissingRoles } from './compose/missing-roles.ts'
import { publishMetrics } from './compose/published-metrics.ts'
import { ReportedMetrics } from './compose/service-metrics.ts'
import { createHandover } from './compose/handover.ts'
import { openFunctions } from './compose/functions.ts'
import { openDns } from './compose/dns.ts'
import { createReset } from './compose/reset.ts'
import { type OpenedRuntime, openRuntime } from './compose/runtime.ts'
import { Started } from './compose/started.ts'
import { beginObserving } from './compose/traces.ts'
import { reachRoute } from './compose/reach-route.ts'
import { snapshotRoutes } from './compose/snapshot-routes.ts'
import { stateRoutes } from './compose/state-routes.ts'
import { taskRoutes } from './compose/task-routes.ts'
import type { ServerConfig } from './config.ts'
import { ExecSessions } from './exec/sessions.ts'
import type { ObservedCall } from './aws/aws-api.ts'
import { EventRelay } from './events/relay.ts'
import { createAdmin } from './http/admin.ts'
import { createApi } from './http/api.ts'
import type { HealthReport } from './http/health.ts'
import type { AcceptSocket } from './http/listen.ts'
import { CallFeed, eventRoute } from './http/call-feed.ts'
import { createMetrics } from './http/metrics.ts'
import { resetRoute } from './http/reset-route.ts'
import { type Logger, createLog } from './log.ts'
import type { Prober } from './probing/prober.ts'
import type { Wake } from './reconcilers/reconciler.ts'
import type { Runtime } from './runtime/runtime.ts'
import { bindApplicationAutoScaling } from './services/application-autoscaling/index.ts'
import { bindEcr } from './services/ecr/index.ts'
import { ecsService } from './services/ecs/index.ts'
import { elbv2Service } from './services/elbv2/index.ts'
import { bindServiceDiscovery } from './services/servicediscovery/index.ts'
import { openState } from './store/open.ts'

/** A running control plane. */
export interface RunningServer {
  /** The AWS API's address, such as `http://127.0.0.1:8080`. */
  readonly url: string
  readonly adminUrl: string
  /** Stops what was started, in reverse order; what was acknowledged is on disk. */
  stop(): Promise<void>
}

/** What a control plane takes from outside; tests give their own. */
export interface ServerDependencies {
  readonly clock?: Clock
  readonly ids?: Ids
  readonly log?: Logger
  /** Instead of the configuration's. */
  readonly runtime?: OpenedRuntime
  /** Which Kubernetes cluster; the one that this process runs in where absent. */
  readonly kubeSource?: KubeSource
  /** An answer's member that the API model lacks is a failure: for tests. */
  readonly strict?: boolean
}

/**
 * The composition root: makes every part of the control plane and connects them. Resolves when the API answers, which
 * may be before the runtime is known; `/ready` tells. Rejects with a `StoreError` when the state cannot be opened, and
 * with EADDRINUSE as `code` when a port is taken; nothing is left running then.
 */
export async function startServer(config: ServerConfig, dependencies: ServerDependencies = {}): Promise<RunningServer> {
  const log = dependencies.log ?? createLog(config)
  const started = new Started()
  try {
    const server = await start(config, { ...dependencies, log }, started)
    log.info({ url: server.url, adminUrl: server.adminUrl, runtime: config.runtime, dataDir: config.dataDir, version }, 'serving')
    return server
  } catch (error) {
    await started.stop().catch((failure: unknown) => log.error({ err: failure }, 'what had started could not be stopped'))
    throw error
  }
}

const start = async (
  config: ServerConfig,
  { clock = systemClock, ids = randomIds, strict = false, ...dependencies }: ServerDependencies & { readonly log: Logger },
  started: Started,
): Promise<RunningServer> => {
  const { log } = dependencies
  const metrics = createMetrics()
  await beginObserving(config, metrics, started)
  const { store, reader, snapshots, restoredAt, handover, trouble } = await openState({
    folder: config.dataDir,
    instance: config.instance,
    clock,
    log,
  })
  started.add('the store', () => store.close())

  const memoryKills = new MemoryKills(clock)
  const opened = dependencies.runtime ?? (await openRuntime({ ...dependencies, config, clock, ids, memoryKills }))
  started.add('the runtime', () => opened.close())
  const { runtime } = opened

  const { verify, taskSecret } = await createAuthentication({ config, clock })
  const calls = new CallFeed(clock)
  const observe = (call: ObservedCall): void => {
    metrics.observe(call)
    calls.add(call)
  }
  let ownUrl = ''
  const settings = {
    hasAgent: config.agentPort !== undefined,
    areKeysVerified: verify !== undefined,
    get endpointUrl() {
      return config.endpointForTasks ?? ownUrl
    },
    secretAccessKey: taskSecret,
  }
  const backend = config.backendUrl === undefined ? undefined : createBackend({ url: config.backendUrl })
  const { scalingPeriodMs = defaultScalingPeriodMs } = config
  const agents =
    config.agentPort === undefined ? undefined : createAgentsSide({ store, clock, ids, runtime, backend, memoryKills, scalingPeriodMs })
  const tasksProber = proberOf(config, opened, agents)
  let isSynced = (): boolean => false
  const carrier: OpenedGateway | undefined =
    opened.client === undefined
      ? undefined
      : await openGateway({
          config,
          store,
          clock,
          ids,
          log,
          runtime,
          kube: opened.client,
          backend,
          ...tasksProber,
          scalingPeriodMs,
          isSynced: () => isSynced(),
        })
  started.add('the gateway', () => carrier?.stop())
  const { unknownRoles } = config
  const owners = createOwners({ backend, clock, unknownRoles, onMissingRole: sayMissingRoles(clock, log) })
  const serviceMetrics = new ReportedMetrics({ store, usage: agents?.usage, requests: carrier?.requests })
  const reconciling = createReconciling({
    store,
    clock,
    ids,
    log,
    runtime,
    ...tasksProber,
    settings,
    backend,
    owners,
    publishedPorts: config.publishedPorts,
    wasKnown: async taskArn => (await reader.history(taskArn, 1)).length > 0,
    restoredAt,
    logs: agents?.logs,
    noticed: agents?.noticed,
    carrier,
    metrics: serviceMetrics,
    scalingPeriodMs,
    ...(carrier === undefined ? {} : { gateway: carrier.gateway }),
    observe: reconcileMetrics(metrics),
  })
  isSynced = () => reconciling.isSynced()
  const { controller } = reconciling
  stateMetrics(metrics, store, controller)
  started.add('the reconcilers', () => reconciling.stop())
  if (backend !== undefined) {
    const relay = new EventRelay({ backend, clock, log })
    const untell = tellChanges({ store, clock, nodes: () => runtime.nodes(), put: (events, place) => relay.put(events, place) })
    started.add('the events', () => {
      untell()
      return relay.stop()
    })
    publishMetrics({ store, clock, log, backend, metrics: serviceMetrics, carrier, scalingPeriodMs, started })
  }

  const wake: Wake = (kind, key) => controller.wake(kind, key)
  const sessions = new ExecSessions({ clock, ids, log, runtime, backend })
  const ecs = ecsService({
    store,
    sessions,
    clock,
    ids,
    wake,
    get epoch() {
      return runtime.epoch
    },
    nodes: () => runtime.nodes(),
    owners,
    carriesConnect: carrier !== undefined,
    get endpointUrl() {
      return settings.endpointUrl
    },
    publishedPorts: config.publishedPorts,
  })
  const gate = new Gate()
  const services = [
    ecs,
    elbv2Service({ store, clock, ids, wake, owners, publishedPorts: publishedListenerPorts(config) }),
    bindServiceDiscovery({ store, clock, ids }),
    bindApplicationAutoScaling({ store, clock, ids, owners }),
    bindEcr({
      store,
      clock,
      registry: opened.registry,
      get registryHost() {
        return config.registryHost ?? new URL(settings.endpointUrl).host
      },
    }),
  ].map(service => gate.guard(service))
  const health = async (): Promise<HealthReport> => healthOf({ config, runtime, reconciling, trouble: await trouble() })
  const emptying = { store, clock, log, runtime, reconciling, gate }
  const moving = createHandover({ ...emptying, snapshots, folder: config.dataDir, taken: handover })
  const reset = config.allowReset === true ? createReset(emptying) : undefined
  const routes = [
    resetRoute(reset),
    ...stateRoutes(reader),
    ...snapshotRoutes({ ...emptying, snapshots }),
    ...moving.routes,
    ...taskRoutes({ store, clock, wake }),
    reachRoute(),
    ...(carrier?.routes ?? []),
    eventRoute(calls),
  ]
  const authorize = opened.client === undefined ? undefined : administrators(opened.client, clock)
  const admin = await createAdmin({ health, ready: () => reconciling.isSynced(), trouble, metrics, routes, authorize }).listen(
    config.host,
    config.adminPort,
  )
  started.add('the administration port', () => admin.stop())
  const api = await createApi({
    aws: { services, ids, log, backendUrl: config.backendUrl, verify, strict, observe },
    health,
    publicKeys: carrier?.publicKeys,
    acceptSocket: request => acceptChannel(sessions, request),
  }).listen(config.host, config.apiPort)
  started.add('the API', () => api.stop())
  started.add('the sessions of ECS Exec', () => sessions.stop())
  ownUrl = api.url
  if (config.agentPort !== undefined && opened.client !== undefined) {
    const { client } = opened
    await agents?.listen({ host: config.host, port: config.agentPort, client, isSynced: () => reconciling.isSynced(), wake, started })
  }
  if (config.functionsPort !== undefined) {
    await openFunctions({ host: config.host, port: config.functionsPort, store, log, backend, started })
  }
  if (config.dnsPort !== undefined) {
    await openDns({
      host: config.host,
      port: config.dnsPort,
      store,
      clock,
      ids,
      log,
      kube: opened.client,
      outside: config.outside !== undefined,
      started,
    })
  }
  // First of all that ends: calls that were held back are not to run when the state is given away.
  started.add('the handover', () => moving.stop())
  reconciling.begin()

  return { url: api.url, adminUrl: admin.url, stop: () => started.stop() }
}

/** Tasks are asked how they are by the runtime, or from outside of the cluster by the agents; else over the network. */
const proberOf = ({ outside }: ServerConfig, opened: OpenedRuntime, agents: Agents | undefined): { readonly prober?: Prober } => {
  const prober = opened.prober ?? (outside === undefined ? undefined : agents?.prober)
  return prober === undefined ? {} : { prober }
}

/** The WebSockets of ECS Exec; there are no others. */
const acceptChannel = (sessions: ExecSessions, request: Request): ReturnType<AcceptSocket> => {
  const { pathname } = new URL(request.url)
  return sessions.isChannel(pathname) ? socket => sessions.connect(pathname, socket) : undefined
}

interface Healthy {
  readonly config: ServerConfig
  readonly runtime: Runtime
  readonly reconciling: Reconciling
  /** Why nothing can be written. */
  readonly trouble: string | undefined
}

const healthOf = ({ config, runtime, reconciling, trouble }: Healthy): HealthReport => ({
  version,
  instance: config.instance,
  runtime: runtime.kind,
  simulated: runtime.kind === 'simulated',
  components: {
    store: trouble === undefined ? { state: 'ready' } : { state: 'failed', message: `${cannotWrite}: ${trouble}` },
    runtime: reconciling.isSynced() ? { state: 'ready' } : { state: 'starting', message: 'the first full list of tasks is not in yet' },
  },
})
