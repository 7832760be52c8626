import type { Clock } from '../../shared/clock.ts'
import { epochSeconds } from '../../shared/clock.ts'
import type { Ids } from '../../shared/ids.ts'
import type { ScalingActivity, ScalingPolicy } from '../aws/generated/application-autoscaling.ts'
import { type ScalableTargetRow, namedKey, scalingActivities, scalingPolicies, targetKey } from '../store/autoscaling-tables.ts'
import type { ServiceRow } from '../store/service-tables.ts'
import type { Store, Transaction } from '../store/store.ts'

export interface ScalingActivitiesParts {
  readonly store: Store
  readonly clock: Clock
  readonly ids: Ids
}

/**
 * What is told of scaling, in AWS's words, in the commit of what is done.
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scaling-activities.html
 */
export class ScalingActivities {
  readonly #parts: ScalingActivitiesParts

  constructor(parts: ScalingActivitiesParts) {
    this.#parts = parts
  }

  /** Ends activities whose service has as many tasks as they set, or was set otherwise meanwhile. */
  settle(key: string, service: ServiceRow | undefined, transaction: Transaction): void {
    const { store, clock } = this.#parts
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
  tellDeaf(row: ScalableTargetRow, policy: ScalingPolicy, why: string, transaction: Transaction): void {
    const { store } = this.#parts
    const cause = `policy ${policy.PolicyName} does not act: ${why}`
    const key = targetKey(row.scope, row.target)
    const told = [...store.table(scalingActivities).by('target', key)].some(({ activity }) => activity.Cause === cause)
    if (told || store.table(scalingPolicies).get(namedKey(row.scope, row.target, policy.PolicyName)) === undefined) return
    const now = epochSeconds(this.#parts.clock.now())
    const Description = `Following policy ${policy.PolicyName}.`
    this.tell(row, { Description, Cause: cause, StatusCode: 'Failed', EndTime: now, StatusMessage: `Failed: ${why}.` }, transaction)
  }

  tellNotScaled(
    row: ScalableTargetRow,
    { cause, reason }: { readonly cause: string; readonly reason: NonNullable<ScalingActivity['NotScaledReasons']>[number] },
    transaction: Transaction,
  ): void {
    const [newest] = this.#parts.store.table(scalingActivities).by('target', targetKey(row.scope, row.target))
    if (newest?.activity.NotScaledReasons?.[0]?.Code === reason.Code) return
    const now = epochSeconds(this.#parts.clock.now())
    const Description = 'Attempting to scale due to alarm triggered'
    this.tell(
      row,
      { Description, Cause: cause, StatusCode: 'Failed', EndTime: now, StatusMessage: Description, NotScaledReasons: [reason] },
      transaction,
    )
  }

  tell(
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
