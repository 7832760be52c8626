import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { defaultAccount } from '../../shared/names.ts'
import type { Backend } from '../backend/backend.ts'
import { assumeRole } from '../backend/sts.ts'
import type { Logger } from '../log.ts'
import { KeptFile } from './kept-file.ts'
import type { AgentTask } from './protocol.ts'

/** As the endpoint answers them. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html */
export interface TaskCredentials {
  readonly RoleArn: string
  readonly AccessKeyId: string
  readonly SecretAccessKey: string
  readonly Token: string
  /** RFC 3339. */
  readonly Expiration: string
}

export interface CredentialsParts {
  readonly backend: Backend | undefined
  readonly clock: Clock
  readonly log: Logger
  readonly stateDir: string
}

/** The most that a role may be assumed for unless it says more. Seconds. */
const durationSeconds = 3_600
/** How long before they expire they are replaced: SDKs ask for new ones five to fifteen minutes before. Milliseconds. */
const refreshBeforeMs = 30 * 60_000
/** What is not given by a backend never expires; a date is wanted all the same. Milliseconds. */
const staticForMs = 6 * 3_600_000

/**
 * The credentials of tasks' roles, from STS at the backend: kept until shortly before they expire, on disk too, so that
 * an agent that is started again, or a backend that is away for a while, changes nothing. Without a backend they are
 * the account's own, which kecs takes from anybody.
 */
export class CredentialStore {
  readonly #parts: CredentialsParts
  readonly #file: KeptFile<Readonly<Record<string, TaskCredentials>>>
  readonly #known = new Map<string, TaskCredentials>()
  readonly #asked = new Map<string, Promise<TaskCredentials>>()

  constructor(parts: CredentialsParts) {
    this.#parts = parts
    this.#file = new KeptFile(join(parts.stateDir, 'credentials.json'))
  }

  /** Takes up what an agent before this one had. */
  async open(): Promise<void> {
    for (const [id, credentials] of Object.entries((await this.#file.read()) ?? {})) this.#known.set(id, credentials)
  }

  /** Forgets those of tasks that are gone. */
  retain(tasks: readonly AgentTask[]): void {
    const ids = new Set(tasks.map(({ credentials }) => credentials.id))
    const gone = [...this.#known.keys()].filter(id => !ids.has(id))
    for (const id of gone) this.#known.delete(id)
    if (gone.length > 0) this.#keep()
  }

  /**
   * Those of the task's role; undefined for a task without one. What is known stays good until it expires, also when
   * the backend is away. Rejects with `BackendError` and `BackendUnreachable` where nothing is known.
   */
  async of(task: AgentTask): Promise<TaskCredentials | undefined> {
    const { id, roleArn } = task.credentials
    if (roleArn === undefined) return undefined
    const known = this.#known.get(id)
    const leftMs = known === undefined ? 0 : Date.parse(known.Expiration) - this.#parts.clock.now()
    if (known !== undefined && leftMs > refreshBeforeMs) return known
    const coming = this.#ask(task, roleArn)
    if (known === undefined || leftMs <= 0) return coming
    return coming.catch((error: unknown) => {
      this.#parts.log.warn(`credentials of ${task.taskArn} could not be renewed: ${messageOf(error)}`)
      return known
    })
  }

  #ask(task: AgentTask, roleArn: string): Promise<TaskCredentials> {
    const { id } = task.credentials
    const asked = this.#asked.get(id)
    if (asked !== undefined) return asked
    const asking = this.#get(task, roleArn).finally(() => this.#asked.delete(id))
    this.#asked.set(id, asking)
    return asking
  }

  async #get(task: AgentTask, roleArn: string): Promise<TaskCredentials> {
    const { backend } = this.#parts
    const credentials = backend === undefined ? this.#static(task, roleArn) : await this.#assume(backend, task, roleArn)
    this.#known.set(task.credentials.id, credentials)
    this.#keep()
    return credentials
  }

  async #assume(backend: Backend, { account, region, taskId }: AgentTask, roleArn: string): Promise<TaskCredentials> {
    const given = await assumeRole(backend, { roleArn, sessionName: taskId, durationSeconds }, { account, region })
    return {
      RoleArn: roleArn,
      AccessKeyId: given.accessKeyId,
      SecretAccessKey: given.secretAccessKey,
      Token: given.sessionToken,
      Expiration: rfc3339(given.expiration),
    }
  }

  #static({ account }: AgentTask, roleArn: string): TaskCredentials {
    return {
      RoleArn: roleArn,
      AccessKeyId: account === defaultAccount ? 'test' : account,
      SecretAccessKey: 'test',
      Token: 'test',
      Expiration: rfc3339(this.#parts.clock.now() + staticForMs),
    }
  }

  #keep(): void {
    void this.#file
      .write(() => Object.fromEntries(this.#known))
      .catch((error: unknown) => this.#parts.log.warn(`credentials could not be kept: ${messageOf(error)}`))
  }
}

/** In whole seconds, as the real agent has them. */
const rfc3339 = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z')
