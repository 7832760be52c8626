// Differs from AWS: AWS RAM writes no policies; a trust store's policy names the accounts whose load balancers use it.
import { ServiceError } from '../../../aws/errors.ts'
import type { GetResourcePolicyInput, GetResourcePolicyOutput } from '../../../aws/generated/elbv2.ts'
import { parseArn } from '../../../domain/arn.ts'
import { kindOfArn } from '../../../domain/elbv2/arns.ts'
import { validationError } from '../../../domain/elbv2/refusals.ts'
import { trustStores } from '../../../store/elbv2-tables.ts'
import { associatedLoadBalancers } from '../associations.ts'
import type { Elbv2Context } from '../context.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_GetResourcePolicy.html */
export function getResourcePolicy({ store, account }: Elbv2Context, { ResourceArn: arn }: GetResourcePolicyInput): GetResourcePolicyOutput {
  if (kindOfArn(arn) !== 'trust store') throw validationError(`'${arn}' is not a valid trust store ARN`)
  const accounts = new Set(associatedLoadBalancers(store, arn).map(used => parseArn(used)?.account ?? account))
  accounts.delete(account)
  if (store.table(trustStores).get(arn) === undefined || accounts.size === 0) {
    throw new ServiceError('ResourceNotFoundException', `The resource policy for '${arn}' does not exist`)
  }
  const principals = [...accounts].sort().map(other => `arn:${parseArn(arn)?.partition ?? 'aws'}:iam::${other}:root`)
  const statement = {
    Effect: 'Allow',
    Principal: { AWS: principals },
    Action: ['elasticloadbalancing:CreateListener', 'elasticloadbalancing:ModifyListener', 'elasticloadbalancing:DescribeTrustStores'],
    Resource: arn,
  }
  return { Policy: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) }
}
