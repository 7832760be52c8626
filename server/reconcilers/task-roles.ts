import type { Clock } from '../../shared/clock.ts'
import { messageOf } from '../../shared/errors.ts'
import { pause } from '../../shared/pause.ts'
import type { Owners } from '../backend/owners.ts'
import { parseArn, roleArn } from '../domain/arn.ts'
import { taskRoleReason } from '../domain/role-reasons.ts'
import type { Logger } from '../log.ts'
import { type DaemonTaskDefinitionRow, daemonTaskDefinitions } from '../store/ecs-daemon-tables.ts'
import type { Store } from '../store/store.ts'
import { type TaskDefinitionRow, type TaskRow, taskDefinitions } from '../store/tables.ts'

export interface TaskRolesParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Logger
  /** Undefined where nobody can be asked: roles are taken as given. */
  readonly owners?: Pick<Owners, 'hasRole'> | undefined
  readonly wake: (taskArn: string) => void
}

export type RolesState =
  | { readonly is: 'coming' }
  | { readonly is: 'there' }
  /** For ever: the reason is what the task is stopped with. */
  | { readonly is: 'refused'; readonly reason: string }

/** How long a backend that does not answer is asked again; then a role is taken as given, for nobody says that it is none. Milliseconds. */
const awayLimitMs = 30_000
const retryMs = 1_000

/**
 * Whether IAM has the roles of tasks that schedulers launch, services' and daemons'; those of RunTask are looked up in the
 * call. Once for each task definition: what had its roles when it was first launched keeps being launched, for LocalStack
 * forgets roles when it restarts (docs/decisions/0080).
 */
export class TaskRoles {
  readonly #parts: TaskRolesParts
  readonly #tasks = new Map<string, RolesState>()

  constructor(parts: TaskRolesParts) {
    this.#parts = parts
  }

  /** What there is of a task's. Begins to ask when it is first asked; the task is woken when that is over. */
  of({ task: { taskArn }, serviceArn, daemonArn }: TaskRow, definition: TaskDefinitionRow): RolesState {
    const { taskRoleArn, executionRoleArn } = definition.taskDefinition
    const roles = [...new Set([taskRoleArn, executionRoleArn].flatMap(role => role || []))]
    const isLaunchedByCall = serviceArn === undefined && daemonArn === undefined
    if (this.#parts.owners === undefined || isLaunchedByCall || roles.length === 0) return { is: 'there' }
    const known = this.#tasks.get(taskArn)
    if (known !== undefined) return known
    if (definition.hadRoles === true) return { is: 'there' }
    this.#tasks.set(taskArn, { is: 'coming' })
    void this.#ask(taskArn, definition.taskDefinition.taskDefinitionArn, roles, this.#parts.owners).then(state => {
      if (!this.#tasks.has(taskArn)) return
      this.#tasks.set(taskArn, state)
      this.#parts.wake(taskArn)
    })
    return { is: 'coming' }
  }

  forget(taskArn: string): void {
    this.#tasks.delete(taskArn)
  }

  stop(): void {
    this.#tasks.clear()
  }

  async #ask(taskArn: string, taskDefinitionArn: string, roles: readonly string[], owners: Pick<Owners, 'hasRole'>): Promise<RolesState> {
    const { clock, log } = this.#parts
    const { account = '', region = '' } = parseArn(taskArn) ?? {}
    const deadline = clock.now() + awayLimitMs
    for (;;) {
      try {
        const answers = await Promise.all(roles.map(role => owners.hasRole(role, { account, region })))
        const missing = roles.find((_, index) => answers[index] === false)
        if (missing !== undefined) return { is: 'refused', reason: taskRoleReason(roleArn({ account, region }, missing)) }
        if (answers.every(answer => answer === true)) await this.#remember(taskDefinitionArn)
        return { is: 'there' }
      } catch (error) {
        if (!this.#tasks.has(taskArn)) return { is: 'there' }
        if (clock.now() >= deadline) {
          log.warn({ taskArn, roles }, `whether a task's roles exist cannot be asked, they are taken as given: ${messageOf(error)}`)
          return { is: 'there' }
        }
        await pause(clock, retryMs)
      }
    }
  }

  async #remember(taskDefinitionArn: string): Promise<void> {
    const { store } = this.#parts
    await store.commit(transaction => {
      const row = store.table(taskDefinitions).get(taskDefinitionArn)
      const daemon: DaemonTaskDefinitionRow | undefined = store.table(daemonTaskDefinitions).get(taskDefinitionArn)
      if (row !== undefined && row.hadRoles !== true) transaction.put(taskDefinitions, { ...row, hadRoles: true })
      if (daemon !== undefined && daemon.hadRoles !== true) transaction.put(daemonTaskDefinitions, { ...daemon, hadRoles: true })
    })
  }
}
