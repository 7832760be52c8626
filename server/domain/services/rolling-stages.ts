import type { DeploymentLifecycleHookStage } from '../../aws/generated/ecs.ts'
import type { DeploymentRecord, ServiceDeploymentRow, StageProgress } from '../../store/service-tables.ts'
import { hookFailure, isPending, timedOut } from './hooks.ts'
import { fail } from './rollback.ts'
import { type RolloutContext, type RolloutState, revise } from './rollout-state.ts'
import { isStaged, scaledUpProgress } from './stages.ts'

/**
 * The stages that a rolling deployment has hooks of: it shifts no traffic. It goes through those that have some, before its
 * first task and after its last.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html
 */
export const rollingStages: ReadonlySet<DeploymentLifecycleHookStage> = new Set(['RECONCILE_SERVICE', 'PRE_SCALE_UP', 'POST_SCALE_UP'])

export const hasHooksAt = (
  { serviceDeployment }: Pick<ServiceDeploymentRow, 'serviceDeployment'>,
  stages: ReadonlySet<DeploymentLifecycleHookStage>,
): boolean =>
  (serviceDeployment.deploymentConfiguration?.lifecycleHooks ?? []).some(({ lifecycleStages = [] }) =>
    lifecycleStages.some(stage => stages.has(stage)),
  )

/** Whether a rolling deployment is past its tasks: it is planned as any other, and hooks alone hold up its end. */
export const isScaledUp = (row: ServiceDeploymentRow): boolean => !isStaged(row) && row.progress?.stage === 'POST_SCALE_UP'

const last: ReadonlySet<DeploymentLifecycleHookStage> = new Set(['POST_SCALE_UP'])

/** A rolling deployment at its last hooks. `isPassed`: they hold up nothing. */
export const awaitLastHooks = (
  state: RolloutState,
  primary: DeploymentRecord,
  context: RolloutContext,
): { readonly state: RolloutState; readonly isPassed: boolean } => {
  const { now } = context
  const row = state.serviceDeployment
  const hasNone = row === undefined || row.serviceDeployment.rollback !== undefined || !hasHooksAt(row, last)
  if (hasNone) return { state, isPassed: true }
  const progress = timedOut(row.progress ?? scaledUpProgress(row, now), now)
  const at = progress === row.progress ? state : { ...state, serviceDeployment: withProgress(row, progress, now) }
  const failure = hookFailure(progress)
  if (failure !== undefined) {
    const cause = failure.replace(/\.$/, '')
    const failed = { by: 'ECS deployment', cause, rollsBack: true, isTripped: false, statusReason: failure }
    return { state: fail(at, primary, failed, context), isPassed: false }
  }
  const times = progress.hooks.filter(isPending).map(({ expiresAt }) => expiresAt)
  if (times.length === 0) return { state: at, isPassed: true }
  return { state: { ...at, lookAgainAt: Math.min(...times) }, isPassed: false }
}

const withProgress = (row: ServiceDeploymentRow, progress: StageProgress, now: number): ServiceDeploymentRow | undefined =>
  revise({ ...row, progress }, { lifecycleStage: 'POST_SCALE_UP' }, now)
