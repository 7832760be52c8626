// What the files of tests of Cloud Map share: an endpoint, its client, and namespaces that are removed in the end.
// They run against `kecs serve`, or a cluster where KECS_TEST_ENDPOINT names one: names are each run's own.
import { afterAll, beforeAll, expect } from 'bun:test'
import {
  CreateHttpNamespaceCommand,
  CreatePrivateDnsNamespaceCommand,
  CreatePublicDnsNamespaceCommand,
  CreateServiceCommand,
  DeleteNamespaceCommand,
  DeleteServiceCommand,
  DeregisterInstanceCommand,
  GetOperationCommand,
  NamespaceNotFound,
  paginateListInstances,
  paginateListServices,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
  type CreateServiceCommandInput,
  type Operation,
} from '@aws-sdk/client-servicediscovery'
import { openEndpoint, type TestEndpoint } from '../support/endpoint.ts'
import { until } from '../support/until.ts'

export const aRecords: Partial<CreateServiceCommandInput> = { DnsConfig: { DnsRecords: [{ Type: 'A', TTL: 10 }] } }

/** What a call was refused with; fails when it was not. */
export const errorOf = async (call: Promise<unknown>): Promise<Error> => {
  const error = await call.then(
    () => undefined,
    (reason: Error) => reason,
  )
  if (error === undefined) throw new Error('the call was not refused')
  return error
}

/** Opens an endpoint for the tests of a file, `topic`, and removes what they made when they are done. */
export function cloudMapTests(topic: string) {
  const unique = `sd-${topic}-${process.pid}-${Date.now().toString(36)}`
  const named = (name: string): string => `${unique}-${name}`
  const opened = Promise.withResolvers<TestEndpoint>()
  const endpoint = async () => {
    const { protocol, hostname, port } = new URL((await opened.promise).url)
    return { protocol, hostname, port: Number(port), path: '/' }
  }
  // DiscoverInstances puts `data-` before the endpoint's host, which is then no name of this machine.
  const cloudMap = new ServiceDiscoveryClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    disableHostPrefix: true,
  })
  const madeNamespaces = new Set<string>()

  beforeAll(async () => opened.resolve(await openEndpoint()), 60_000)
  afterAll(async () => {
    for (const id of madeNamespaces) await remove(cloudMap, id)
    await (await opened.promise).close()
  }, 300_000)

  /** The operation once it has come to its end. */
  const ended = (OperationId: string | undefined): Promise<Operation> =>
    until('the operation ends', async () => {
      const { Operation: operation } = await cloudMap.send(new GetOperationCommand({ OperationId }))
      return operation?.Status === 'SUCCESS' || operation?.Status === 'FAIL' ? operation : undefined
    })

  /** The id of the namespace that an operation made. */
  const made = async ({ OperationId }: { OperationId?: string | undefined }): Promise<string> => {
    const operation = await ended(OperationId)
    expect(operation).toMatchObject({ Id: OperationId, Type: 'CREATE_NAMESPACE', Status: 'SUCCESS' })
    const id = operation.Targets?.NAMESPACE ?? ''
    madeNamespaces.add(id)
    return id
  }

  return {
    cloudMap,
    endpoint,
    named,
    ended,
    made,
    httpNamespace: async (name: string) => made(await cloudMap.send(new CreateHttpNamespaceCommand({ Name: named(name) }))),
    privateNamespace: async (name: string, Vpc = 'vpc-1') =>
      made(await cloudMap.send(new CreatePrivateDnsNamespaceCommand({ Name: named(name), Vpc }))),
    publicNamespace: async (name: string) =>
      made(await cloudMap.send(new CreatePublicDnsNamespaceCommand({ Name: `${named(name)}.example.com` }))),
    service: async (NamespaceId: string, Name: string, more: Partial<CreateServiceCommandInput> = {}) => {
      const { Service } = await cloudMap.send(new CreateServiceCommand({ NamespaceId, Name, ...more }))
      if (Service?.Id === undefined) throw new Error('CreateService answered nothing')
      return { ...Service, Id: Service.Id }
    },
    register: async (ServiceId: string, InstanceId: string, Attributes: Record<string, string> = {}) =>
      ended((await cloudMap.send(new RegisterInstanceCommand({ ServiceId, InstanceId, Attributes }))).OperationId),
  }
}

async function remove(cloudMap: ServiceDiscoveryClient, namespaceId: string): Promise<void> {
  const services = paginateListServices({ client: cloudMap }, { Filters: [{ Name: 'NAMESPACE_ID', Values: [namespaceId] }] })
  for await (const { Services = [] } of services) {
    for (const { Id } of Services) {
      for await (const { Instances = [] } of paginateListInstances({ client: cloudMap }, { ServiceId: Id })) {
        for (const instance of Instances) await cloudMap.send(new DeregisterInstanceCommand({ ServiceId: Id, InstanceId: instance.Id }))
      }
      await cloudMap.send(new DeleteServiceCommand({ Id }))
    }
  }
  await cloudMap.send(new DeleteNamespaceCommand({ Id: namespaceId })).catch((error: unknown) => {
    if (!(error instanceof NamespaceNotFound)) throw error
  })
}
