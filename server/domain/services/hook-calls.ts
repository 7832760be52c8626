// What a lifecycle hook's function is called with, and what its answer means.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/lambda-lifecycle-hooks.html
import type { HookRun, ServiceDeploymentRow, StageProgress } from '../../store/service-tables.ts'
import { over } from './hooks.ts'

/** The event of an invocation. */
export const hookEvent = ({ serviceDeployment }: ServiceDeploymentRow, progress: StageProgress, hook: HookRun): object => {
  const { serviceArn, serviceDeploymentArn, targetServiceRevision } = serviceDeployment
  const { stage, test, production } = progress
  const weights = (percent: number): object => ({
    [targetServiceRevision.arn]: percent,
    ...(progress.sourceRevisionArn === undefined ? {} : { [progress.sourceRevisionArn]: 100 - percent }),
  })
  const isProduction = stage === 'PRE_PRODUCTION_TRAFFIC_SHIFT' || stage === 'PRODUCTION_TRAFFIC_SHIFT'
  return {
    executionId: hook.hookId,
    lifecycleStage: stage,
    resourceArn: serviceDeploymentArn,
    executionDetails: {
      serviceArn,
      targetServiceRevisionArn: targetServiceRevision.arn,
      testTrafficWeights: stage === 'TEST_TRAFFIC_SHIFT' ? weights(test) : {},
      productionTrafficWeights: isProduction ? weights(production) : {},
    },
    ...(hook.details === undefined ? {} : { hookDetails: hook.details }),
  }
}

/** Seconds until a function that is not done is called again, unless it says so. */
const defaultDelay = 30

/** The hook after its function's answer. */
export const answered = (hook: HookRun, payload: string, now: number): HookRun => {
  const answer = objectIn(payload)
  const status = answer['hookStatus']
  if (status === 'SUCCEEDED' || status === 'FAILED') return over(hook, status)
  if (status !== 'IN_PROGRESS') return unreadable(hook, status)
  const delay = answer['callBackDelay']
  const details = answer['hookDetails']
  const seconds = typeof delay === 'number' && delay >= 0 ? delay : defaultDelay
  const known = typeof hook.details === 'object' && hook.details !== null ? hook.details : {}
  return {
    ...hook,
    callAt: now + seconds * 1000,
    ...(typeof details === 'object' && details !== null ? { details: { ...known, ...details } } : {}),
  }
}

const unreadable = (hook: HookRun, status: unknown): HookRun => {
  const why = status === undefined ? 'HookStatus must not be null' : `HookStatus must be one of SUCCEEDED, FAILED, IN_PROGRESS`
  return over(hook, 'FAILED', `ECS was unable to parse the response from ${hook.targetArn ?? ''} due to: ${why}.`)
}

/** The hook whose function could not be called. */
export const uncalled = (hook: HookRun, why: string): HookRun =>
  over(hook, 'FAILED', `ECS was unable to invoke hook target ${hook.targetArn ?? ''} due to ${why}`)

const objectIn = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
  } catch {
    return {}
  }
}
