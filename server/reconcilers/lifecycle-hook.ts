import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { type Backend, BackendError } from '../backend/backend.ts'
import type { Owners } from '../backend/owners.ts'
import { invoke } from '../backend/lambda.ts'
import { parseArn } from '../domain/arn.ts'
import { answered, hookEvent, uncalled } from '../domain/services/hook-calls.ts'
import { isOngoing } from '../domain/services/records.ts'
import type { Logger } from '../log.ts'
import { type HookRun, type ServiceDeploymentRow, serviceDeployments } from '../store/service-tables.ts'
import type { Store } from '../store/store.ts'
import type { Reconciler, Wake } from './reconciler.ts'

export interface LifecycleHookReconcilerParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  readonly wake: Wake
  /** Where the functions are; undefined where none is configured. */
  readonly backend: Backend | undefined
  /** Who knows which roles there are; nobody where absent. */
  readonly owners?: Pick<Owners, 'hasRole'> | undefined
}

/** Hooks that have a function to be called, and when next. */
export const callsOf = (row: ServiceDeploymentRow): readonly (HookRun & { readonly callAt: number; readonly targetArn: string })[] =>
  isOngoing(row)
    ? (row.progress?.hooks ?? []).flatMap(hook =>
        hook.callAt === undefined || hook.targetArn === undefined || hook.status !== 'IN_PROGRESS'
          ? []
          : [{ ...hook, callAt: hook.callAt, targetArn: hook.targetArn }],
      )
    : []

/**
 * Calls the functions of lifecycle hooks. Keys are ARNs of service deployments. After a crash a function is called once
 * more, as it may be on AWS; a backend that does not answer is asked again until the hook's time is over.
 */
export class LifecycleHookReconciler implements Reconciler {
  readonly kind = 'lifecycle-hook'
  /** A function may run for a quarter of an hour: those of one service are not to wait for others'. */
  readonly concurrency = 256
  readonly #parts: LifecycleHookReconcilerParts
  #interruption = new AbortController()

  constructor(parts: LifecycleHookReconcilerParts) {
    this.#parts = parts
  }

  *keys(): Iterable<string> {
    for (const row of this.#parts.store.table(serviceDeployments).all()) {
      if (callsOf(row).length > 0) yield row.serviceDeployment.serviceDeploymentArn
    }
  }

  async reconcile(key: string, signal: AbortSignal): Promise<number | undefined> {
    const { store, clock } = this.#parts
    const row = store.table(serviceDeployments).get(key)
    if (row === undefined) return undefined
    const calls = callsOf(row)
    const due = calls.filter(({ callAt }) => callAt <= clock.now())
    const ending = AbortSignal.any([signal, this.#interruption.signal])
    const results = await Promise.allSettled(due.map(hook => this.#call(row, hook, ending)))
    const failure = results.find(result => result.status === 'rejected')
    if (failure !== undefined) throw failure.reason
    const after = store.table(serviceDeployments).get(key)
    const times = after === undefined ? [] : callsOf(after).map(({ callAt }) => callAt - clock.now())
    return times.length === 0 ? undefined : Math.max(0, Math.min(...times))
  }

  /** The functions that run are called once more after. */
  interrupt(): void {
    this.#interruption.abort(new Error('interrupted'))
    this.#interruption = new AbortController()
  }

  async #call(row: ServiceDeploymentRow, hook: HookRun & { readonly targetArn: string }, signal: AbortSignal): Promise<void> {
    const { backend, clock, log } = this.#parts
    const { serviceDeploymentArn } = row.serviceDeployment
    if (row.progress === undefined) return
    if (backend === undefined) return this.#note(row, hook, uncalled(hook, 'no backend being configured.'))
    if (await this.#lacksRole(row, hook)) return this.#note(row, hook, uncalled(hook, 'its role, which ECS was unable to assume.'))
    const { account = '', region = '' } = parseArn(hook.targetArn) ?? parseArn(serviceDeploymentArn) ?? {}
    try {
      const { payload, hasFailed } = await invoke(
        backend,
        hook.targetArn,
        hookEvent(row, row.progress, hook),
        { account, region },
        { signal },
      )
      // What a function that threw tells is no answer, whatever it looks like.
      await this.#note(row, hook, answered(hook, hasFailed ? '' : payload, clock.now()))
    } catch (error) {
      if (!(error instanceof BackendError)) throw error
      log.info({ serviceDeploymentArn, function: hook.targetArn, err: error }, 'a lifecycle hook could not be called')
      await this.#note(row, hook, uncalled(hook, messageOf(error)))
    }
  }

  /** Whether IAM says that there is no such role as the hook is to be called with. */
  async #lacksRole({ serviceDeployment }: ServiceDeploymentRow, { index }: HookRun): Promise<boolean> {
    const role = serviceDeployment.deploymentConfiguration?.lifecycleHooks?.[index]?.roleArn
    const { account = '', region = '' } = parseArn(serviceDeployment.serviceDeploymentArn) ?? {}
    return role !== undefined && (await this.#parts.owners?.hasRole(role, { account, region })) === false
  }

  /** Writes what became of a hook, unless something else became of it meanwhile. */
  async #note({ serviceDeployment }: ServiceDeploymentRow, { hookId }: HookRun, after: HookRun): Promise<void> {
    const { store, wake } = this.#parts
    await store.commit(transaction => {
      const row = store.table(serviceDeployments).get(serviceDeployment.serviceDeploymentArn)
      const { progress } = row ?? {}
      if (row === undefined || progress === undefined) return
      const hooks = progress.hooks.map(each => (each.hookId === hookId && each.status === 'IN_PROGRESS' ? after : each))
      transaction.put(serviceDeployments, { ...row, progress: { ...progress, hooks } })
    })
    wake('service', serviceDeployment.serviceArn)
  }
}
