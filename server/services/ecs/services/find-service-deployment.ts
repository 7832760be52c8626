import { ServiceError } from '../../../aws/errors.ts'
import { serviceDeployments } from '../../../store/service-tables.ts'
import type { ServiceDeploymentRow } from '../../../store/service-tables.ts'
import type { EcsContext } from '../context.ts'
import { checkServiceResourceArn } from './service-resource-arns.ts'

/** Throws ServiceDeploymentNotFoundException when there is none, and InvalidParameterException for what is no ARN of one. */
export function findServiceDeployment(context: Pick<EcsContext, 'store' | 'account' | 'region'>, arn: string): ServiceDeploymentRow {
  checkServiceResourceArn(context, 'service-deployment', arn)
  const row = context.store.table(serviceDeployments).get(arn)
  if (row === undefined) throw new ServiceError('ServiceDeploymentNotFoundException', 'Service deployment not found.')
  return row
}
