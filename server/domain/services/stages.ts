import type { DeploymentConfiguration } from '../../aws/generated/ecs.ts'
import type { ServiceDeploymentRow, Stage, StageProgress } from '../../store/service-tables.ts'
import { gatewayLimitMs } from '../task-drain.ts'
import { hookFailure, hooksOf, isPending, timedOut } from './hooks.ts'

const minuteMs = 60_000

/** AWS's longest time for a stage. Milliseconds. */
export const longestStageMs = 24 * 60 * minuteMs

/**
 * How long traffic that goes back waits for the revision that it goes back to. One that is not ready by then has it all
 * the same: what has it now was given up. AWS has no such time that is known. Milliseconds.
 */
export const longestReturnMs = 10 * minuteMs

/** What the stages wait for. */
export interface StageFacts {
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Every task of the target revision that there should be is ready. */
  readonly isTargetUp: boolean
  /** So many of the target's, and of the source's, tasks are ready that it may have traffic. */
  readonly mayTargetServe: boolean
  readonly maySourceServe: boolean
  /** No task is left but the target's and the source's; and none but those of the one that stays. */
  readonly isReconciled: boolean
  readonly isCleanedUp: boolean
  /** Why traffic cannot be shifted. */
  readonly networkingProblem: string | undefined
  /** `Gateway.inForceUntil()`; absent where nothing carries traffic. */
  readonly inForceUntil?: number
}

/** Between two looks at whether traffic goes where it was sent. Milliseconds. */
const lookAgainMs = 200

/**
 * Whether requests do not follow yet where the stage has sent them: a shift is over when they do, and not when it is
 * written. A gateway that tells nothing holds nobody up for long.
 */
const isUnderWay = ({ stage, since }: StageProgress, { now, inForceUntil = Infinity }: StageFacts): boolean =>
  (stage === 'TEST_TRAFFIC_SHIFT' || stage === 'PRODUCTION_TRAFFIC_SHIFT') && inForceUntil <= since && now < since + gatewayLimitMs

/** Whether a deployment goes through lifecycle stages: by any strategy but ROLLING. */
export const isStaged = ({ serviceDeployment }: Pick<ServiceDeploymentRow, 'serviceDeployment'>): boolean =>
  (serviceDeployment.deploymentConfiguration?.strategy ?? 'ROLLING') !== 'ROLLING'

/**
 * The percents of production traffic that the target has after each step.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-linear.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/canary-deployment.html
 */
export const trafficSteps = ({ strategy, linearConfiguration, canaryConfiguration }: DeploymentConfiguration): readonly number[] => {
  if (strategy === 'CANARY') {
    const first = canaryConfiguration?.canaryPercent ?? 5
    return first >= 100 ? [100] : [first, 100]
  }
  if (strategy !== 'LINEAR') return [100]
  const by = linearConfiguration?.stepPercent ?? 10
  return Array.from({ length: Math.ceil(100 / by - 1e-9) }, (_, index) => Math.min(100, Math.round(by * (index + 1) * 10) / 10))
}

const stepBakeMs = ({ strategy, linearConfiguration, canaryConfiguration }: DeploymentConfiguration): number =>
  minuteMs *
  (strategy === 'LINEAR' ? (linearConfiguration?.stepBakeTimeInMinutes ?? 6) : (canaryConfiguration?.canaryBakeTimeInMinutes ?? 10))

const bakeMs = ({ bakeTimeInMinutes = 0 }: DeploymentConfiguration): number => bakeTimeInMinutes * minuteMs

/** One that just begins, its hooks with it. `isCluttered`: more revisions than the source have tasks. */
export const firstProgress = (
  row: ServiceDeploymentRow,
  { sourceRevisionArn, isCluttered, now }: { readonly sourceRevisionArn?: string; readonly isCluttered: boolean; readonly now: number },
): StageProgress =>
  entering(
    row,
    {
      stage: 'PRE_SCALE_UP',
      since: now,
      hooks: [],
      step: 0,
      production: 0,
      test: 0,
      ...(sourceRevisionArn === undefined ? {} : { sourceRevisionArn }),
    },
    isCluttered ? 'RECONCILE_SERVICE' : 'PRE_SCALE_UP',
    now,
  )

/** Of a rolling deployment whose tasks are all there. */
export const scaledUpProgress = (row: ServiceDeploymentRow, now: number): StageProgress =>
  entering(row, { stage: 'POST_SCALE_UP', since: now, hooks: [], step: 0, production: 100, test: 100 }, 'POST_SCALE_UP', now)

/** On the way back: the source has to be able to serve before it is given traffic again. */
export const rollbackProgress = (progress: StageProgress, now: number): StageProgress => ({
  ...progress,
  stage: 'SCALE_UP',
  since: now,
  hooks: [],
  isRollback: true,
})

const entering = (row: ServiceDeploymentRow, progress: StageProgress, stage: Stage, now: number): StageProgress => {
  const { serviceDeployment } = row
  const execution = `${serviceDeployment.serviceDeploymentArn} ${progress.step} ${progress.isRollback === true ? 'back' : 'on'}`
  return { ...progress, stage, since: now, hooks: hooksOf(serviceDeployment.deploymentConfiguration, stage, { execution, now }) }
}

export interface StageStep {
  readonly progress: StageProgress
  /** Why the deployment fails. */
  readonly failure?: string
  /** All is done. */
  readonly isOver?: true
}

/** As far as the stages go now: through as many as have nothing to wait for. */
export const advanceStages = (row: ServiceDeploymentRow, from: StageProgress, facts: StageFacts): StageStep => {
  let progress = timedOut(from, facts.now)
  // A pass of its own: the rules are put in order with it.
  if (progress.stage === 'RECONCILE_SERVICE' && progress.isReconciled !== true && facts.maySourceServe) {
    return { progress: { ...progress, isReconciled: true } }
  }
  for (;;) {
    const failure = progress.isRollback === true ? undefined : failureIn(progress, facts)
    if (failure !== undefined) return { progress, failure }
    if (progress.stage === 'CLEAN_UP') return { progress, ...(facts.isCleanedUp ? { isOver: true } : {}) }
    const next = progress.isRollback === true ? nextBack(row, progress, facts) : nextOn(row, progress, facts)
    if (next === undefined) return { progress }
    // The rules that the facts tell of are put in order only now.
    if (progress.stage === 'RECONCILE_SERVICE') return { progress: next }
    progress = timedOut(next, facts.now)
  }
}

const failureIn = (progress: StageProgress, { now, networkingProblem }: StageFacts): string | undefined => {
  const { stage, since } = progress
  if (stage === 'CLEAN_UP') return undefined
  const failure = hookFailure(progress)
  if (failure !== undefined) return failure
  // The words are AWS's, what stands behind it for a stage that lasts too long are ours.
  if (stage === 'SCALE_UP' && now - since >= longestStageMs) {
    return `Service deployment rolled back because the lifecycle stage ${stage} timed out.`
  }
  return networkingProblem === undefined || stage !== 'PRE_SCALE_UP'
    ? undefined
    : `Service deployment rolled back because of invalid networking configuration. ${networkingProblem}`
}

/** The stage that follows, if nothing has to be waited for. */
const nextOn = (row: ServiceDeploymentRow, progress: StageProgress, facts: StageFacts): StageProgress | undefined => {
  const { now, isTargetUp, mayTargetServe } = facts
  const configuration = row.serviceDeployment.deploymentConfiguration ?? {}
  const steps = trafficSteps(configuration)
  const to = (stage: Stage, changes: Partial<StageProgress> = {}): StageProgress => entering(row, { ...progress, ...changes }, stage, now)
  if (progress.hooks.some(isPending) || isUnderWay(progress, facts)) return undefined
  switch (progress.stage) {
    case 'RECONCILE_SERVICE':
      return facts.isReconciled && progress.isReconciled === true ? to('PRE_SCALE_UP') : undefined
    case 'PRE_SCALE_UP':
      return to('SCALE_UP')
    case 'SCALE_UP':
      return isTargetUp ? to('POST_SCALE_UP') : undefined
    case 'POST_SCALE_UP':
      return mayTargetServe ? to('TEST_TRAFFIC_SHIFT', { test: 100 }) : undefined
    case 'TEST_TRAFFIC_SHIFT':
      return to('POST_TEST_TRAFFIC_SHIFT')
    case 'POST_TEST_TRAFFIC_SHIFT':
      return to('PRE_PRODUCTION_TRAFFIC_SHIFT')
    case 'PRE_PRODUCTION_TRAFFIC_SHIFT':
      return mayTargetServe ? to('PRODUCTION_TRAFFIC_SHIFT', { production: steps[progress.step] ?? 100 }) : undefined
    case 'PRODUCTION_TRAFFIC_SHIFT':
      if (progress.production >= 100) return to('POST_PRODUCTION_TRAFFIC_SHIFT')
      return now >= progress.since + stepBakeMs(configuration) ? to('PRE_PRODUCTION_TRAFFIC_SHIFT', { step: progress.step + 1 }) : undefined
    case 'POST_PRODUCTION_TRAFFIC_SHIFT':
      return to('BAKE_TIME')
    case 'BAKE_TIME':
      return now >= progress.since + bakeMs(configuration) && mayTargetServe ? to('CLEAN_UP') : undefined
    case 'CLEAN_UP':
      return undefined
  }
}

/**
 * Hooks of the two traffic shifts run again on the way back; one that fails does not stop it.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
 */
const nextBack = (row: ServiceDeploymentRow, progress: StageProgress, facts: StageFacts): StageProgress | undefined => {
  const { now, maySourceServe } = facts
  const to = (stage: Stage, changes: Partial<StageProgress> = {}): StageProgress => entering(row, { ...progress, ...changes }, stage, now)
  if (progress.hooks.some(isPending) || isUnderWay(progress, facts)) return undefined
  if (progress.stage === 'SCALE_UP' && !maySourceServe) return undefined
  if (progress.production > 0) return to('PRODUCTION_TRAFFIC_SHIFT', { production: 0 })
  return progress.test > 0 ? to('TEST_TRAFFIC_SHIFT', { test: 0 }) : to('CLEAN_UP')
}

/** When a stage is to be looked at though nothing happens: milliseconds since the epoch. */
export const stageEndsAt = (row: ServiceDeploymentRow, progress: StageProgress, facts: StageFacts): number | undefined => {
  const { stage, since, production, hooks, isRollback } = progress
  const configuration = row.serviceDeployment.deploymentConfiguration ?? {}
  const times = hooks.filter(isPending).map(({ expiresAt }) => expiresAt)
  // What is due meanwhile waits for it.
  if (isUnderWay(progress, facts)) return Math.min(...times, facts.now + lookAgainMs)
  if (stage === (isRollback === true ? 'SCALE_UP' : 'RECONCILE_SERVICE')) times.push(since + longestReturnMs)
  if (isRollback !== true) {
    if (stage === 'SCALE_UP') times.push(since + longestStageMs)
    if (stage === 'BAKE_TIME') times.push(since + bakeMs(configuration))
    if (stage === 'PRODUCTION_TRAFFIC_SHIFT' && production < 100) times.push(since + stepBakeMs(configuration))
  }
  return times.length === 0 ? undefined : Math.min(...times)
}

/** As a service deployment shows it, which knows no stage before the production shift. */
export const shownStage = ({ stage }: StageProgress): Exclude<Stage, 'PRE_PRODUCTION_TRAFFIC_SHIFT'> =>
  stage === 'PRE_PRODUCTION_TRAFFIC_SHIFT' ? 'PRODUCTION_TRAFFIC_SHIFT' : stage
