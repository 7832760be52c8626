import { epochSeconds } from '../../../../shared/clock.ts'
import type { DeploymentLifecycleHookDetail, ServiceDeployment, ServiceRevisionSummary } from '../../../aws/generated/ecs.ts'
import { noTasks } from '../../../domain/services/counts.ts'
import { isOngoing } from '../../../domain/services/records.ts'
import { isStaged } from '../../../domain/services/stages.ts'
import { services } from '../../../store/service-tables.ts'
import type { HookRun, ServiceDeploymentRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { revisionSummary, tasksOf } from './show-service.ts'

/** A service deployment as answers show it: its revisions with the tasks and the share of traffic that they have now. */
export function showServiceDeployment(context: Pick<EcsContext, 'store'>, row: ServiceDeploymentRow): ServiceDeployment {
  const { serviceDeployment } = row
  const progress = isStaged(row) ? row.progress : undefined
  const { serviceArn, sourceServiceRevisions = [], targetServiceRevision } = serviceDeployment
  const deployments = context.store.table(services).get(serviceArn)?.deployments ?? []
  const counts = tasksOf(context, serviceArn)
  const summary = (arn: string) => {
    const record = deployments.find(({ serviceRevisionArn }) => serviceRevisionArn === arn)
    return revisionSummary(record ?? { serviceRevisionArn: arn, desiredCount: 0 }, counts.get(record?.id ?? '') ?? noTasks)
  }
  const hooks = isOngoing(row) ? (row.progress?.hooks ?? []) : []
  return {
    ...serviceDeployment,
    ...(hooks.length === 0 ? {} : { lifecycleHookDetails: hooks.map(shownHook) }),
    sourceServiceRevisions: sourceServiceRevisions.map(revision => ({
      ...revision,
      ...summary(revision.arn ?? ''),
      ...(progress === undefined ? {} : weights(revision.arn === progress.sourceRevisionArn ? complement(progress) : noTraffic)),
    })),
    targetServiceRevision: {
      ...targetServiceRevision,
      ...summary(targetServiceRevision.arn),
      ...(progress === undefined ? {} : weights(progress)),
    },
  }
}

interface Share {
  readonly production: number
  readonly test: number
}

const noTraffic: Share = { production: 0, test: 0 }
const complement = ({ production, test }: Share): Share => ({ production: 100 - production, test: 100 - test })
const weights = ({ production, test }: Share): Pick<ServiceRevisionSummary, `requested${'Production' | 'Test'}TrafficWeight`> => ({
  requestedProductionTrafficWeight: production,
  requestedTestTrafficWeight: test,
})

const shownHook = ({ hookId, targetType, targetArn, status, expiresAt, timeoutAction }: HookRun): DeploymentLifecycleHookDetail => ({
  hookId,
  targetType,
  ...(targetArn === undefined ? {} : { targetArn }),
  status,
  expiresAt: epochSeconds(expiresAt),
  timeoutAction,
})
