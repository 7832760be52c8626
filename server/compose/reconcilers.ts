import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import type { Ids } from '../../shared/ids.ts'
import type { Backend } from '../backend/backend.ts'
import type { Owners } from '../backend/owners.ts'
import type { PortRange } from '../domain/host-ports.ts'
import type { TaskSpecSettings } from '../domain/task-spec.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Logger } from '../log.ts'
import { ClusterRooms } from '../reconcilers/cluster-rooms.ts'
import { ClusterReconciler } from '../reconcilers/cluster.ts'
import { type ConnectCarrier, ConnectNameReconciler } from '../reconcilers/connect-name.ts'
import { Controller } from '../reconcilers/controller.ts'
import { DaemonReconciler } from '../reconcilers/daemon.ts'
import { DeploymentAlarms } from '../reconcilers/deployment-alarms.ts'
import { LifecycleHookReconciler } from '../reconcilers/lifecycle-hook.ts'
import { type Carrier, LoadBalancerReconciler } from '../reconcilers/load-balancer.ts'
import type { Wake } from '../reconcilers/reconciler.ts'
import { ScalingReconciler } from '../reconcilers/scaling.ts'
import type { ServiceMetrics } from '../reconcilers/service-metrics.ts'
import type { ServiceSignals } from '../reconcilers/service-situation.ts'
import { serviceUses } from '../reconcilers/service-situation.ts'
import { ServiceReconciler } from '../reconcilers/service.ts'
import { taskTargetHealth } from '../reconcilers/target-signals.ts'
import { TargetReconciler } from '../reconcilers/target.ts'
import { adoptTasks } from '../reconcilers/task-adoption.ts'
import { TargetGroupReconciler } from '../reconcilers/target-group.ts'
import { TaskDefinitionReconciler } from '../reconcilers/task-definition.ts'
import { type TaskLogs, TaskReconciler } from '../reconcilers/task.ts'
import { lambdaProbe } from '../probing/lambda.ts'
import { NetworkProber } from '../probing/network.ts'
import type { Prober } from '../probing/prober.ts'
import type { Runtime, TaskRef } from '../runtime/runtime.ts'
import type { Store } from '../store/store.ts'
import { ReportedMetrics } from './service-metrics.ts'
import { wakeOnChanges } from './wakes.ts'

export interface ReconcilingParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Logger
  readonly runtime: Runtime
  readonly settings: TaskSpecSettings
  /** The AWS services that are not ours; undefined where none is configured. */
  readonly backend?: Backend | undefined
  /** Who knows which roles there are; nobody where absent. */
  readonly owners?: Pick<Owners, 'hasRole'> | undefined
  /** The host ports that can be reached from outside the machine. */
  readonly publishedPorts: PortRange | undefined
  /** Whether the state once had a task that has no row; none did where absent. See `adoptTasks`. */
  readonly wasKnown?: ((taskArn: string) => Promise<boolean>) | undefined
  /** When the state was made of a snapshot, by an order. Milliseconds since the epoch. */
  readonly restoredAt?: number | undefined
  /** What becomes of what containers write; undefined where no agent delivers it. */
  readonly logs?: TaskLogs | undefined
  /** Told of each task of which the runtime sees something new. */
  readonly noticed?: ((task: TaskRef) => void) | undefined
  /** What carries load balancers' traffic; undefined where nothing does. */
  readonly carrier?: (Carrier & ConnectCarrier) | undefined
  /** What else tells services how their tasks are. */
  readonly signals?: ServiceSignals
  /** Asks targets how they are; over the network where absent. */
  readonly prober?: Prober
  /** What measures services; nothing where absent. */
  readonly metrics?: ServiceMetrics | undefined
  /** How often scaling looks: once a minute where absent, as AWS's alarms do. Milliseconds. */
  readonly scalingPeriodMs?: number | undefined
  /** What carries traffic; absent where nothing does. */
  readonly gateway?: Gateway
  readonly observe?: (kind: string, milliseconds: number, failed: boolean) => void
}

export interface Reconciling {
  readonly controller: Controller
  readonly rooms: ClusterRooms
  /** Whether the runtime's first full list is in. */
  isSynced(): boolean
  /** Begins to watch the runtime. What there is is looked at once the first full list is in; until then nothing is done. */
  begin(): void
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>
}

/** Functions are the backend's, whatever tasks run on. */
const proberOf = ({ prober, backend }: Pick<ReconcilingParts, 'prober' | 'backend'>): Prober => {
  const network = new NetworkProber(lambdaProbe(backend))
  const tasksProber = prober ?? network
  return { probe: (request, signal) => (request.protocol === 'LAMBDA' ? network : tasksProber).probe(request, signal) }
}

/** As often as AWS's alarms take a metric's value. Milliseconds. */
export const defaultScalingPeriodMs = 60_000

/** Between attempts to watch. Milliseconds. */
const watchAgainMs = 2_000

/** The reconcilers over a store and a runtime. */
export const createReconciling = (parts: ReconcilingParts): Reconciling => {
  const { clock, log, runtime, store } = parts
  const abort = new AbortController()
  let synced = false
  const rooms = new ClusterRooms(runtime)
  const wake: Wake = (kind, key) => controller.wake(kind, key)
  const { backend, gateway } = parts
  const alarms = new DeploymentAlarms({ store, log, wake, backend })
  const signals: ServiceSignals = {
    targetHealth: taskTargetHealth(store, () => clock.now()),
    alarmsInAlarm: alarms.inAlarm,
    ...(gateway === undefined ? {} : { inForceUntil: () => gateway.inForceUntil() }),
    ...parts.signals,
  }
  const { carrier, ids } = parts
  const connect = new ConnectNameReconciler({ store, clock, ids, log, wake, carrier })
  const taskReconciler = new TaskReconciler({
    ...parts,
    connectHosts: row => connect.hostsOf(row),
    backend: parts.backend,
    rooms,
    isSynced: () => synced,
    wake: taskArn => controller.wake('task', taskArn),
  })
  const controller: Controller = new Controller({
    ...parts,
    reconcilers: [
      new ClusterReconciler({ store, clock, rooms }),
      new TaskDefinitionReconciler({ store, users: [serviceUses] }),
      taskReconciler,
      new ServiceReconciler({ ...parts, signals, isSynced: () => synced, wake }),
      new DaemonReconciler({ ...parts, isSynced: () => synced, wake }),
      new LifecycleHookReconciler({ store, clock, log, wake, backend, owners: parts.owners }),
      alarms,
      new ScalingReconciler({
        store,
        clock,
        ids: parts.ids,
        wake,
        metrics: parts.metrics ?? new ReportedMetrics({ store, usage: undefined }),
        backend,
        periodMs: parts.scalingPeriodMs ?? defaultScalingPeriodMs,
      }),
      connect,
      new LoadBalancerReconciler({ store, clock, log, carrier: parts.carrier }),
      new TargetGroupReconciler({ store, clock }),
      new TargetReconciler({ ...parts, prober: proberOf(parts), nodes: () => runtime.nodes() }),
    ],
    signal: abort.signal,
  })

  const unwatch = wakeOnChanges(store, wake)
  const ungate = gateway?.watch(() => {
    for (const key of taskReconciler.draining()) controller.wake('task', key)
  })

  const watch = async (): Promise<void> => {
    try {
      const look = (task: TaskRef): void => {
        parts.noticed?.(task)
        controller.wake('task', taskReconciler.noticed(task))
      }
      await runtime.watch(look, abort.signal)
    } catch (error) {
      if (abort.signal.aborted) return
      log.error({ err: error }, `the runtime cannot be watched, trying again: ${messageOf(error)}`)
      clock.after(watchAgainMs, () => void (abort.signal.aborted || watch()))
      return
    }
    await adopt()
  }

  const adopt = async (): Promise<void> => {
    try {
      const { wasKnown = async () => false, restoredAt } = parts
      await adoptTasks({ store, runtime, log, wasKnown, restoredAt })
      if (abort.signal.aborted) return
      synced = true
      controller.wakeAll()
    } catch (error) {
      if (abort.signal.aborted) return
      log.error({ err: error }, `what runs cannot be compared with the state, trying again: ${messageOf(error)}`)
      clock.after(watchAgainMs, () => void (abort.signal.aborted || adopt()))
    }
  }

  return {
    controller,
    rooms,
    isSynced: () => synced,
    begin: () => void watch(),
    stop: async () => {
      unwatch()
      ungate?.()
      abort.abort()
      taskReconciler.stop()
      await controller.idle()
    },
  }
}
