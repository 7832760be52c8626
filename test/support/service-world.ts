// Services over the simulated runtime, with the control planes that keep them: a user's acts as the operations write them.
import { FakeClock } from './fake-clock.ts'
import { FlakyRuntime } from './flaky-runtime.ts'
import { clusterRow, definitionRow, place } from './task-rows.ts'
import type { ContainerDefinition, DeploymentConfiguration, ServiceEvent } from '../../server/aws/generated/ecs.ts'
import type { Backend } from '../../server/backend/backend.ts'
import { type Reconciling, createReconciling } from '../../server/compose/reconcilers.ts'
import { beginDeployment, serviceArn } from '../../server/domain/services/records.ts'
import { createLog } from '../../server/log.ts'
import type { ServiceMetrics } from '../../server/reconcilers/service-metrics.ts'
import type { ServiceSignals } from '../../server/reconcilers/service-situation.ts'
import type { Gateway } from '../../server/gateway/gateway.ts'
import type { Prober } from '../../server/probing/prober.ts'
import { simulatedProber } from '../../server/runtime/simulated/prober.ts'
import { withTargetGroups } from '../../server/services/ecs/services/target-groups.ts'
import { SimulatedRuntime } from '../../server/runtime/simulated/index.ts'
import type { Journal } from '../../server/store/journal.ts'
import { memoryStore } from '../../server/store/memory.ts'
import {
  type ServiceDeploymentRow,
  type ServiceRow,
  type TaskSetRow,
  serviceDeployments,
  serviceEvents,
  serviceRevisions,
  services,
  taskSets,
} from '../../server/store/service-tables.ts'
import type { Store } from '../../server/store/store.ts'
import { type TaskRow, clusters, scopeOf, taskDefinitions, tasks } from '../../server/store/tables.ts'
import { type Ids, randomIds } from '../../shared/ids.ts'

const log = createLog({ logLevel: 'error' }, { write: () => true })

export type ServiceWish = Partial<ServiceRow['service']> & { readonly desiredCount?: number }

/** What a revision of the task definition `web` does: runs on, unless its container says otherwise. */
export const healthy: ContainerDefinition = {}
export const crashing: ContainerDefinition = { dockerLabels: { 'kecs.dev/simulate-exit-code': '1' } }
export const unpullable: ContainerDefinition = { dockerLabels: { 'kecs.dev/simulate-pull-error': 'not found' } }

export class ServiceWorld {
  readonly clock = new FakeClock()
  readonly ids: Ids
  readonly store: Store
  readonly runtime: FlakyRuntime
  readonly prober: Prober
  readonly arn = serviceArn(place, 'default', 'web')
  readonly #signals: ServiceSignals
  readonly #gateway: Gateway | undefined
  readonly #backend: Backend | undefined
  readonly #metrics: ServiceMetrics | undefined
  #revisions = 0

  constructor(
    options: {
      readonly journal?: Journal
      readonly signals?: ServiceSignals
      readonly gateway?: (clock: FakeClock) => Gateway
      readonly backend?: Backend
      readonly metrics?: ServiceMetrics
    } = {},
  ) {
    this.ids = randomIds
    this.store = memoryStore({ clock: this.clock, ...(options.journal === undefined ? {} : { journal: options.journal }) })
    const simulated = new SimulatedRuntime({ clock: this.clock, ids: this.ids })
    this.runtime = new FlakyRuntime(simulated)
    this.prober = simulatedProber(simulated)
    this.#signals = options.signals ?? {}
    this.#gateway = options.gateway?.(this.clock)
    this.#backend = options.backend
    this.#metrics = options.metrics
    void this.store.commit(transaction => transaction.put(clusters, clusterRow()))
  }

  control(): Reconciling {
    const { store, clock, ids, runtime, prober } = this
    const gateway = this.#gateway === undefined ? {} : { gateway: this.#gateway }
    const settings = { endpointUrl: 'http://localhost:4566' }
    const parts = {
      store,
      clock,
      ids,
      log,
      runtime,
      prober,
      settings,
      publishedPorts: undefined,
      signals: this.#signals,
      ...gateway,
      backend: this.#backend,
      metrics: this.#metrics,
    }
    return createReconciling(parts)
  }

  /** Registers a revision of `web`; answers its ARN. */
  register(container: ContainerDefinition = healthy, more: Parameters<typeof definitionRow>[0] = {}): string {
    const app = { name: 'app', image: 'nginx', cpu: 0, memory: 128, essential: true, ...container }
    const row = definitionRow({ revision: ++this.#revisions, containerDefinitions: [app], ...more })
    void this.store.commit(transaction => transaction.put(taskDefinitions, row))
    return row.taskDefinition.taskDefinitionArn
  }

  /** As CreateService writes it. Not durable before the promise resolves. */
  create(taskDefinition: string, wish: ServiceWish = {}, row: Partial<ServiceRow> = {}): Promise<void> {
    const service: ServiceRow['service'] = {
      serviceArn: this.arn,
      serviceName: 'web',
      clusterArn: clusterRow().cluster.clusterArn,
      status: 'ACTIVE',
      desiredCount: 1,
      schedulingStrategy: 'REPLICA',
      deploymentController: { type: 'ECS' },
      ...wish,
    }
    const scope = scopeOf(place.account, place.region)
    return this.#deploy({ scope, service, tags: [], deployments: [], createdAt: this.clock.now(), ...row }, taskDefinition)
  }

  /** As CreateService writes a service whose deployments are made by somebody else. */
  createExternal(desiredCount: number): Promise<void> {
    const row: ServiceRow = {
      scope: scopeOf(place.account, place.region),
      service: {
        serviceArn: this.arn,
        serviceName: 'web',
        clusterArn: clusterRow().cluster.clusterArn,
        status: 'ACTIVE',
        desiredCount,
        schedulingStrategy: 'REPLICA',
        deploymentController: { type: 'EXTERNAL' },
      },
      tags: [],
      deployments: [],
      createdAt: this.clock.now(),
    }
    return this.store.commit(transaction => transaction.put(services, row))
  }

  /** As CreateTaskSet, UpdateTaskSet and DeleteTaskSet write it. */
  async putTaskSet(
    id: string,
    taskDefinition: string,
    value: number,
    status: 'ACTIVE' | 'DRAINING' = 'ACTIVE',
    more: Partial<TaskSetRow['taskSet']> = {},
  ): Promise<string> {
    const { serviceArn: ofService, clusterArn } = this.service.service
    const taskSetArn = `${ofService.replace(':service/', ':task-set/')}/${id}`
    const now = this.clock.now() / 1000
    const taskSet: TaskSetRow['taskSet'] = {
      id,
      taskSetArn,
      serviceArn: ofService,
      clusterArn,
      status,
      taskDefinition,
      launchType: 'EC2',
      createdAt: now,
      updatedAt: now,
      scale: { value, unit: 'PERCENT' },
      stabilityStatus: 'STABILIZING',
      ...more,
    }
    await this.store.commit(transaction => transaction.put(taskSets, { taskSet, tags: [] }))
    return taskSetArn
  }

  /** As UpdateService writes a new deployment. */
  deploy(taskDefinition: string, wish: ServiceWish = {}): Promise<void> {
    const row = this.service
    return this.#deploy({ ...row, service: { ...row.service, ...wish } }, taskDefinition)
  }

  /** As UpdateService writes what makes no new deployment, and DeleteService its wish. */
  update(wish: ServiceWish): Promise<void> {
    const row = this.service
    return this.store.commit(transaction => transaction.put(services, { ...row, service: { ...row.service, ...wish } }))
  }

  configure(deploymentConfiguration: DeploymentConfiguration): Promise<void> {
    return this.update({ deploymentConfiguration })
  }

  /** As StopServiceDeployment writes it. */
  requestStop(status: 'ROLLBACK_REQUESTED' | 'STOP_REQUESTED'): Promise<void> {
    const row = this.serviceDeployment
    return this.store.commit(transaction =>
      transaction.put(serviceDeployments, { ...row, serviceDeployment: { ...row.serviceDeployment, status } }),
    )
  }

  async #deploy(row: ServiceRow, taskDefinition: string): Promise<void> {
    const previous = row.serviceDeploymentArn === undefined ? undefined : this.store.table(serviceDeployments).get(row.serviceDeploymentArn)
    const { ids, clock } = this
    const asked: ServiceRow = { ...row, service: { ...row.service, taskDefinition } }
    const { loadBalancers = [], networkConfiguration } = row.service
    const settings = withTargetGroups(this, asked, {
      taskDefinition,
      launchType: 'EC2',
      enableExecuteCommand: false,
      loadBalancers,
      resolvedConfiguration: { loadBalancers: loadBalancers.map(({ targetGroupArn }) => ({ targetGroupArn })) },
      ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
    })
    const begun = beginDeployment(asked, settings, previous, { place, clusterName: 'default', ids, now: clock.now() })
    await this.store.commit(transaction => {
      transaction.put(services, begun.service)
      transaction.put(serviceRevisions, begun.revision)
      for (const each of begun.serviceDeployments) transaction.put(serviceDeployments, each)
    })
  }

  get service(): ServiceRow {
    const row = this.store.table(services).get(this.arn)
    if (row === undefined) throw new Error('no service')
    return row
  }

  get serviceDeployment(): ServiceDeploymentRow {
    const row = this.store.table(serviceDeployments).get(this.service.serviceDeploymentArn ?? '')
    if (row === undefined) throw new Error('no service deployment')
    return row
  }

  /** Every task of the service, STOPPED ones too. */
  get tasks(): TaskRow[] {
    return [...this.store.table(tasks).all()].filter(row => row.serviceArn === this.arn)
  }

  get running(): TaskRow[] {
    return this.tasks.filter(({ task }) => task.lastStatus === 'RUNNING')
  }

  /** Oldest first, task ids as `T`, deployments' as `D`. */
  get events(): string[] {
    const events: readonly ServiceEvent[] = this.store.table(serviceEvents).get(this.arn)?.events ?? []
    return events.map(({ message = '' }) => message.replaceAll(/[0-9a-f]{32}/g, 'T').replaceAll(/ecs-svc\/\d{19}/g, 'D')).toReversed()
  }

  get isSteady(): boolean {
    return this.service.said?.steady !== undefined
  }
}
