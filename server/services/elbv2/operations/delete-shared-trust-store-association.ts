// Differs from AWS: a trust store may be used by other accounts without AWS RAM sharing it; this operation ends such a use all the same.
import { ServiceError } from '../../../aws/errors.ts'
import type { DeleteSharedTrustStoreAssociationInput, DeleteSharedTrustStoreAssociationOutput } from '../../../aws/generated/elbv2.ts'
import { isAt } from '../../../domain/elbv2/arns.ts'
import { parseArn } from '../../../domain/arn.ts'
import { listeners } from '../../../store/elbv2-tables.ts'
import { associatedListeners } from '../associations.ts'
import type { Elbv2Context } from '../context.ts'
import { checkArn, findTrustStore } from '../find.ts'

/**
 * Ends that a load balancer of another account uses a trust store: its listeners show the association as removed.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteSharedTrustStoreAssociation.html
 */
export async function deleteSharedTrustStoreAssociation(
  context: Elbv2Context,
  input: DeleteSharedTrustStoreAssociationInput,
): Promise<DeleteSharedTrustStoreAssociationOutput> {
  const { TrustStoreArn: arn, ResourceArn: resource } = input
  await context.store.commit(transaction => {
    findTrustStore(context, arn)
    checkArn('load balancer', resource)
    const rows = associatedListeners(context.store, arn).filter(({ listener }) => listener.LoadBalancerArn === resource)
    if (rows.length === 0) {
      throw new ServiceError('TrustStoreAssociationNotFoundException', `The association between '${arn}' and '${resource}' does not exist`)
    }
    if (isAt(resource, { account: context.account, region: parseArn(resource)?.region ?? '' })) {
      throw new ServiceError(
        'DeleteAssociationSameAccountException',
        'The association cannot be deleted because the trust store and the resource belong to the same account',
      )
    }
    for (const row of rows) {
      const MutualAuthentication = { ...row.listener.MutualAuthentication, TrustStoreAssociationStatus: 'removed' } as const
      transaction.put(listeners, { ...row, listener: { ...row.listener, MutualAuthentication } })
    }
  })
  context.wake('load-balancer', resource)
  return {}
}
