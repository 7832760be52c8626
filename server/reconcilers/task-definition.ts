import type { Store } from '../store/store.ts'
import { taskDefinitions, tasks } from '../store/tables.ts'
import type { Reconciler } from './reconciler.ts'

/** How often a deleted task definition's last tasks are looked at. Milliseconds. */
const lookAgainMs = 5_000

/** Says of a task definition's ARN whether something beside tasks still needs it, such as a service. */
export type UsesTaskDefinition = (store: Store, taskDefinitionArn: string) => boolean

export interface TaskDefinitionReconcilerParts {
  readonly store: Store
  /** What may need a task definition beside tasks. */
  readonly users?: readonly UsesTaskDefinition[]
}

/**
 * Removes task definitions that were deleted once nothing needs them. The task's own row keeps what is shown of a
 * STOPPED task, so that one does not hold them.
 */
export class TaskDefinitionReconciler implements Reconciler {
  readonly kind = 'task-definition'
  readonly #store: Store
  readonly #users: readonly UsesTaskDefinition[]

  constructor({ store, users = [] }: TaskDefinitionReconcilerParts) {
    this.#store = store
    this.#users = users
  }

  *keys(): Iterable<string> {
    for (const { taskDefinition } of this.#store.table(taskDefinitions).all()) {
      if (taskDefinition.status === 'DELETE_IN_PROGRESS') yield taskDefinition.taskDefinitionArn
    }
  }

  async reconcile(key: string): Promise<number | undefined> {
    if (this.#store.table(taskDefinitions).get(key)?.taskDefinition.status !== 'DELETE_IN_PROGRESS') return undefined
    if (this.#hasTasks(key) || this.#users.some(uses => uses(this.#store, key))) return lookAgainMs
    await this.#store.commit(transaction => transaction.remove(taskDefinitions, key))
    return undefined
  }

  #hasTasks(taskDefinitionArn: string): boolean {
    for (const { task } of this.#store.table(tasks).by('taskDefinition', taskDefinitionArn)) {
      if (task.lastStatus !== 'STOPPED') return true
    }
    return false
  }
}
