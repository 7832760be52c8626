// Differs from AWS: what is not carried out of a service's settings is named in create-service.ts. Some texts of errors
// are kecs' own, for AWS' are not known.
import type { CreateTaskSetRequest, CreateTaskSetResponse } from '../../../aws/generated/ecs.ts'
import { taskSets } from '../../../store/service-tables.ts'
import type { ServiceRow, TaskSetRow } from '../../../store/service-tables.ts'
import { checkTags } from '../check-tags.ts'
import type { EcsContext } from '../context.ts'
import { taskSetsOf } from '../services/find-task-set.ts'
import { launchSettings } from '../services/launch-settings.ts'
import { newTaskSet } from '../services/new-task-set.ts'
import { answerOf, scaleIn, taskSetService } from '../services/task-set-service.ts'
import { checkNetworkOwners } from '../tasks/check-network-owners.ts'
import { checkServiceRoles } from '../tasks/check-roles.ts'
import { refuseIf, refuseLongerThan } from '../tasks/invalid-parameter.ts'
import { definitionToLaunch } from '../tasks/launch-parts.ts'
import { digestOf } from '../tasks/repeated-call.ts'

/** A service has at most so many. */
const limit = 5

/**
 * Adds a task set to a service whose deployments are made elsewhere; the service reconciler runs its tasks.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateTaskSet.html
 */
export async function createTaskSet(context: EcsContext, request: CreateTaskSetRequest): Promise<CreateTaskSetResponse> {
  const { externalId, clientToken } = request
  refuseLongerThan('clientToken', clientToken, 36)
  const scale = scaleIn(request.scale)
  await checkNetworkOwners(context, request)
  await checkServiceRoles(context, request)
  const requestDigest = digestOf(request)
  const { serviceArn, taskSet } = await context.store.commit(transaction => {
    const { cluster, row: service } = taskSetService(context, request)
    const repeated = existing(context, service, clientToken, requestDigest)
    if (repeated !== undefined) return answerOf(context, service, repeated)
    const { length } = taskSetsOf(context, service)
    refuseIf(
      length >= limit,
      `${length} deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.`,
    )
    const settings = launchSettings(context, cluster, definitionToLaunch(context, request.taskDefinition), request, 'created')
    const tags = checkTags(request.tags)
    const made = newTaskSet(context, service, settings, { status: 'ACTIVE', scale, externalId, tags, clientToken, requestDigest })
    transaction.put(taskSets, made)
    return answerOf(context, service, made)
  })
  context.wake('service', serviceArn)
  return { taskSet }
}

/** What an earlier call with the same token made. Throws InvalidParameterException where that asked for something else. */
function existing(
  context: EcsContext,
  service: ServiceRow,
  clientToken: string | undefined,
  requestDigest: string,
): TaskSetRow | undefined {
  if (clientToken === undefined) return undefined
  const found = taskSetsOf(context, service).find(row => row.clientToken === clientToken)
  refuseIf(found !== undefined && found.requestDigest !== requestDigest, 'Creation of task set was not idempotent.')
  return found
}
