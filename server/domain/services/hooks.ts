import { createHash } from 'node:crypto'
import type { DeploymentConfiguration, DeploymentLifecycleHook } from '../../aws/generated/ecs.ts'
import type { HookRun, Stage, StageProgress } from '../../store/service-tables.ts'

/** How long a hook may take where nothing is configured: AWS's day, in milliseconds. */
const defaultTimeoutMs = 1440 * 60_000

/**
 * The hooks that a stage begins with. Their ids are made of what they are of, so that a step that is taken again after
 * a crash has the same ones.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-lifecycle-hooks.html
 */
export const hooksOf = (
  configuration: DeploymentConfiguration | undefined,
  stage: Stage,
  { execution, now }: { readonly execution: string; readonly now: number },
): readonly HookRun[] =>
  (configuration?.lifecycleHooks ?? []).flatMap((hook, index) =>
    hook.lifecycleStages?.some(each => each === stage) === true ? [runOf(hook, index, `${execution} ${stage} ${index}`, now)] : [],
  )

const runOf = (hook: DeploymentLifecycleHook, index: number, name: string, now: number): HookRun => {
  const { targetType = 'AWS_LAMBDA', hookTargetArn, hookDetails, timeoutConfiguration } = hook
  const timeoutMs = (timeoutConfiguration?.timeoutInMinutes ?? 0) * 60_000 || defaultTimeoutMs
  const digest = createHash('sha256').update(name).digest()
  const shared = { index, targetType, expiresAt: now + timeoutMs, timeoutAction: timeoutConfiguration?.action ?? 'ROLLBACK' } as const
  if (targetType === 'PAUSE') return { ...shared, hookId: `ecs-pause-${digest.toString('base64url')}`, status: 'AWAITING_ACTION' }
  return {
    ...shared,
    hookId: uuidOf(digest),
    ...(hookTargetArn === undefined ? {} : { targetArn: hookTargetArn }),
    status: 'IN_PROGRESS',
    callAt: now,
    ...(hookDetails === undefined ? {} : { details: hookDetails }),
  }
}

/** RFC 9562, version 8: of a digest. */
const uuidOf = (digest: Buffer): string => {
  const bytes = Buffer.from(digest.subarray(0, 16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const isPending = ({ status }: HookRun): boolean => status === 'AWAITING_ACTION' || status === 'IN_PROGRESS'

/** With those that waited for too long TIMED_OUT. */
export const timedOut = (progress: StageProgress, now: number): StageProgress => {
  if (!progress.hooks.some(hook => isPending(hook) && hook.expiresAt <= now)) return progress
  return { ...progress, hooks: progress.hooks.map(hook => (isPending(hook) && hook.expiresAt <= now ? over(hook, 'TIMED_OUT') : hook)) }
}

/** A hook that ended. */
export const over = (hook: HookRun, status: HookRun['status'], failure?: string): HookRun => {
  const { callAt: _, ...rest } = hook
  return { ...rest, status, ...(failure === undefined ? {} : { failure }) }
}

/** Why the stage fails: AWS's words where they are known. */
export const hookFailure = ({ stage, hooks }: StageProgress): string | undefined => {
  const failed = hooks.find(({ status, timeoutAction }) => status === 'FAILED' || (status === 'TIMED_OUT' && timeoutAction === 'ROLLBACK'))
  if (failed === undefined) return undefined
  const name = failed.targetArn === undefined ? `Pause hook ${failed.hookId}` : `Lifecycle hook target ${failed.targetArn}`
  const cause = failed.failure ?? (failed.status === 'TIMED_OUT' ? `${name} timed out.` : `${name} returned FAILED status.`)
  return `Service deployment rolled back because ${stage} lifecycle hook(s) failed. ${cause}`
}
