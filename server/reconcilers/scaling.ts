import type { Clock } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import type { ScalingPolicy } from '../aws/generated/application-autoscaling.ts'
import type { Backend } from '../backend/backend.ts'
import { isOngoing, serviceArn } from '../domain/services/records.ts'
import { decide } from '../domain/scaling/decide.ts'
import { type ScalableTargetRow, scalableTargets, targetKey } from '../store/autoscaling-tables.ts'
import { type ServiceRow, serviceDeployments, services } from '../store/service-tables.ts'
import type { Store, Transaction } from '../store/store.ts'
import type { Reconciler, Wake } from './reconciler.ts'
import { ScalingActivities } from './scaling-activities.ts'
import { type Heard, ScalingPolicies } from './scaling-policies.ts'
import { runSchedule } from './scaling-schedule.ts'
import type { ServiceMetrics } from './service-metrics.ts'

export interface ScalingReconcilerParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly wake: Wake
  readonly metrics: ServiceMetrics
  /** Where the alarms of step scaling policies are. */
  readonly backend: Backend | undefined
  /** From one look to the next, of which AWS's alarms take one a minute. Milliseconds. */
  readonly periodMs: number
}

/**
 * Application Auto Scaling of ECS services: once a period, scheduled actions, the limits that were set, and what policies
 * want. Keys are `targetKey`s.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
 */
export class ScalingReconciler implements Reconciler {
  readonly kind = 'scaling'
  readonly #parts: ScalingReconcilerParts
  readonly #policies: ScalingPolicies
  readonly #activities: ScalingActivities

  constructor(parts: ScalingReconcilerParts) {
    this.#parts = parts
    this.#policies = new ScalingPolicies(parts)
    this.#activities = new ScalingActivities(parts)
  }

  *keys(): Iterable<string> {
    for (const row of this.#parts.store.table(scalableTargets).all()) {
      if (row.target.ServiceNamespace === 'ecs') yield targetKey(row.scope, row.target)
    }
  }

  forget(): void {
    this.#policies.forget()
  }

  async reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const { store, clock, wake, periodMs } = this.#parts
    const row = store.table(scalableTargets).get(key)
    if (row?.target.ServiceNamespace !== 'ecs') return undefined
    const service = this.#serviceOf(row)
    const heard = service === undefined ? [] : await this.#policies.listen(key, service, row, signal)
    const scaled = await store.commit(transaction => this.#step(key, heard, transaction))
    if (scaled !== undefined) wake('service', scaled)
    return periodMs - (clock.now() % periodMs)
  }

  #serviceOf({ scope, target }: ScalableTargetRow): ServiceRow | undefined {
    const [account = '', region = ''] = scope.split('/')
    const [, clusterName = '', serviceName = ''] = target.ResourceId.split('/')
    const found = this.#parts.store.table(services).get(serviceArn({ account, region }, clusterName, serviceName))
    return found?.service.status === 'ACTIVE' ? found : undefined
  }

  /** Answers the ARN of a service that was scaled. */
  #step(key: string, heard: readonly Heard[], transaction: Transaction): string | undefined {
    const { store, clock } = this.#parts
    const found = store.table(scalableTargets).get(key)
    if (found === undefined) return undefined
    const now = clock.now()
    this.#activities.settle(key, this.#serviceOf(found), transaction)
    for (const each of heard) if (each.isDeaf !== undefined) this.#activities.tellDeaf(found, each.policy, each.isDeaf, transaction)
    const row = runSchedule({ store, activities: this.#activities, now }, { key, row: found }, transaction)
    const service = this.#serviceOf(row)
    if (service === undefined) {
      if (row !== found) transaction.put(scalableTargets, row)
      return undefined
    }
    const current = service.service.desiredCount
    const limit = limitFor(row, current)
    const { areLimitsNew: _, ...settled } = row
    if (limit !== undefined && row.areLimitsNew === true) {
      transaction.put(scalableTargets, settled)
      return this.#scale(service, settled, limit, transaction)
    }
    const decision = decide({
      row: settled,
      current,
      wishes: heard.flatMap(({ wish }) => wish ?? []),
      isHeld: heard.some(({ wish, policy, isUnheard = false }) => isUnheard || (wish === undefined && mayScaleIn(policy))),
      isDeploying: this.#isDeploying(service),
      now,
    })
    if (decision.is === 'scaled') {
      const last =
        decision.to > current ? { lastScaleOut: { at: now, from: decision.from, to: decision.to } } : { lastScaleIn: { at: now } }
      transaction.put(scalableTargets, { ...settled, ...last })
      return this.#scale(service, settled, decision, transaction)
    }
    if (row !== found || row.areLimitsNew === true) transaction.put(scalableTargets, settled)
    if (decision.is === 'not-scaled') this.#activities.tellNotScaled(settled, decision, transaction)
    return undefined
  }

  #isDeploying({ serviceDeploymentArn }: ServiceRow): boolean {
    const newest = serviceDeploymentArn === undefined ? undefined : this.#parts.store.table(serviceDeployments).get(serviceDeploymentArn)
    return newest !== undefined && isOngoing(newest)
  }

  #scale(
    service: ServiceRow,
    row: ScalableTargetRow,
    { to, cause }: { readonly to: number; readonly cause: string },
    transaction: Transaction,
  ): string {
    transaction.put(services, { ...service, service: { ...service.service, desiredCount: to } })
    this.#activities.tell(
      row,
      {
        Description: `Setting desired count to ${to}.`,
        Cause: cause,
        StatusCode: 'InProgress',
        StatusMessage: `Successfully set desired count to ${to}. Waiting for change to be fulfilled by ecs.`,
      },
      transaction,
    )
    return service.service.serviceArn
  }
}

const mayScaleIn = ({ PolicyType, TargetTrackingScalingPolicyConfiguration: tracking }: ScalingPolicy): boolean =>
  PolicyType === 'TargetTrackingScaling' && tracking?.DisableScaleIn !== true

/** What a capacity outside the limits becomes, in AWS's words of why. */
const limitFor = (
  { target: { MinCapacity: least, MaxCapacity: most } }: ScalableTargetRow,
  current: number,
): { readonly to: number; readonly cause: string } | undefined => {
  if (current < least) return { to: least, cause: `minimum capacity was set to ${least}` }
  return current > most ? { to: most, cause: `maximum capacity was set to ${most}` } : undefined
}
