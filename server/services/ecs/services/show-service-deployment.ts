import type { ServiceDeployment } from '../../../aws/generated/ecs.ts'
import { noTasks } from '../../../domain/services/counts.ts'
import { services } from '../../../store/service-tables.ts'
import type { ServiceDeploymentRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { revisionSummary, tasksOf } from './show-service.ts'

/** A service deployment as answers show it: its revisions with the tasks that the service has of them now. */
export function showServiceDeployment(context: Pick<EcsContext, 'store'>, { serviceDeployment }: ServiceDeploymentRow): ServiceDeployment {
  const { serviceArn, sourceServiceRevisions = [], targetServiceRevision } = serviceDeployment
  const deployments = context.store.table(services).get(serviceArn)?.deployments ?? []
  const counts = tasksOf(context, serviceArn)
  const summary = (arn: string) => {
    const record = deployments.find(({ serviceRevisionArn }) => serviceRevisionArn === arn)
    return revisionSummary(record ?? { serviceRevisionArn: arn, desiredCount: 0 }, counts.get(record?.id ?? '') ?? noTasks)
  }
  return {
    ...serviceDeployment,
    sourceServiceRevisions: sourceServiceRevisions.map(revision => ({ ...revision, ...summary(revision.arn ?? '') })),
    targetServiceRevision: { ...targetServiceRevision, ...summary(targetServiceRevision.arn) },
  }
}
