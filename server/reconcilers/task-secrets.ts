import type { Clock } from '../../shared/clock.ts'
import { pause } from '../../shared/pause.ts'
import type { Backend } from '../backend/backend.ts'
import type { ContainerNeeds, TaskNeeds } from '../domain/secret-needs.ts'
import { badSourceReason, noBackendReason } from '../domain/secret-reasons.ts'
import type { Logger } from '../log.ts'
import type { TaskSpec } from '../runtime/runtime.ts'
import { fetchSecrets, SecretsUnavailable } from './fetch-secrets.ts'

export interface TaskSecretsParts {
  readonly clock: Clock
  readonly log: Logger
  readonly backend: Backend | undefined
  readonly wake: (taskArn: string) => void
}

export type SecretsState =
  | { readonly is: 'coming' }
  | { readonly is: 'there'; readonly values: NonNullable<TaskSpec['secrets']> }
  /** For ever: the reason is what the task is stopped with. */
  | { readonly is: 'refused'; readonly reason: string }

interface Entry {
  state: SecretsState
  readonly abort: AbortController
}

/** How long a backend that does not answer is asked again: as long as LocalStack may take to start. Milliseconds. */
const awayLimitMs = 90_000
const firstRetryMs = 500
const lastRetryMs = 5_000

/**
 * What tasks need from other services before they start, while it is fetched. Beside the queue of tasks, so that a
 * backend that does not answer holds up nothing but these tasks, and StopTask ends one that waits. Kept in memory
 * alone, until the task is started.
 */
export class TaskSecrets {
  readonly #parts: TaskSecretsParts
  readonly #tasks = new Map<string, Entry>()

  constructor(parts: TaskSecretsParts) {
    this.#parts = parts
  }

  /** What there is of a task's. Begins to fetch when it is first asked; the task is woken when that is over. */
  of(taskArn: string, needs: TaskNeeds): SecretsState {
    const known = this.#tasks.get(taskArn)
    if (known !== undefined) return known.state
    const { backend } = this.#parts
    if (backend === undefined) return { is: 'refused', reason: noBackendReason(namesOf(needs)) }
    const entry: Entry = { state: { is: 'coming' }, abort: new AbortController() }
    this.#tasks.set(taskArn, entry)
    void this.#fetch(taskArn, needs, backend, entry.abort.signal).then(state => {
      entry.state = state
      if (!entry.abort.signal.aborted) this.#parts.wake(taskArn)
    })
    return entry.state
  }

  forget(taskArn: string): void {
    this.#tasks.get(taskArn)?.abort.abort()
    this.#tasks.delete(taskArn)
  }

  stop(): void {
    for (const taskArn of this.#tasks.keys()) this.forget(taskArn)
  }

  async #fetch(taskArn: string, needs: TaskNeeds, backend: Backend, signal: AbortSignal): Promise<SecretsState> {
    const { clock, log } = this.#parts
    const deadline = clock.now() + awayLimitMs
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, lastRetryMs)) {
      try {
        return { is: 'there', values: await fetchSecrets(needs, backend, signal) }
      } catch (error) {
        // What else is thrown may quote what was answered.
        if (!(error instanceof SecretsUnavailable)) return { is: 'refused', reason: badSourceReason('an answer could not be read') }
        if (signal.aborted || !error.mayPass || clock.now() >= deadline) return { is: 'refused', reason: error.message }
        log.debug({ taskArn, retryMs }, `secrets cannot be fetched yet: ${error.message}`)
        await pause(clock, retryMs, signal)
      }
    }
  }
}

const namesOf = ({ containers }: TaskNeeds): readonly string[] => [...new Set(containers.flatMap(kindsOf))]

const kindsOf = ({ secrets, environmentFiles, logOptions, registry, configFile }: ContainerNeeds): readonly string[] => [
  ...(secrets.length > 0 ? ['secrets'] : []),
  ...(environmentFiles.length > 0 ? ['environmentFiles'] : []),
  ...(logOptions.length > 0 ? ['secretOptions'] : []),
  ...(registry === undefined ? [] : ['repositoryCredentials']),
  ...(configFile === undefined ? [] : ['config-file-value']),
]
