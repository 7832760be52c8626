import { createBackend } from '../../server/backend/client.ts'
import { listOf, memberOf, textOf } from '../../server/backend/read-answer.ts'
import { defaultAccount, defaultRegion } from '../../shared/names.ts'

/** A VPC and some of its subnets, as an instance's backend has them: others are refused. */
export interface Network {
  readonly vpc: string
  readonly subnets: readonly string[]
}

/** The default VPC of an instance's backend, asked at its door, and two of its subnets. */
export async function defaultNetwork(endpoint: string): Promise<Network> {
  const answer = await createBackend({ url: endpoint }).query(
    {
      service: 'ec2',
      action: 'DescribeSubnets',
      version: '2016-11-15',
      parameters: { 'Filter.1.Name': 'default-for-az', 'Filter.1.Value.1': 'true' },
    },
    { account: defaultAccount, region: defaultRegion },
  )
  const subnets = listOf(memberOf(answer, 'DescribeSubnetsResponse', 'subnetSet', 'item'))
  const vpc = textOf(subnets[0], 'vpcId')
  if (vpc === undefined || subnets.length < 2) throw new Error('the backend has no default VPC with two subnets')
  return { vpc, subnets: subnets.slice(0, 2).map(subnet => textOf(subnet, 'subnetId') ?? '') }
}
