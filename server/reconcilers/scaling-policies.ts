import type { Clock } from '../../shared/clock.ts'
import type { ScalingPolicy } from '../aws/generated/application-autoscaling.ts'
import { type Backend, BackendUnreachable } from '../backend/backend.ts'
import { policyAlarms } from '../backend/policy-alarms.ts'
import type { PolicyWish } from '../domain/scaling/decide.ts'
import { steppedCapacity } from '../domain/scaling/steps.ts'
import { minutesIn, trackedCapacity } from '../domain/scaling/tracking.ts'
import { type ScalableTargetRow, scalingPolicies } from '../store/autoscaling-tables.ts'
import type { ServiceRow } from '../store/service-tables.ts'
import type { Store } from '../store/store.ts'
import type { Measured, ServiceMetrics } from './service-metrics.ts'

export interface ScalingPoliciesParts {
  readonly store: Store
  readonly clock: Clock
  readonly metrics: ServiceMetrics
  /** Where the alarms of step scaling policies are. */
  readonly backend: Backend | undefined
  /** From one value of a metric to the next: AWS's alarms take one a minute. Milliseconds. */
  readonly periodMs: number
}

/** Seconds: AWS's default for services. */
const defaultCooldown = 300

/** A policy with what it wants now; without a wish it wants no change. */
export interface Heard {
  readonly policy: ScalingPolicy
  readonly wish?: PolicyWish
  /** Nothing here measures what it follows. */
  readonly isDeaf?: string
  /** Whether what it follows could not be asked for just now: what it wants is not known. */
  readonly isUnheard?: boolean
}

/** What the policies of scalable targets want. Values of metrics are this process' alone: after a restart a policy waits for new ones. */
export class ScalingPolicies {
  readonly #parts: ScalingPoliciesParts
  /** Values of the last periods by the policy's ARN, oldest first. */
  readonly #values = new Map<string, { readonly period: number; readonly values: readonly number[] }>()

  constructor(parts: ScalingPoliciesParts) {
    this.#parts = parts
  }

  forget(): void {
    this.#values.clear()
  }

  /** Of the target with the key, which is the service's. */
  listen(key: string, service: ServiceRow, row: ScalableTargetRow, signal: AbortSignal): Promise<readonly Heard[]> {
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
    const period = Math.floor(this.#parts.clock.now() / this.#parts.periodMs)
    const known = this.#values.get(policy.PolicyARN)
    if (known?.period !== period) {
      const measured = await this.#measure(policy, service)
      if (measured === 'unmeasured') return { policy, isDeaf: `nothing measures ${metricOf(policy)}` }
      // A period without a value interrupts what alarms count, as missing data does.
      const former = known !== undefined && known.period === period - 1 ? known.values : []
      const values = measured === 'unknown' ? [] : [...former, measured].slice(-minutesIn)
      this.#values.set(policy.PolicyARN, { period, values })
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
