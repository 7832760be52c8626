import { expect, test } from 'bun:test'
import { systemClock } from '../../../../shared/clock.ts'
import { createBackend } from '../../../backend/client.ts'
import { createOwners } from '../../../backend/owners.ts'
import { expressNetwork } from './check-express.ts'

const place = { account: '000000000000', region: 'us-east-1' }

/** An EC2 whose default VPC has these subnets; `asked` is told what it was asked for. */
const owners = (subnetIds: readonly string[], asked: string[] = []) => {
  const items = subnetIds.map(
    id => `<item><subnetId>${id}</subnetId><vpcId>vpc-1</vpcId><availabilityZone>us-east-1a</availabilityZone></item>`,
  )
  const answer = async (request: Request): Promise<Response> => {
    asked.push(await request.text())
    return new Response(`<DescribeSubnetsResponse><subnetSet>${items.join('')}</subnetSet></DescribeSubnetsResponse>`)
  }
  return createOwners({ backend: createBackend({ url: 'http://backend', fetch: answer }), clock: systemClock })
}

test("without subnets the default VPC's are taken, as EC2 tells them", async () => {
  const asked: string[] = []
  const network = await expressNetwork({ ...place, owners: owners(['subnet-1', 'subnet-2'], asked) }, {})
  expect(network).toEqual({ awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], assignPublicIp: 'ENABLED' } })
  expect(asked[0]).toContain('Filter.1.Name=default-for-az&Filter.1.Value.1=true')
})

test('subnets that are given are taken, and an account without a default VPC is told to give some', async () => {
  const networkConfiguration = { subnets: ['subnet-9'], securityGroups: ['sg-1'] }
  expect(await expressNetwork({ ...place, owners: owners([]) }, { networkConfiguration })).toEqual({
    awsvpcConfiguration: { subnets: ['subnet-9'], securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' },
  })
  const refused = await expressNetwork({ ...place, owners: owners([]) }, {}).then(String, String)
  expect(refused).toContain('No default VPC was found.')
})
