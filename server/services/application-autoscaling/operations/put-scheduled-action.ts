// Differs from AWS: only those of ECS services run, within the minute that their schedule says.
import { epochSeconds } from '../../../../shared/clock.ts'
import { ServiceError } from '../../../aws/errors.ts'
import type {
  PutScheduledActionRequest,
  PutScheduledActionResponse,
  ScheduledAction,
} from '../../../aws/generated/application-autoscaling.ts'
import { isTimezone, problemWithSchedule } from '../../../domain/schedule-expression.ts'
import { namedKey, scheduledActions, targetKey } from '../../../store/autoscaling-tables.ts'
import type { ScheduledActionRow } from '../../../store/autoscaling-tables.ts'
import { scopeOf } from '../../../store/tables.ts'
import { actionArn } from '../../../domain/scaling/arns.ts'
import { checkTarget, findTarget } from '../check-target.ts'
import type { ScalingContext } from '../context.ts'
import { invalid, notRegistered, refuseIf } from '../errors.ts'

/** AWS's quota of scheduled actions of a scalable target. */
const mostActions = 200

/**
 * Makes a scheduled action, or changes the one of that name: what the call leaves out stays, but for the times at which
 * it starts and ends.
 * @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
 */
export async function putScheduledAction(context: ScalingContext, input: PutScheduledActionRequest): Promise<PutScheduledActionResponse> {
  checkTarget(input)
  const scope = scopeOf(context.account, context.region)
  await context.store.commit(transaction => {
    if (findTarget(context, input) === undefined) throw notRegistered(input)
    const table = context.store.table(scheduledActions)
    const existing = table.get(namedKey(scope, input, input.ScheduledActionName))?.action
    const action = actionFor(context, input, existing)
    if (existing === undefined && table.count('target', targetKey(scope, input)) >= mostActions) {
      throw new ServiceError('LimitExceededException', `A scalable target can have at most ${mostActions} scheduled actions`)
    }
    transaction.put(scheduledActions, { scope, action })
  })
  return {}
}

function actionFor(
  context: ScalingContext,
  input: PutScheduledActionRequest,
  existing: ScheduledAction | undefined,
): ScheduledActionRow['action'] {
  const { ServiceNamespace, ResourceId, ScalableDimension, ScheduledActionName, StartTime, EndTime } = input
  const Schedule = input.Schedule ?? existing?.Schedule
  const Timezone = input.Timezone ?? existing?.Timezone
  const ScalableTargetAction = input.ScalableTargetAction ?? existing?.ScalableTargetAction
  if (Schedule === undefined) throw invalid('Schedule must be set')
  checkAction({ Schedule, Timezone, ScalableTargetAction, StartTime, EndTime })
  return {
    ScheduledActionName,
    ScheduledActionARN: existing?.ScheduledActionARN ?? actionArn(context, context.ids.uuid(), input, ScheduledActionName),
    ServiceNamespace,
    ResourceId,
    ScalableDimension,
    Schedule,
    ...(Timezone === undefined ? {} : { Timezone }),
    ...(StartTime === undefined ? {} : { StartTime }),
    ...(EndTime === undefined ? {} : { EndTime }),
    ScalableTargetAction,
    CreationTime: existing?.CreationTime ?? epochSeconds(context.clock.now()),
  }
}

type Checked = Pick<ScheduledAction, 'Schedule' | 'Timezone' | 'ScalableTargetAction' | 'StartTime' | 'EndTime'>

function checkAction({ Schedule, Timezone, ScalableTargetAction: action, StartTime, EndTime }: Checked): void {
  if (action === undefined) throw invalid('ScalableTargetAction must be set')
  const { MinCapacity: minimum, MaxCapacity: maximum } = action
  refuseIf(minimum === undefined && maximum === undefined, 'At least one of minimum capacity and maximum capacity should be provided')
  refuseIf(minimum !== undefined && minimum < 0, 'Minimum capacity cannot be less than 0')
  refuseIf(maximum !== undefined && maximum < 0, 'Maximum capacity cannot be less than 0')
  refuseIf(minimum !== undefined && maximum !== undefined && maximum < minimum, 'Maximum capacity cannot be less than minimum capacity')
  const problem = problemWithSchedule(Schedule)
  if (problem !== undefined) throw invalid(problem)
  refuseIf(Timezone !== undefined && !isTimezone(Timezone), `Invalid schedule timezone: ${Timezone ?? ''}`)
  refuseIf(StartTime !== undefined && EndTime !== undefined && StartTime >= EndTime, 'StartTime must be before EndTime')
}
