import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTrustStoresCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'

export const balancingClient = (endpoint: string): ElasticLoadBalancingV2Client =>
  new ElasticLoadBalancingV2Client({ endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } })

/** The names of every load balancer, target group and trust store; with those the listeners and rules are gone. */
export async function balancingNames(endpoint: string): Promise<readonly (string | undefined)[]> {
  const client = balancingClient(endpoint)
  return [
    ...((await client.send(new DescribeLoadBalancersCommand({}))).LoadBalancers ?? []).map(each => each.LoadBalancerName),
    ...((await client.send(new DescribeTargetGroupsCommand({}))).TargetGroups ?? []).map(each => each.TargetGroupName),
    ...((await client.send(new DescribeTrustStoresCommand({}))).TrustStores ?? []).map(each => each.Name),
  ]
}
