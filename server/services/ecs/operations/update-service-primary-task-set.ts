import { epochSeconds } from '../../../../shared/clock.ts'
import type { UpdateServicePrimaryTaskSetRequest, UpdateServicePrimaryTaskSetResponse } from '../../../aws/generated/ecs.ts'
import { services, taskSets } from '../../../store/service-tables.ts'
import type { ServiceRow, TaskSetRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { findTaskSet, taskSetsOf } from '../services/find-task-set.ts'
import { answerOf, taskSetService } from '../services/task-set-service.ts'
import { refuseIf } from '../tasks/invalid-parameter.ts'

/**
 * Makes a task set the service's primary one, whose settings the service shows from then on; the one that was is ACTIVE.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateServicePrimaryTaskSet.html
 */
export async function updateServicePrimaryTaskSet(
  context: EcsContext,
  request: UpdateServicePrimaryTaskSetRequest,
): Promise<UpdateServicePrimaryTaskSetResponse> {
  const { serviceArn, taskSet } = await context.store.commit(transaction => {
    const { row: service } = taskSetService(context, request)
    const found = findTaskSet(context, service, request.primaryTaskSet)
    refuseIf(found.taskSet.status === 'DRAINING', 'The task set is being deleted.')
    const updatedAt = epochSeconds(context.clock.now())
    const withStatus = (of: TaskSetRow, status: 'ACTIVE' | 'PRIMARY'): TaskSetRow => ({
      ...of,
      taskSet: { ...of.taskSet, status, updatedAt },
    })
    for (const other of taskSetsOf(context, service)) {
      if (other.taskSet.status === 'PRIMARY' && other.taskSet.id !== found.taskSet.id)
        transaction.put(taskSets, withStatus(other, 'ACTIVE'))
    }
    const changed = withStatus(found, 'PRIMARY')
    transaction.put(taskSets, changed)
    const updated = withSettingsOf(service, changed)
    transaction.put(services, updated)
    return answerOf(context, updated, changed)
  })
  context.wake('service', serviceArn)
  return { taskSet }
}

function withSettingsOf(row: ServiceRow, { taskSet }: TaskSetRow): ServiceRow {
  const { launchType, capacityProviderStrategy, platformVersion, platformFamily, networkConfiguration, taskDefinition } = taskSet
  const {
    launchType: _type,
    capacityProviderStrategy: _strategy,
    platformVersion: _version,
    platformFamily: _family,
    ...rest
  } = row.service
  return {
    ...row,
    service: {
      ...rest,
      ...(launchType === undefined ? {} : { launchType }),
      ...(capacityProviderStrategy === undefined ? {} : { capacityProviderStrategy }),
      ...(platformVersion === undefined ? {} : { platformVersion }),
      ...(platformFamily === undefined ? {} : { platformFamily }),
      ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
      loadBalancers: taskSet.loadBalancers ?? [],
      serviceRegistries: taskSet.serviceRegistries ?? [],
      taskDefinition,
    },
  }
}
