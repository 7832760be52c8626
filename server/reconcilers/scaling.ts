import type { Clock } from '../../shared/clock.ts'
import { epochSeconds } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import type { ScalingActivity, ScalingPolicy } from '../aws/generated/application-autoscaling.ts'
import { type Backend, BackendUnreachable } from '../backend/backend.ts'
import { policyAlarms } from '../backend/policy-alarms.ts'
import { serviceArn } from '../domain/services/records.ts'
import { isOngoing } from '../domain/services/records.ts'
import { decide } from '../domain/scaling/decide.ts'
import type { PolicyWish } from '../domain/scaling/decide.ts'
import { runsAt } from '../domain/scaling/schedule.ts'
import { steppedCapacity } from '../domain/scaling/steps.ts'
import { minutesIn, trackedCapacity } from '../domain/scaling/tracking.ts'
import {
  type ScalableTargetRow,
  namedKey,
  scalableTargets,
  scalingActivities,
  scalingPolicies,
  scheduledActions,
  targetKey,
} from '../store/autoscaling-tables.ts'
import { type ServiceRow, serviceDeployments, services } from '../store/service-tables.ts'
import type { Store, Transaction } from '../store/store.ts'
import type { Reconciler, Wake } from './reconciler.ts'
import type { Measured, ServiceMetrics } from './service-metrics.ts'

export interface ScalingReconcilerParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
  readonly wake: Wake
  readonly metrics: ServiceMetrics
  /** Where the alarms of step scaling policies are. */
  readonly backend: Backend | undefined
}

const minuteMs = 60_000
/** How far back a schedule is looked for that nobody ran, for there was no control plane. Milliseconds. */
const longestCatchUpMs = 24 * 60 * minuteMs
/** Seconds: AWS's default for services. */
const defaultCooldown = 300

/** A policy with what it wants now; without a wish it wants no change. */
interface Heard {
  readonly policy: ScalingPolicy
  readonly wish?: PolicyWish
  /** Nothing here measures what it follows. */
  readonly isDeaf?: string
  /** Whether what it follows could not be asked for just now: what it wants is not known. */
  readonly isUnheard?: boolean
}

/**
 * Application Auto Scaling of ECS services: once a minute, scheduled actions, the limits that were set, and what policies
 * want. Keys are `targetKey`s. The values of metrics are this process' alone: after a restart a policy waits for new ones.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html
 */
export class ScalingReconciler implements Reconciler {
  readonly kind = 'scaling'
  readonly #parts: ScalingReconcilerParts
  /** Values of the last minutes by the policy's ARN, oldest first. */
  readonly #values = new Map<string, { readonly minute: number; readonly values: readonly number[] }>()

  constructor(parts: ScalingReconcilerParts) {
    this.#parts = parts
  }

  *keys(): Iterable<string> {
    for (const row of this.#parts.store.table(scalableTargets).all()) {
      if (row.target.ServiceNamespace === 'ecs') yield targetKey(row.scope, row.target)
    }
  }

  forget(): void {
    this.#values.clear()
  }

  async reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const { store, clock, wake } = this.#parts
    const row = store.table(scalableTargets).get(key)
    if (row?.target.ServiceNamespace !== 'ecs') return undefined
    const service = this.#serviceOf(row)
    const heard = service === undefined ? [] : await this.#listen(key, service, row, signal)
    const scaled = await store.commit(transaction => this.#step(key, heard, transaction))
    if (scaled !== undefined) wake('service', scaled)
    return minuteMs - (clock.now() % minuteMs)
  }

  #serviceOf({ scope, target }: ScalableTargetRow): ServiceRow | undefined {
    const [account = '', region = ''] = scope.split('/')
    const [, clusterName = '', serviceName = ''] = target.ResourceId.split('/')
    const found = this.#parts.store.table(services).get(serviceArn({ account, region }, clusterName, serviceName))
    return found?.service.status === 'ACTIVE' ? found : undefined
  }

  #listen(key: string, service: ServiceRow, row: ScalableTargetRow, signal: AbortSignal): Promise<readonly Heard[]> {
    const policies = [...this.#parts.store.table(scalingPolicies).by('target', key)].map(({ policy }) => policy)
    return Promise.all(
      policies.map(policy =>
        policy.PolicyType === 'StepScaling'
          ? this.#listenToSteps(policy, service, row, signal)
          : this.#listenToMetric(policy, service, row),
      ),
    )
  }

  async #listenToSteps(policy: ScalingPolicy, { service }: ServiceRow, row: ScalableTargetRow, signal: AbortSignal): Promise<Heard> {
    const { backend } = this.#parts
    const steps = policy.StepScalingPolicyConfiguration
    if (steps === undefined) return { policy }
    if (backend === undefined) return { policy, isDeaf: 'no backend is configured whose CloudWatch alarms could trigger it' }
    const [account = '', region = ''] = row.scope.split('/')
    // One that does not answer holds up neither schedules nor limits; nothing is scaled in meanwhile.
    const alarms = await policyAlarms(backend, policy.PolicyARN, { account, region }, { signal }).catch((error: unknown) => {
      if (error instanceof BackendUnreachable) return undefined
      throw error
    })
    if (alarms === undefined) return { policy, isUnheard: true }
    const { Cooldown: cooldown = defaultCooldown } = steps
    const from = capacityBefore(row, service.desiredCount, cooldown, this.#parts.clock.now())
    const wishes = alarms.flatMap(({ alarmName, breach }) => {
      const capacity = steppedCapacity(steps, from, breach)
      return capacity === undefined ? [] : [{ capacity, from, cause: causeOf(alarmName, policy) }]
    })
    const boldest = wishes.toSorted((one, other) => other.capacity - one.capacity)[0]
    return boldest === undefined ? { policy } : { policy, wish: { ...boldest, cooldown: { out: cooldown, in: cooldown } } }
  }

  async #listenToMetric(policy: ScalingPolicy, service: ServiceRow, row: ScalableTargetRow): Promise<Heard> {
    const tracking = policy.TargetTrackingScalingPolicyConfiguration
    if (tracking === undefined) return { policy, isDeaf: 'predictive scaling does not act' }
    const minute = Math.floor(this.#parts.clock.now() / minuteMs)
    const known = this.#values.get(policy.PolicyARN)
    if (known?.minute !== minute) {
      const measured = await this.#measure(policy, service)
      if (measured === 'unmeasured') return { policy, isDeaf: `nothing measures ${metricOf(policy)}` }
      // A minute without a value interrupts what alarms count, as missing data does.
      const former = known !== undefined && known.minute === minute - 1 ? known.values : []
      const values = measured === 'unknown' ? [] : [...former, measured].slice(-minutesIn)
      this.#values.set(policy.PolicyARN, { minute, values })
    }
    const { ScaleOutCooldown: out = defaultCooldown, ScaleInCooldown: back = defaultCooldown } = tracking
    const from = capacityBefore(row, service.service.desiredCount, out, this.#parts.clock.now())
    const wanted = trackedCapacity(tracking, from, this.#values.get(policy.PolicyARN)?.values ?? [])
    if (wanted === undefined) return { policy }
    const alarm = policy.Alarms?.find(({ AlarmName }) => AlarmName.includes(`-${wanted.alarm}-`))?.AlarmName ?? wanted.alarm
    return { policy, wish: { capacity: wanted.capacity, from, cause: causeOf(alarm, policy), cooldown: { out, in: back } } }
  }

  #measure(policy: ScalingPolicy, service: ServiceRow): Promise<Measured> {
    const { metrics } = this.#parts
    const { PredefinedMetricType: type = '', ResourceLabel: label = '' } =
      policy.TargetTrackingScalingPolicyConfiguration?.PredefinedMetricSpecification ?? {}
    if (type.startsWith('ECSServiceAverageCPU')) return metrics.utilization(service, 'cpu')
    if (type.startsWith('ECSServiceAverageMemory')) return metrics.utilization(service, 'memory')
    return type === 'ALBRequestCountPerTarget' ? metrics.requestsPerTarget(service, label) : Promise.resolve('unmeasured')
  }

  /** Answers the ARN of a service that was scaled. */
  #step(key: string, heard: readonly Heard[], transaction: Transaction): string | undefined {
    const { store, clock } = this.#parts
    const found = store.table(scalableTargets).get(key)
    if (found === undefined) return undefined
    const now = clock.now()
    this.#settle(key, transaction)
    for (const each of heard) if (each.isDeaf !== undefined) this.#tellDeaf(found, each.policy, each.isDeaf, transaction)
    const row = this.#runSchedule(key, found, transaction)
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
    if (decision.is === 'not-scaled') this.#tellNotScaled(settled, decision, transaction)
    return undefined
  }

  #isDeploying({ serviceDeploymentArn }: ServiceRow): boolean {
    const newest = serviceDeploymentArn === undefined ? undefined : this.#parts.store.table(serviceDeployments).get(serviceDeploymentArn)
    return newest !== undefined && isOngoing(newest)
  }

  /** Sets the limits of scheduled actions that ran since the last look. */
  #runSchedule(key: string, row: ScalableTargetRow, transaction: Transaction): ScalableTargetRow {
    const { store, clock } = this.#parts
    const now = clock.now()
    const latest = Math.floor(now / minuteMs) * minuteMs
    let changed = row
    for (const each of store.table(scheduledActions).by('target', key)) {
      const { action, lastLookAt = action.CreationTime * 1000 } = each
      const from = Math.max(Math.floor(lastLookAt / minuteMs) * minuteMs + minuteMs, latest - longestCatchUpMs)
      const minutes = Array.from({ length: Math.max(0, (latest - from) / minuteMs + 1) }, (_, index) => from + index * minuteMs)
      if (minutes.length === 0) continue
      transaction.put(scheduledActions, { ...each, lastLookAt: latest })
      if (!minutes.some(minute => runsAt(action, minute)) || row.target.SuspendedState?.ScheduledScalingSuspended === true) continue
      const { MinCapacity = changed.target.MinCapacity, MaxCapacity = changed.target.MaxCapacity } = action.ScalableTargetAction ?? {}
      changed = { ...changed, target: { ...changed.target, MinCapacity, MaxCapacity }, areLimitsNew: true }
      const what = `min capacity to ${MinCapacity} and max capacity to ${MaxCapacity}`
      const cause = `scheduled action name ${action.ScheduledActionName} was triggered`
      this.#tell(
        changed,
        {
          Description: `Setting ${what}`,
          Cause: cause,
          StatusCode: 'Successful',
          EndTime: epochSeconds(now),
          StatusMessage: `Successfully set ${what}`,
        },
        transaction,
      )
    }
    return changed
  }

  #scale(
    service: ServiceRow,
    row: ScalableTargetRow,
    { to, cause }: { readonly to: number; readonly cause: string },
    transaction: Transaction,
  ): string {
    transaction.put(services, { ...service, service: { ...service.service, desiredCount: to } })
    this.#tell(
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

  /** Ends activities whose service has as many tasks as they set, or was set otherwise meanwhile. */
  #settle(key: string, transaction: Transaction): void {
    const { store, clock } = this.#parts
    const target = store.table(scalableTargets).get(key)
    const service = target === undefined ? undefined : this.#serviceOf(target)
    const ongoing = [...store.table(scalingActivities).by('target', key)].filter(({ activity }) => activity.StatusCode === 'InProgress')
    for (const each of ongoing) {
      const count = /^Setting desired count to (\d+)\.$/.exec(each.activity.Description)?.[1]
      const isOverridden = service === undefined || String(service.service.desiredCount) !== count
      if (!isOverridden && service.said?.steady === undefined) continue
      const StatusMessage = isOverridden
        ? `Successfully set desired count to ${count}. The change was overridden.`
        : `Successfully set desired count to ${count}. Change successfully fulfilled by ecs.`
      const StatusCode = isOverridden ? 'Overridden' : 'Successful'
      const activity = { ...each.activity, StatusCode, StatusMessage, EndTime: epochSeconds(clock.now()) } as const
      transaction.put(scalingActivities, { ...each, activity })
    }
  }

  /** Once for each policy, and again when it is put anew. */
  #tellDeaf(row: ScalableTargetRow, policy: ScalingPolicy, why: string, transaction: Transaction): void {
    const { store } = this.#parts
    const cause = `policy ${policy.PolicyName} does not act: ${why}`
    const key = targetKey(row.scope, row.target)
    const told = [...store.table(scalingActivities).by('target', key)].some(({ activity }) => activity.Cause === cause)
    if (told || store.table(scalingPolicies).get(namedKey(row.scope, row.target, policy.PolicyName)) === undefined) return
    const now = epochSeconds(this.#parts.clock.now())
    const Description = `Following policy ${policy.PolicyName}.`
    this.#tell(row, { Description, Cause: cause, StatusCode: 'Failed', EndTime: now, StatusMessage: `Failed: ${why}.` }, transaction)
  }

  #tellNotScaled(
    row: ScalableTargetRow,
    { cause, reason }: { readonly cause: string; readonly reason: NonNullable<ScalingActivity['NotScaledReasons']>[number] },
    transaction: Transaction,
  ): void {
    const [newest] = this.#parts.store.table(scalingActivities).by('target', targetKey(row.scope, row.target))
    if (newest?.activity.NotScaledReasons?.[0]?.Code === reason.Code) return
    const now = epochSeconds(this.#parts.clock.now())
    const Description = 'Attempting to scale due to alarm triggered'
    this.#tell(
      row,
      { Description, Cause: cause, StatusCode: 'Failed', EndTime: now, StatusMessage: Description, NotScaledReasons: [reason] },
      transaction,
    )
  }

  #tell(
    { scope, target }: ScalableTargetRow,
    what: Omit<ScalingActivity, 'ActivityId' | 'ServiceNamespace' | 'ResourceId' | 'ScalableDimension' | 'StartTime'>,
    transaction: Transaction,
  ): void {
    const { ServiceNamespace, ResourceId, ScalableDimension } = target
    const ActivityId = this.#parts.ids.uuid()
    const StartTime = epochSeconds(this.#parts.clock.now())
    transaction.put(scalingActivities, {
      scope,
      activity: { ActivityId, ServiceNamespace, ResourceId, ScalableDimension, StartTime, ...what },
    })
  }
}

/**
 * The capacity that an adjustment is made to: while a cooldown lasts, the one before, so that what was added already is part
 * of what is added now.
 */
const capacityBefore = ({ lastScaleOut: last }: ScalableTargetRow, current: number, cooldown: number, now: number): number =>
  last !== undefined && last.to === current && now < last.at + cooldown * 1000 ? last.from : current

const causeOf = (alarmName: string, { PolicyName }: ScalingPolicy): string =>
  `monitor alarm ${alarmName} in state ALARM triggered policy ${PolicyName}`

const metricOf = ({ TargetTrackingScalingPolicyConfiguration: tracking }: ScalingPolicy): string =>
  tracking?.PredefinedMetricSpecification?.PredefinedMetricType ?? tracking?.CustomizedMetricSpecification?.MetricName ?? 'its metric'

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
