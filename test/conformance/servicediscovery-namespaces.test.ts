// The Cloud Map operations on namespaces, their operations and all tags, driven by the AWS SDK as a user drives them.
import { describe, expect, test } from 'bun:test'
import {
  CreateHttpNamespaceCommand,
  CreatePrivateDnsNamespaceCommand,
  CreatePublicDnsNamespaceCommand,
  DeleteNamespaceCommand,
  GetNamespaceCommand,
  GetOperationCommand,
  ListNamespacesCommand,
  ListOperationsCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  NamespaceAlreadyExists,
  NamespaceNotFound,
  paginateListNamespaces,
  ResourceNotFoundException,
  ServiceDiscoveryClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateHttpNamespaceCommand,
  UpdatePrivateDnsNamespaceCommand,
  UpdatePublicDnsNamespaceCommand,
  type NamespaceFilter,
} from '@aws-sdk/client-servicediscovery'
import { cloudMapTests, errorOf } from './servicediscovery-harness.ts'

const { cloudMap, endpoint, ended, httpNamespace, made, named, privateNamespace, publicNamespace, service } = cloudMapTests('namespaces')

describe('namespaces', () => {
  test('of HTTP are made, described, changed, listed and removed', async () => {
    const create = new CreateHttpNamespaceCommand({ Name: named('life'), Description: 'first', CreatorRequestId: named('token') })
    const first = await cloudMap.send(create)
    expect(first.OperationId).toMatch(/^[a-z0-9]{32}-[a-z0-9]{8}$/)
    expect((await cloudMap.send(create)).OperationId).toBe(first.OperationId)
    const Id = await made(first)
    expect(Id).toMatch(/^ns-[a-z0-9]{16}$/)

    const { Namespace } = await cloudMap.send(new GetNamespaceCommand({ Id }))
    expect(Namespace).toMatchObject({
      Id,
      Name: named('life'),
      Type: 'HTTP',
      Description: 'first',
      ServiceCount: 0,
      Properties: { HttpProperties: { HttpName: named('life') } },
      CreatorRequestId: named('token'),
    })
    expect(Namespace?.Arn).toMatch(new RegExp(`^arn:aws:servicediscovery:us-east-1:\\d{12}:namespace/${Id}$`))
    expect(Namespace?.CreateDate).toBeInstanceOf(Date)
    expect((await cloudMap.send(new GetNamespaceCommand({ Id: Namespace?.Arn }))).Namespace).toEqual(Namespace)

    const update = new UpdateHttpNamespaceCommand({ Id, Namespace: { Description: 'second' } })
    const { OperationId } = await cloudMap.send(update)
    expect(await ended(OperationId)).toMatchObject({ Type: 'UPDATE_NAMESPACE', Status: 'SUCCESS', Targets: { NAMESPACE: Id } })
    expect((await cloudMap.send(new GetNamespaceCommand({ Id }))).Namespace?.Description).toBe('second')

    const Filters: NamespaceFilter[] = [{ Name: 'NAME', Values: [named('life')], Condition: 'EQ' }]
    const { Namespaces } = await cloudMap.send(new ListNamespacesCommand({ Filters: [...Filters, { Name: 'TYPE', Values: ['HTTP'] }] }))
    expect(Namespaces?.map(namespace => namespace.Id)).toEqual([Id])

    const listed = await cloudMap.send(new ListOperationsCommand({ Filters: [{ Name: 'NAMESPACE_ID', Values: [Id] }] }))
    expect(listed.Operations).toEqual([
      { Id: first.OperationId, Status: 'SUCCESS' },
      { Id: OperationId, Status: 'SUCCESS' },
    ])

    const removed = await ended((await cloudMap.send(new DeleteNamespaceCommand({ Id }))).OperationId)
    expect(removed).toMatchObject({ Type: 'DELETE_NAMESPACE', Status: 'SUCCESS', Targets: { NAMESPACE: Id } })
    const gone = await errorOf(cloudMap.send(new GetNamespaceCommand({ Id })))
    expect(gone).toBeInstanceOf(NamespaceNotFound)
  })

  test('of HTTP have names of their own', async () => {
    const Id = await httpNamespace('taken')
    const error = await errorOf(cloudMap.send(new CreateHttpNamespaceCommand({ Name: named('taken') })))
    expect(error).toBeInstanceOf(NamespaceAlreadyExists)
    expect(error).toMatchObject({ NamespaceId: Id })
    expect(error.message).toMatch(/^Another operation of type CreateHttpNamespace and id [a-z0-9]{32}-[a-z0-9]{8} has completed$/)
  })

  test('of private DNS are one for each name and VPC', async () => {
    const Properties = { DnsProperties: { SOA: { TTL: 60 } } }
    const Id = await made(await cloudMap.send(new CreatePrivateDnsNamespaceCommand({ Name: named('local'), Vpc: 'vpc-1', Properties })))
    const { Namespace } = await cloudMap.send(new GetNamespaceCommand({ Id }))
    expect(Namespace).toMatchObject({ Type: 'DNS_PRIVATE', Properties: { DnsProperties: { SOA: { TTL: 60 } } } })
    expect(Namespace?.Properties?.DnsProperties?.HostedZoneId).toMatch(/^Z[A-Z0-9]{20}$/)

    const { OperationId } = await cloudMap.send(new CreatePrivateDnsNamespaceCommand({ Name: named('local'), Vpc: 'vpc-1' }))
    const failed = await ended(OperationId)
    expect(failed).toMatchObject({ Status: 'FAIL', ErrorCode: 'CANNOT_CREATE_HOSTED_ZONE' })
    expect(failed.ErrorMessage).toStartWith(
      `The VPC that you chose, vpc-1 in region us-east-1, is already associated with another private hosted zone that has an overlapping name space, ${named('local')}..`,
    )

    const other = await privateNamespace('local', 'vpc-2')
    const httpName = (await cloudMap.send(new GetNamespaceCommand({ Id: other }))).Namespace?.Properties?.HttpProperties?.HttpName
    expect(httpName).toMatch(new RegExp(`^${named('local')}.+`))
    const Filters: NamespaceFilter[] = [{ Name: 'HTTP_NAME', Values: [httpName ?? ''] }]
    expect((await cloudMap.send(new ListNamespacesCommand({ Filters }))).Namespaces?.map(found => found.Id)).toEqual([other])

    const change = { Properties: { DnsProperties: { SOA: { TTL: 5 } } } }
    await ended((await cloudMap.send(new UpdatePrivateDnsNamespaceCommand({ Id, Namespace: change }))).OperationId)
    const changed = (await cloudMap.send(new GetNamespaceCommand({ Id }))).Namespace
    expect(changed?.Properties?.DnsProperties).toEqual({
      HostedZoneId: Namespace?.Properties?.DnsProperties?.HostedZoneId,
      SOA: { TTL: 5 },
    })
    const wrongType = await errorOf(cloudMap.send(new UpdateHttpNamespaceCommand({ Id, Namespace: { Description: '' } })))
    expect(wrongType.name).toBe('InvalidInput')
  })

  test('of public DNS', async () => {
    const Id = await publicNamespace('public')
    await ended((await cloudMap.send(new UpdatePublicDnsNamespaceCommand({ Id, Namespace: { Description: 'seen' } }))).OperationId)
    const { Namespace } = await cloudMap.send(new GetNamespaceCommand({ Id }))
    expect(Namespace).toMatchObject({ Type: 'DNS_PUBLIC', Description: 'seen', Properties: { DnsProperties: { SOA: { TTL: 15 } } } })
    const refused = await errorOf(cloudMap.send(new CreatePublicDnsNamespaceCommand({ Name: 'single' })))
    expect(refused.name).toBe('InvalidInput')
    expect(refused.message).toStartWith("1 validation error detected: Value 'single' at 'name' failed to satisfy constraint:")
  })

  test('with services stay', async () => {
    const Id = await httpNamespace('held')
    await service(Id, 'web')
    const error = await errorOf(cloudMap.send(new DeleteNamespaceCommand({ Id })))
    expect(error.name).toBe('ResourceInUse')
    expect(error.message).toBe('Namespace has associated services; delete the services before deleting the namespace')
  })

  test('are paged; a token that was altered or is of another listing is refused', async () => {
    const ids = [await httpNamespace('page-1'), await httpNamespace('page-2'), await httpNamespace('page-3')]
    const Filters: NamespaceFilter[] = [{ Name: 'NAME', Values: [named('page-')], Condition: 'BEGINS_WITH' }]
    const found: string[] = []
    for await (const page of paginateListNamespaces({ client: cloudMap, pageSize: 1 }, { Filters })) {
      expect(page.Namespaces?.length).toBe(1)
      found.push(...(page.Namespaces ?? []).map(namespace => namespace.Id ?? ''))
    }
    expect(found.sort()).toEqual(ids.sort())
    const { NextToken } = await cloudMap.send(new ListNamespacesCommand({ Filters, MaxResults: 1 }))
    const other = await errorOf(cloudMap.send(new ListServicesCommand({ NextToken })))
    expect(other.name).toBe('InvalidInput')
    const altered = await errorOf(cloudMap.send(new ListNamespacesCommand({ Filters, NextToken: `${NextToken}x` })))
    expect(altered.name).toBe('InvalidInput')
  })
})

describe('tags', () => {
  test('of namespaces and services', async () => {
    const Id = await made(await cloudMap.send(new CreateHttpNamespaceCommand({ Name: named('tags'), Tags: [{ Key: 'team', Value: 'a' }] })))
    const tagsOf = async (ResourceARN: string | undefined) =>
      (await cloudMap.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags?.sort((one, other) =>
        String(one.Key) < String(other.Key) ? -1 : 1,
      )
    const arn = (await cloudMap.send(new GetNamespaceCommand({ Id }))).Namespace?.Arn
    const web = await service(Id, 'web', { Tags: [{ Key: 'tier', Value: 'front' }] })
    expect(await tagsOf(arn)).toEqual([{ Key: 'team', Value: 'a' }])
    const Tags = [
      { Key: 'team', Value: 'b' },
      { Key: 'stage', Value: '' },
    ]
    await cloudMap.send(new TagResourceCommand({ ResourceARN: arn, Tags }))
    expect(await tagsOf(arn)).toEqual([
      { Key: 'stage', Value: '' },
      { Key: 'team', Value: 'b' },
    ])
    await cloudMap.send(new UntagResourceCommand({ ResourceARN: arn, TagKeys: ['team', 'never'] }))
    expect(await tagsOf(arn)).toEqual([{ Key: 'stage', Value: '' }])
    expect(await tagsOf(web.Arn)).toEqual([{ Key: 'tier', Value: 'front' }])

    const missing = `${web.Arn}x`
    const error = await errorOf(cloudMap.send(new TagResourceCommand({ ResourceARN: missing, Tags })))
    expect(error).toBeInstanceOf(ResourceNotFoundException)
    const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: 'v' }))
    expect((await errorOf(cloudMap.send(new TagResourceCommand({ ResourceARN: arn, Tags: many })))).name).toBe('TooManyTagsException')
  })
})

test('other regions and accounts see nothing of it', async () => {
  const Id = await httpNamespace('elsewhere')
  const others = [
    { region: 'eu-west-1', accessKeyId: 'test' },
    { region: 'us-east-1', accessKeyId: '123456789012' },
  ]
  for (const { region, accessKeyId } of others) {
    const other = new ServiceDiscoveryClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'test' } })
    expect(await errorOf(other.send(new GetNamespaceCommand({ Id })))).toBeInstanceOf(NamespaceNotFound)
  }
  expect((await errorOf(cloudMap.send(new GetOperationCommand({ OperationId: 'none' })))).name).toBe('OperationNotFound')
})
