import { epochSeconds } from '../../shared/clock.ts'
import { runsAt } from '../domain/scaling/schedule.ts'
import { type ScalableTargetRow, scheduledActions } from '../store/autoscaling-tables.ts'
import type { Store, Transaction } from '../store/store.ts'
import type { ScalingActivities } from './scaling-activities.ts'

/** What schedules are written in. */
const minuteMs = 60_000
/** How far back a schedule is looked for that nobody ran, for there was no control plane. Milliseconds. */
const longestCatchUpMs = 24 * 60 * minuteMs

export interface ScheduleSituation {
  readonly store: Store
  readonly activities: ScalingActivities
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Sets the limits of scheduled actions of the target that ran since the last look: the row with them. */
export const runSchedule = (
  { store, activities, now }: ScheduleSituation,
  { key, row }: { readonly key: string; readonly row: ScalableTargetRow },
  transaction: Transaction,
): ScalableTargetRow => {
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
    activities.tell(
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
