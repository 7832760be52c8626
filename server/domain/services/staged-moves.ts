import type { DeploymentRecord, ServiceDeploymentRow, ServiceRow } from '../../store/service-tables.ts'
import { boundsOf } from './bounds.ts'
import { isOngoing } from './records.ts'
import { planReplicas } from './replicas.ts'
import { isScaledUp } from './rolling-stages.ts'
import type { TaskView } from './task-view.ts'
import { mayLaunchAt } from './throttle.ts'

/** What a deployment of a service is to have while traffic is shifted between several. */
export interface StagedWish {
  readonly desiredCount: number
  /** Nothing is launched of it, what it has it keeps. */
  readonly isStalled: boolean
}

/**
 * What each deployment is to have, by its id: blue and green each the whole count while both are there. Undefined where one
 * deployment alone decides.
 */
export const stagedWishes = (
  row: ServiceRow,
  serviceDeployment: ServiceDeploymentRow | undefined,
): ReadonlyMap<string, StagedWish> | undefined => {
  const { progress } = serviceDeployment ?? {}
  if (serviceDeployment === undefined || progress === undefined || isScaledUp(serviceDeployment)) return undefined
  const isGoingOn = isOngoing(serviceDeployment)
  if (!isGoingOn && row.deployments.length === 1) return undefined
  const { desiredCount } = row.service
  const target = serviceDeployment.serviceDeployment.targetServiceRevision.arn
  const { stage, isRollback, isReconciled, sourceRevisionArn } = progress
  const isBefore = stage === 'RECONCILE_SERVICE' || stage === 'PRE_SCALE_UP'
  const wishOf = ({ serviceRevisionArn }: DeploymentRecord): StagedWish => {
    const isStalled = !isGoingOn || isRollback === true
    if (serviceRevisionArn === target) {
      const isGone = isRollback === true ? stage === 'CLEAN_UP' : isBefore
      return { desiredCount: isGone ? 0 : desiredCount, isStalled }
    }
    // What still has traffic of a former deployment stays until the source can take it.
    const isFormer = serviceRevisionArn !== sourceRevisionArn
    if (isFormer) return { desiredCount: stage === 'RECONCILE_SERVICE' && isReconciled !== true ? desiredCount : 0, isStalled: true }
    return { desiredCount: isRollback !== true && stage === 'CLEAN_UP' ? 0 : desiredCount, isStalled: false }
  }
  return new Map(row.deployments.map(record => [record.id, wishOf(record)]))
}

export interface StagedMoves {
  readonly launches: readonly { readonly deploymentId: string }[]
  readonly stop: readonly TaskView[]
  /** Milliseconds since the epoch. */
  readonly lookAgainAt?: number
}

/** What to start and stop: each deployment by itself. */
export const planStagedMoves = (
  row: ServiceRow,
  wishes: ReadonlyMap<string, StagedWish>,
  tasks: readonly TaskView[],
  now: number,
): StagedMoves => {
  const launches: { readonly deploymentId: string }[] = []
  const stop: TaskView[] = []
  const times: number[] = []
  for (const record of row.deployments) {
    const { desiredCount, isStalled } = wishes.get(record.id) ?? { desiredCount: 0, isStalled: true }
    const own = tasks.filter(({ deploymentId }) => deploymentId === record.id)
    const bounds = boundsOf(desiredCount, 'REPLICA', row.service.deploymentConfiguration)
    const moves = planReplicas({
      desiredCount,
      bounds: { lower: 0, upper: bounds.upper },
      deploymentIds: [record.id],
      tasks: own,
      isStalled,
      lacksRoom: record.unplacedAt !== undefined,
    })
    stop.push(...moves.stop)
    const launchAt = mayLaunchAt(record, desiredCount)
    if (moves.start > 0 && now < launchAt) times.push(launchAt)
    else launches.push(...Array.from({ length: moves.start }, () => ({ deploymentId: record.id })))
  }
  const known = new Set(row.deployments.map(({ id }) => id))
  stop.push(...tasks.filter(({ deploymentId, isWanted, isProtected }) => !known.has(deploymentId) && isWanted && !isProtected))
  return { launches, stop, ...(times.length === 0 ? {} : { lookAgainAt: Math.min(...times) }) }
}
