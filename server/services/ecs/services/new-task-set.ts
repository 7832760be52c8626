import { epochSeconds } from '../../../../shared/clock.ts'
import type { Tag } from '../../../aws/generated/ecs.ts'
import { ecsArn, nameInArn } from '../../../domain/arn.ts'
import { deploymentDigits } from '../../../domain/services/records.ts'
import type { ServiceRow, TaskSetRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import type { LaunchSettings } from './launch-settings.ts'

/** What a task set is made with beside what its tasks are launched with. */
export interface TaskSetParts {
  readonly status: 'ACTIVE' | 'PRIMARY'
  /** Percent of the service's desired count. */
  readonly scale: number
  readonly externalId?: string | undefined
  readonly tags: readonly Tag[]
  readonly clientToken?: string | undefined
  readonly requestDigest?: string
}

/**
 * A new task set of a service, STABILIZING until its tasks run.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html
 */
export function newTaskSet(
  context: Pick<EcsContext, 'account' | 'clock' | 'ids' | 'region'>,
  { service }: ServiceRow,
  { capacity, revision }: LaunchSettings,
  parts: TaskSetParts,
): TaskSetRow {
  const id = `ecs-svc/${deploymentDigits(context.ids)}`
  const now = epochSeconds(context.clock.now())
  const { networkConfiguration, loadBalancers = [], serviceRegistries = [], taskDefinition } = revision
  return {
    taskSet: {
      id,
      taskSetArn: ecsArn(context, `task-set/${nameInArn(service.clusterArn)}/${service.serviceName}/${id}`),
      serviceArn: service.serviceArn,
      clusterArn: service.clusterArn,
      ...(parts.externalId === undefined ? {} : { externalId: parts.externalId }),
      status: parts.status,
      taskDefinition,
      createdAt: now,
      updatedAt: now,
      ...capacity,
      ...(revision.platformVersion === undefined ? {} : { platformVersion: revision.platformVersion }),
      ...(networkConfiguration === undefined ? {} : { networkConfiguration }),
      loadBalancers,
      serviceRegistries,
      scale: { value: parts.scale, unit: 'PERCENT' },
      stabilityStatus: 'STABILIZING',
      stabilityStatusAt: now,
    },
    tags: parts.tags,
    ...(parts.clientToken === undefined ? {} : { clientToken: parts.clientToken }),
    ...(parts.requestDigest === undefined ? {} : { requestDigest: parts.requestDigest }),
  }
}
