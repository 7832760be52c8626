// A task's instances in Cloud Map, read from and written to the store.
import { withChangedInstances } from '../domain/service-discovery.ts'
import { type InstanceMoves, moveInstances } from '../domain/services/task-instances.ts'
import type { TaskFacts } from '../domain/task-lifecycle-facts.ts'
import type { TaskObservation } from '../runtime/runtime.ts'
import { discoveryServices, instanceKey, instances } from '../store/servicediscovery-tables.ts'
import type { Store, Transaction } from '../store/store.ts'
import type { TaskRow } from '../store/tables.ts'

/** What a task's step does to its instances. */
export const instanceMoves = (
  store: Store,
  row: TaskRow,
  facts: TaskFacts,
  observation: Pick<TaskObservation, 'node' | 'hostAddress'> | undefined,
  now: number,
): InstanceMoves =>
  moveInstances(row, {
    service: arn => store.table(discoveryServices).get(arn),
    instance: (arn, id) => store.table(instances).get(instanceKey(arn, id)),
    isChecked: facts.containers.some(({ essential, healthCheck }) => essential && healthCheck !== undefined),
    node: observation?.node,
    nodeAddress: observation?.hostAddress,
    now,
  })

/** Writes it, but for the task's row. */
export const writeInstances = (transaction: Transaction, store: Store, { changed, gone }: InstanceMoves): void => {
  const moved = new Set<string>()
  for (const { instance, isNew } of changed) {
    transaction.put(instances, instance)
    if (isNew) moved.add(instance.serviceArn)
  }
  for (const { serviceArn, instance } of gone) {
    transaction.remove(instances, instanceKey(serviceArn, instance.Id))
    moved.add(serviceArn)
  }
  for (const arn of moved) {
    const service = store.table(discoveryServices).get(arn)
    if (service !== undefined) transaction.put(discoveryServices, withChangedInstances(service))
  }
}
