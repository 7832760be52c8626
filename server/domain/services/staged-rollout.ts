import type { DeploymentLifecycleHookStage } from '../../aws/generated/ecs.ts'
import type { DeploymentRecord, ServiceDeploymentRow, ServiceRevisionRow, ServiceRow, StageProgress } from '../../store/service-tables.ts'
import { boundsOf } from './bounds.ts'
import { complete } from './complete.ts'
import { isPending } from './hooks.ts'
import { isOngoing } from './records.ts'
import { hasHooksAt, rollingStages } from './rolling-stages.ts'
import { fail } from './rollback.ts'
import { type RolloutContext, type RolloutState, revise } from './rollout-state.ts'
import { type StageFacts, advanceStages, firstProgress, isStaged, longestReturnMs, shownStage, stageEndsAt } from './stages.ts'
import { type RuleReader, type TrafficPair, networkingProblem, registeredLoadBalancers, trafficPairs } from './traffic.ts'

const firstStages: ReadonlySet<DeploymentLifecycleHookStage> = new Set(['RECONCILE_SERVICE', 'PRE_SCALE_UP'])

/**
 * A service deployment with the stage that it begins with. What serves is the revision that completed last; where there is
 * none, the newest other one. A rolling deployment has stages only for its hooks, and to put in order what one that was
 * stopped in the middle of a shift left behind.
 */
export const beginStages = (
  serviceDeployment: ServiceDeploymentRow,
  { deployments, completedRevisionArn }: ServiceRow,
  { now, ruleOf, revisionOf }: RolloutContext,
): ServiceDeploymentRow => {
  const target = revisionOf(serviceDeployment.serviceDeployment.targetServiceRevision.arn)?.revision
  const isRolling = !isStaged(serviceDeployment)
  const others = deployments.slice(1)
  const source = others.find(({ serviceRevisionArn }) => serviceRevisionArn === completedRevisionArn) ?? others[0]
  const former = others.filter(({ id }) => id !== source?.id)
  const pairs = !isRolling || target === undefined ? [] : trafficPairs(target)
  const isElse = former.some(({ serviceRevisionArn }) => isElsewhere(pairs, revisionOf(serviceRevisionArn)?.revision))
  const isDisordered = isElse || isAstray(pairs, ruleOf)
  if (isRolling && !isDisordered && !hasHooksAt(serviceDeployment, firstStages)) return serviceDeployment
  const isCluttered = isDisordered || former.length > 0
  const first = { isCluttered, now, ...(source === undefined ? {} : { sourceRevisionArn: source.serviceRevisionArn }) }
  const progress = firstProgress(serviceDeployment, first)
  return { ...serviceDeployment, progress: isRolling ? { ...progress, production: 100, test: 100 } : progress }
}

/** Whether a target group has traffic that a rolling deployment's tasks are not registered with. */
const isAstray = (pairs: readonly TrafficPair[], ruleOf: RuleReader): boolean =>
  pairs.some(({ productionRule, other }) =>
    ruleOf(productionRule)?.groups.some(({ targetGroupArn, weight }) => targetGroupArn === other && weight > 0),
  )

/** Whether a former revision's tasks are registered with other target groups. */
const isElsewhere = (pairs: readonly TrafficPair[], revision: ServiceRevisionRow['revision'] | undefined): boolean => {
  const groups = new Set((revision === undefined ? [] : registeredLoadBalancers(revision)).map(({ targetGroupArn }) => targetGroupArn))
  return pairs.some(({ other }) => groups.has(other))
}

/** Takes a deployment with lifecycle stages as far as it has come. */
export const advanceStaged = (state: RolloutState, primary: DeploymentRecord, context: RolloutContext): RolloutState => {
  const { now } = context
  const { serviceDeployment } = state
  const before = serviceDeployment?.progress
  if (serviceDeployment === undefined || before === undefined) return state
  const facts = factsOf(state, before, context)
  const { progress, failure, isOver } = advanceStages(serviceDeployment, before, facts)
  if (failure === undefined && mayRoll(serviceDeployment, progress)) {
    return { ...inOrder(state, serviceDeployment, now), lookAgainAt: now }
  }
  const advanced = withProgress(state, serviceDeployment, progress, now)
  if (failure !== undefined) {
    const cause = failure.replace(/\.$/, '')
    return fail(advanced, primary, { by: 'ECS deployment', cause, rollsBack: true, isTripped: false, statusReason: failure }, context)
  }
  const left = withoutFormer(advanced, progress, context)
  if (isOver === true) return complete(left, primary, context)
  const isOn = progress.stage === before.stage && progress.isReconciled === before.isReconciled
  const endsAt = isOn ? stageEndsAt(serviceDeployment, progress, facts) : now
  // What is due already was seen just now.
  const isDue = endsAt === undefined || (isOn && endsAt <= now)
  return isDue ? left : { ...left, lookAgainAt: endsAt }
}

/** Whether a rolling deployment is past the stages that it begins with. One that is rolled back waits for no hooks. */
const mayRoll = (row: ServiceDeploymentRow, { stage, hooks }: StageProgress): boolean => {
  if (isStaged(row) || stage === 'RECONCILE_SERVICE') return false
  return stage !== 'PRE_SCALE_UP' || row.serviceDeployment.rollback !== undefined || !hooks.some(isPending)
}

/** A rolling deployment goes on as such. */
const inOrder = (state: RolloutState, row: ServiceDeploymentRow, now: number): RolloutState => {
  const { lifecycleStage: _, ...serviceDeployment } = row.serviceDeployment
  const shown = hasHooksAt(row, rollingStages) ? { lifecycleStage: 'SCALE_UP' as const } : {}
  return { ...state, serviceDeployment: revise({ serviceDeployment }, shown, now) }
}

const withProgress = (state: RolloutState, row: ServiceDeploymentRow, progress: StageProgress, now: number): RolloutState => {
  if (progress === row.progress && row.serviceDeployment.lifecycleStage === shownStage(progress)) return state
  const serviceDeployment = revise({ ...row, progress }, { lifecycleStage: shownStage(progress) }, now)
  // From here on there is no way back: what was the target is what is rolled back to.
  const isPassed = progress.stage === 'CLEAN_UP' && progress.isRollback !== true
  const completedRevisionArn = row.serviceDeployment.targetServiceRevision.arn
  return { ...state, serviceDeployment, row: isPassed ? { ...state.row, completedRevisionArn } : state.row }
}

const factsOf = ({ row, serviceDeployment }: RolloutState, progress: StageProgress, context: RolloutContext): StageFacts => {
  const { now, tasks, ruleOf, revisionOf, inForceUntil } = context
  const targetArn = serviceDeployment?.serviceDeployment.targetServiceRevision.arn ?? ''
  const idOf = (revisionArn: string | undefined): string | undefined =>
    row.deployments.find(({ serviceRevisionArn }) => serviceRevisionArn === revisionArn)?.id
  const targetId = idOf(targetArn)
  const sourceId = idOf(progress.sourceRevisionArn)
  const { desiredCount, deploymentConfiguration } = row.service
  const { lower } = boundsOf(desiredCount, 'REPLICA', deploymentConfiguration)
  const readyOf = (id: string | undefined): number =>
    tasks.filter(({ deploymentId, isWanted, health }) => deploymentId === id && isWanted && health === 'ready').length
  const present = tasks.filter(({ isOver }) => !isOver)
  const stays = progress.isRollback === true ? sourceId : targetId
  const target = revisionOf(targetArn)?.revision
  return {
    now,
    isTargetUp: readyOf(targetId) >= desiredCount,
    mayTargetServe: readyOf(targetId) >= lower,
    maySourceServe: sourceId === undefined || readyOf(sourceId) >= lower || now - progress.since >= longestReturnMs,
    isReconciled: present.every(({ deploymentId }) => deploymentId === targetId || deploymentId === sourceId),
    isCleanedUp: present.every(({ deploymentId }) => deploymentId === stays),
    networkingProblem:
      target === undefined || serviceDeployment === undefined || !isStaged(serviceDeployment)
        ? undefined
        : networkingProblem(trafficPairs(target), ruleOf),
    ...(inForceUntil === undefined ? {} : { inForceUntil }),
  }
}

/** Deployments before the source's are gone with their last task; source and target stay until the deployment is over. */
const withoutFormer = (state: RolloutState, progress: StageProgress, { tasks }: RolloutContext): RolloutState => {
  const { row, serviceDeployment } = state
  const present = new Set(tasks.filter(({ isOver }) => !isOver).map(({ deploymentId }) => deploymentId))
  const isGoingOn = serviceDeployment !== undefined && isOngoing(serviceDeployment) && progress.stage !== 'CLEAN_UP'
  const kept = new Set(isGoingOn ? [progress.sourceRevisionArn, serviceDeployment.serviceDeployment.targetServiceRevision.arn] : [])
  const deployments = row.deployments.filter(
    ({ id, status, serviceRevisionArn }) => status === 'PRIMARY' || kept.has(serviceRevisionArn) || present.has(id),
  )
  return deployments.length === row.deployments.length ? state : { ...state, row: { ...row, deployments } }
}
