// Trust stores and mutual authentication, driven by the AWS SDK as a user drives them.
import { afterAll, beforeAll, expect, test } from 'bun:test'
import {
  AddTagsCommand,
  AddTrustStoreRevocationsCommand,
  CreateListenerCommand,
  CreateTrustStoreCommand,
  DeleteListenerCommand,
  DeleteSharedTrustStoreAssociationCommand,
  DeleteTrustStoreCommand,
  DescribeListenersCommand,
  DescribeTagsCommand,
  DescribeTrustStoreAssociationsCommand,
  DescribeTrustStoreRevocationsCommand,
  DescribeTrustStoresCommand,
  GetResourcePolicyCommand,
  GetTrustStoreCaCertificatesBundleCommand,
  GetTrustStoreRevocationContentCommand,
  ModifyTrustStoreCommand,
  RemoveTrustStoreRevocationsCommand,
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { type Elbv2, openElbv2, refusal } from './elbv2.ts'

let elbv2: Elbv2
beforeAll(async () => {
  elbv2 = await openElbv2()
}, 300_000)
afterAll(() => elbv2.close(), 300_000)

const bundle = { CaCertificatesBundleS3Bucket: 'bucket', CaCertificatesBundleS3Key: 'ca/bundle.pem' }

async function trustStore(name: string): Promise<string> {
  const { TrustStores } = await elbv2.client.send(new CreateTrustStoreCommand({ Name: elbv2.named(name), ...bundle }))
  return TrustStores?.[0]?.TrustStoreArn ?? ''
}

const verifying = (LoadBalancerArn: string, TrustStoreArn: string, Port = 443) =>
  new CreateListenerCommand({
    LoadBalancerArn,
    Protocol: 'HTTPS',
    Port,
    Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/a' }],
    MutualAuthentication: { Mode: 'verify', TrustStoreArn },
    DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '200' } }],
  })

test('a trust store is made, changed, described and deleted', async () => {
  const { client } = elbv2
  const arn = await trustStore('life')
  expect(arn).toMatch(/:truststore\/[a-z0-9-]+\/[0-9a-f]{16}$/)
  const { TrustStores } = await client.send(new DescribeTrustStoresCommand({ Names: [elbv2.named('life')] }))
  expect(TrustStores).toEqual([{ TrustStoreArn: arn, Name: elbv2.named('life'), Status: 'ACTIVE', TotalRevokedEntries: 0 }])
  expect(await refusal(trustStore('life'))).toStartWith('DuplicateTrustStoreNameException: ')
  const location = async () => (await client.send(new GetTrustStoreCaCertificatesBundleCommand({ TrustStoreArn: arn }))).Location
  expect(await location()).toBe('http://localhost.localstack.cloud:4566/bucket/ca/bundle.pem')
  await client.send(
    new ModifyTrustStoreCommand({
      TrustStoreArn: arn,
      CaCertificatesBundleS3Bucket: 'bucket',
      CaCertificatesBundleS3Key: 'new.pem',
      CaCertificatesBundleS3ObjectVersion: 'v2',
    }),
  )
  expect(await location()).toBe('http://localhost.localstack.cloud:4566/bucket/new.pem?versionId=v2')
  await client.send(new AddTagsCommand({ ResourceArns: [arn], Tags: [{ Key: 'a', Value: '1' }] }))
  expect((await client.send(new DescribeTagsCommand({ ResourceArns: [arn] }))).TagDescriptions?.[0]?.Tags).toEqual([
    { Key: 'a', Value: '1' },
  ])
  await client.send(new DeleteTrustStoreCommand({ TrustStoreArn: arn }))
  expect(await refusal(client.send(new DeleteTrustStoreCommand({ TrustStoreArn: arn })))).toBe(
    'TrustStoreNotFoundException: One or more trust stores not found',
  )
})

test('revocations have ids that are never used twice', async () => {
  const { client } = elbv2
  const TrustStoreArn = await trustStore('revoke')
  const list = { S3Bucket: 'bucket', S3Key: 'revoked.crl' }
  const add = async () => {
    const { TrustStoreRevocations } = await client.send(new AddTrustStoreRevocationsCommand({ TrustStoreArn, RevocationContents: [list] }))
    return TrustStoreRevocations?.[0]?.RevocationId
  }
  expect([await add(), await add()]).toEqual([1, 2])
  const content = await client.send(new GetTrustStoreRevocationContentCommand({ TrustStoreArn, RevocationId: 1 }))
  expect(content.Location).toBe('http://localhost.localstack.cloud:4566/bucket/revoked.crl')
  await client.send(new RemoveTrustStoreRevocationsCommand({ TrustStoreArn, RevocationIds: [2] }))
  expect(await add()).toBe(3)
  const { TrustStoreRevocations = [] } = await client.send(new DescribeTrustStoreRevocationsCommand({ TrustStoreArn }))
  expect(TrustStoreRevocations.map(({ RevocationId }) => RevocationId)).toEqual([1, 3])
  expect(await refusal(client.send(new RemoveTrustStoreRevocationsCommand({ TrustStoreArn, RevocationIds: [9] })))).toBe(
    "RevocationIdNotFoundException: Revocation ID '9' not found",
  )
  expect(await refusal(client.send(new AddTrustStoreRevocationsCommand({ TrustStoreArn })))).toStartWith('ValidationError: ')
  await client.send(new DeleteTrustStoreCommand({ TrustStoreArn }))
})

test('a listener that verifies holds its trust store', async () => {
  const { client } = elbv2
  const TrustStoreArn = await trustStore('held')
  const LoadBalancerArn = await elbv2.balancer('held')
  const { Listeners } = await client.send(verifying(LoadBalancerArn, TrustStoreArn))
  expect(Listeners?.[0]?.MutualAuthentication).toEqual({
    Mode: 'verify',
    TrustStoreArn,
    IgnoreClientCertificateExpiry: false,
    TrustStoreAssociationStatus: 'active',
    AdvertiseTrustStoreCaNames: 'off',
  })
  const { TrustStoreAssociations } = await client.send(new DescribeTrustStoreAssociationsCommand({ TrustStoreArn }))
  expect(TrustStoreAssociations).toEqual([{ ResourceArn: LoadBalancerArn }])
  expect(await refusal(client.send(new DeleteTrustStoreCommand({ TrustStoreArn })))).toBe(
    `TrustStoreInUseException: Trust store '${TrustStoreArn}' is currently in use by a listener`,
  )
  const association = { TrustStoreArn, ResourceArn: LoadBalancerArn }
  expect(await refusal(client.send(new DeleteSharedTrustStoreAssociationCommand(association)))).toStartWith(
    'DeleteAssociationSameAccountException: ',
  )
  expect(await refusal(client.send(new GetResourcePolicyCommand({ ResourceArn: TrustStoreArn })))).toStartWith(
    'ResourceNotFoundException: ',
  )
  await client.send(new DeleteListenerCommand({ ListenerArn: Listeners?.[0]?.ListenerArn }))
  await client.send(new DeleteTrustStoreCommand({ TrustStoreArn }))
})

test('another account’s use of a trust store can be ended by its owner', async () => {
  const { client } = elbv2
  const other = elbv2.clientFor('222222222222')
  const TrustStoreArn = await trustStore('shared')
  const created = await other.send(new CreateLoadBalancerCommand({ Name: elbv2.named('theirs'), Subnets: ['subnet-1', 'subnet-2'] }))
  const LoadBalancerArn = created.LoadBalancers?.[0]?.LoadBalancerArn ?? ''
  const { Listeners } = await other.send(verifying(LoadBalancerArn, TrustStoreArn))
  const { Policy = '' } = await client.send(new GetResourcePolicyCommand({ ResourceArn: TrustStoreArn }))
  expect(Policy).toContain('arn:aws:iam::222222222222:root')
  const association = { TrustStoreArn, ResourceArn: LoadBalancerArn }
  await client.send(new DeleteSharedTrustStoreAssociationCommand(association))
  const after = await other.send(new DescribeListenersCommand({ ListenerArns: [Listeners?.[0]?.ListenerArn ?? ''] }))
  expect(after.Listeners?.[0]?.MutualAuthentication?.TrustStoreAssociationStatus).toBe('removed')
  expect(await refusal(client.send(new DeleteSharedTrustStoreAssociationCommand(association)))).toStartWith(
    'TrustStoreAssociationNotFoundException: ',
  )
  await client.send(new DeleteTrustStoreCommand({ TrustStoreArn }))
  await other.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }))
  other.destroy()
})
