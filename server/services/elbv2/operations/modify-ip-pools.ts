// Differs from AWS: IPAM pools are kept only, for no address is taken from one.
import type { ModifyIpPoolsInput, ModifyIpPoolsOutput } from '../../../aws/generated/elbv2.ts'
import { invalidConfiguration, validationError } from '../../../domain/elbv2/refusals.ts'
import { loadBalancers } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findLoadBalancer } from '../find.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyIpPools.html */
export async function modifyIpPools(context: Elbv2Context, input: ModifyIpPoolsInput): Promise<ModifyIpPoolsOutput> {
  return context.store.commit(transaction => {
    const row = findLoadBalancer(context, input.LoadBalancerArn)
    if (row.loadBalancer.Type !== 'application') {
      throw invalidConfiguration(`IPAM pools are not supported for load balancers with type '${row.loadBalancer.Type}'`)
    }
    const removes = (input.RemoveIpamPools ?? []).length > 0
    if (removes && input.IpamPools !== undefined) throw validationError('You cannot both set and remove an IPAM pool')
    if (!removes && input.IpamPools?.Ipv4IpamPoolId === undefined) throw validationError('An IPAM pool must be specified')
    const IpamPools = removes ? undefined : input.IpamPools
    transaction.put(loadBalancers, { ...row, loadBalancer: { ...row.loadBalancer, IpamPools } })
    return { IpamPools }
  })
}
