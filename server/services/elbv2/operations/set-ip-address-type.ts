import type { SetIpAddressTypeInput, SetIpAddressTypeOutput } from '../../../aws/generated/elbv2.ts'
import { invalidConfiguration } from '../../../domain/elbv2/refusals.ts'
import { listeners, loadBalancers } from '../../../store/elbv2-tables.ts'
import type { Elbv2Context } from '../context.ts'
import { findLoadBalancer } from '../find.ts'

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetIpAddressType.html */
export async function setIpAddressType(context: Elbv2Context, input: SetIpAddressTypeInput): Promise<SetIpAddressTypeOutput> {
  const { LoadBalancerArn: arn, IpAddressType } = input
  await context.store.commit(transaction => {
    const row = findLoadBalancer(context, arn)
    const { Type: type } = row.loadBalancer
    if (IpAddressType === 'dualstack-without-public-ipv4' && type !== 'application') {
      throw invalidConfiguration(`The specified IP address type is not supported on load balancers with type '${type}'.`)
    }
    if (IpAddressType === 'dualstack' && row.loadBalancer.EnablePrefixForIpv6SourceNat !== 'on') {
      for (const { listener } of context.store.table(listeners).by('loadBalancer', arn)) {
        if (!/UDP|QUIC/.test(listener.Protocol ?? '')) continue
        throw invalidConfiguration(
          `Listeners with protocol '${listener.Protocol}' are not supported on load balancers with IP address type 'dualstack'`,
        )
      }
    }
    transaction.put(loadBalancers, { ...row, loadBalancer: { ...row.loadBalancer, IpAddressType } })
  })
  context.wake('load-balancer', arn)
  return { IpAddressType }
}
